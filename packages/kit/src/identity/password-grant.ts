/**
 * Sign-in and refresh at the token endpoint of an OAuth 2.0 server (RFC 6749, sections 4.3 and 6), which its
 * discovery document names: Auth0, and any OpenID Connect provider whose password grant is enabled.
 */
import type { Config } from "../config.ts";
import type { ApiError } from "../errors/api-error.ts";
import type { IdentityProvider, TokenAnswer } from "./identity-provider.ts";
import {
  type Answer,
  callProvider,
  moreIsAsked,
  rateLimited,
  refused,
  TIMEOUT_MILLISECONDS,
  tokenAnswer,
  unavailable,
  unusable,
} from "./provider-call.ts";

type ProviderOptions = Pick<Config, "identityProvider" | "oidc" | "authErrorDetail"> & {
  readonly jwt: Pick<Config["jwt"], "issuer" | "audiences">;
};

/** Where to get tokens, and how the client authenticates there. */
interface TokenEndpoint {
  readonly url: string;
  /**
   * RFC 6749, section 2.3.1: in the header, which every server accepts, or in the form, where the document
   * allows it.
   */
  readonly secretIn: "header" | "form";
}

/** The codes that concern the caller: RFC 6749's, and those of Auth0's "Standard Error Responses". */
const REFUSALS = new Set([
  "invalid_grant",
  "access_denied",
  "unauthorized",
  "invalid_user_password",
  "password_leaked",
  "requires_verification",
  // The account is locked for a while.
  "too_many_attempts",
]);
const RATE_LIMITS = new Set(["too_many_requests", "slow_down"]);
const MORE_IS_ASKED = new Set(["mfa_required", "mfa_registration_required", "interaction_required"]);
/** Auth0 refuses an unknown audience with the same code as a caller whom an Action refuses. */
const UNKNOWN_AUDIENCE = /^Service not found/;

/**
 * Makes the provider. The discovery document is fetched at the first sign-in, and again while it is
 * unavailable.
 *
 * With `authErrorDetail` `generic`, every refusal has the same response, also that of a locked account, so that
 * responses do not reveal who has an account.
 */
export function createPasswordGrantProvider(
  { identityProvider, oidc, jwt: { issuer, audiences }, authErrorDetail }: ProviderOptions,
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
): IdentityProvider {
  const { clientId = "", clientSecret, scope } = oidc;
  let known: TokenEndpoint | undefined;
  return {
    signIn: (username, password) =>
      token({
        grant_type: "password",
        username,
        password,
        ...(scope !== undefined && { scope }),
        // Without it, Auth0's token is not a JWT. Other providers ignore the parameter.
        ...(identityProvider === "auth0" && { audience: audiences[0] }),
      }),
    refresh: (refreshToken) => token({ grant_type: "refresh_token", refresh_token: refreshToken }),
  };

  async function token(grant: Answer): Promise<TokenAnswer> {
    known ??= await discover();
    const isInHeader = clientSecret !== undefined && known.secretIn === "header";
    const { status, answer } = await callProvider({
      method: "POST",
      url: known.url,
      data: {
        ...grant,
        ...(!isInHeader && {
          client_id: clientId,
          ...(clientSecret !== undefined && { client_secret: clientSecret }),
        }),
      },
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...(isInHeader && { authorization: basicCredentials(clientId, clientSecret) }),
      },
      timeoutMilliseconds,
    });
    if (status !== 200) throw refusal(status, answer);
    const { access_token: accessToken, ...rest } = answer;
    return tokenAnswer(accessToken, rest);
  }

  /** OpenID Connect Discovery 1.0, sections 3 and 4. */
  async function discover(): Promise<TokenEndpoint> {
    const { status, answer } = await callProvider({
      method: "GET",
      url: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
      timeoutMilliseconds,
    });
    const { issuer: named, token_endpoint: url, token_endpoint_auth_methods_supported: methods } = answer;
    if (status !== 200) {
      throw (status >= 500 ? unavailable : unusable)(`status ${status} for its discovery document`);
    }
    if (named !== issuer) throw unusable("a discovery document of another issuer");
    if (typeof url !== "string" || !isAsSafeAs(issuer, url)) {
      throw unusable("a discovery document without a token endpoint that is as safe as the issuer");
    }
    const isPost = Array.isArray(methods) && methods.includes("client_secret_post");
    return { url, secretIn: isPost ? "form" : "header" };
  }

  function refusal(status: number, { error, error_description: description }: Answer): ApiError {
    const code = typeof error === "string" && /^[a-z_]{1,64}$/.test(error) ? error : "";
    const said = ["status", status, code].join(" ").trimEnd();
    if (status >= 500) return unavailable(said);
    if (RATE_LIMITS.has(code) || (status === 429 && !REFUSALS.has(code))) return rateLimited(said);
    if (MORE_IS_ASKED.has(code)) return moreIsAsked();
    if (code === "access_denied" && UNKNOWN_AUDIENCE.test(String(description))) {
      return unusable(`${said}, and does not know the audience`);
    }
    return REFUSALS.has(code) ? refused(code, said, authErrorDetail) : unusable(said);
  }
}

/** A password needs HTTPS, except for an issuer on this machine. */
function isAsSafeAs(issuer: string, url: string): boolean {
  const protocol = URL.parse(url)?.protocol;
  return protocol === "https:" || (protocol === "http:" && issuer.startsWith("http:"));
}

function basicCredentials(clientId: string, clientSecret: string): string {
  const pair = [clientId, clientSecret].map(formEncoded).join(":");
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** RFC 6749, section 2.3.1: both are form-encoded before they are joined. */
function formEncoded(text: string): string {
  return new URLSearchParams({ _: text }).toString().slice(2);
}
