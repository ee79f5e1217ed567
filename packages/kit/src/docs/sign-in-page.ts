/**
 * Where the docs pages sign in: the provider's own page, if it has one (authorization code with PKCE, RFC
 * 7636).
 */
import type { Config } from "../config.ts";
import { callProvider } from "../identity/provider-call.ts";

export interface SignInPage {
  readonly authorizationUrl: string;
  /** Receives the code from the browser, so the provider must allow the page's origin. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Further parameters for the provider. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The field of the response with the token that the API accepts. */
  readonly tokenName: "access_token" | "id_token";
}

/** The most that a docs request in Lambda waits. */
const TIMEOUT_MILLISECONDS = 1500;
const KNOWN_MILLISECONDS = 10 * 60_000;
const UNKNOWN_MILLISECONDS = 30_000;

type SignInConfig = Pick<Config, "identityProvider" | "cognito" | "oidc"> & {
  readonly jwt: Pick<Config["jwt"], "issuer" | "audiences" | "tokenUse">;
};

interface Answered {
  readonly page: Promise<SignInPage | undefined>;
  validUntil: number;
}

const answered = new WeakMap<object, Answered>();

/**
 * Finds the page in the provider's discovery document, which is fetched again after ten minutes, or half a
 * minute after a failure.
 *
 * @returns `undefined` for Firebase, which has no such page, for a client with a secret, which a page cannot
 *   keep, and while the document is unavailable or names no page.
 */
export function findSignInPage(config: SignInConfig): Promise<SignInPage | undefined> {
  const known = answered.get(config);
  if (known && Date.now() < known.validUntil) return known.page;
  const fresh: Answered = { page: ask(config), validUntil: Date.now() + KNOWN_MILLISECONDS };
  answered.set(config, fresh);
  void fresh.page.then((page) => {
    if (!page) fresh.validUntil = Date.now() + UNKNOWN_MILLISECONDS;
  });
  return fresh.page;
}

async function ask(config: SignInConfig): Promise<SignInPage | undefined> {
  const { identityProvider, cognito, oidc, jwt } = config;
  const isCognito = identityProvider === "cognito";
  const { clientId, clientSecret } = isCognito ? cognito : oidc;
  if (identityProvider === "firebase" || clientId === undefined || clientSecret !== undefined)
    return undefined;
  const url = discoveryUrl(config);
  const document = await callProvider({ method: "GET", url, timeoutMilliseconds: TIMEOUT_MILLISECONDS }).then(
    ({ status, answer }) => (status === 200 ? answer : {}),
    () => ({}) as Readonly<Record<string, unknown>>,
  );
  const { issuer, authorization_endpoint: authorizationUrl, token_endpoint: tokenUrl } = document;
  if (issuer !== jwt.issuer || !isAsSafeAs(url, authorizationUrl) || !isAsSafeAs(url, tokenUrl))
    return undefined;
  const [audience = ""] = jwt.audiences;
  return {
    authorizationUrl,
    tokenUrl,
    clientId,
    scopes: (oidc.scope ?? "openid").split(" "),
    // Without it, Auth0's token is not a JWT; other providers do not know the parameter.
    parameters: identityProvider === "auth0" ? { audience } : {},
    tokenName: isCognito && jwt.tokenUse === "id" ? "id_token" : "access_token",
  };
}

/** A user pool's document is below its issuer, where an emulator of Cognito does not listen. */
function discoveryUrl({ identityProvider, cognito, jwt: { issuer } }: SignInConfig): string {
  const base =
    identityProvider === "cognito" && cognito.url
      ? `${cognito.url}/${issuer.split("/").at(-1)}`
      : issuer.replace(/\/$/, "");
  return `${base}/.well-known/openid-configuration`;
}

/** HTTPS only, unless the provider is on this machine. */
function isAsSafeAs(base: string, url: unknown): url is string {
  if (typeof url !== "string") return false;
  const protocol = URL.parse(url)?.protocol;
  return protocol === "https:" || (protocol === "http:" && base.startsWith("http:"));
}
