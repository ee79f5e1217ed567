/**
 * Sign-in at the provider's own page: a page with a button for each caller, and a code that can be exchanged once, with the
 * verifier of its challenge (RFC 6749, section 4.1; RFC 7636 with S256 only).
 */
import { createHash, randomBytes } from "node:crypto";
import type { Account, Accounts } from "./accounts.ts";
import { nowSeconds, type ProviderAnswer, type ProviderRequest } from "./dress.ts";

/** A page's parameters, and the caller who answered it. */
interface Grant {
  readonly account: Account;
  readonly challenge: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly audience: string | undefined;
  readonly expiresAt: number;
}

/** The result of a code exchange: the caller, and the requested grant. */
export type CodeGrant = Pick<Grant, "account" | "scope" | "audience">;

export interface AuthorizationCodes {
  /** Answers the page and its form. Returns `undefined` for other paths. */
  answer(request: ProviderRequest): ProviderAnswer | undefined;
  /** @returns `undefined` for a code that is unknown, used, expired, or issued to another client, address or verifier. */
  exchange(fields: Readonly<Record<string, unknown>>): CodeGrant | undefined;
}

export interface AuthorizationCodeOptions {
  readonly accounts: Accounts;
  readonly clientId: string;
  /** The page's path. */
  readonly path: string;
}

const LIFETIME_SECONDS = 60;
const CHALLENGE = /^[\w-]{43}$/;
/** RFC 8252, section 7.3: a client on this machine redirects to an address of this machine, on any port. */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

export function createAuthorizationCodes({
  accounts,
  clientId,
  path,
}: AuthorizationCodeOptions): AuthorizationCodes {
  const grants = new Map<string, Grant>();

  function answer({ method, path: asked, query, body }: ProviderRequest): ProviderAnswer | undefined {
    if (asked !== path) return undefined;
    const request = method === "POST" ? new URLSearchParams(body) : query;
    const fault = faultOf(request, clientId);
    if (fault) return pageOf(400, "Cannot sign in", `<p>${safe(fault)}</p>`);
    const email = method === "POST" ? request.get("email") : null;
    if (email === null) return signInPage(accounts, request, path);
    const account = accounts.withEmail(email);
    if (!account || account.disabled) return back(request, { error: "access_denied" });
    account.lastSignInTime = nowSeconds();
    const code = randomBytes(24).toString("base64url");
    grants.set(code, {
      account,
      challenge: request.get("code_challenge") ?? "",
      redirectUri: request.get("redirect_uri") ?? "",
      scope: request.get("scope") ?? "",
      audience: request.get("audience") ?? undefined,
      expiresAt: nowSeconds() + LIFETIME_SECONDS,
    });
    return back(request, { code });
  }

  return {
    answer,
    exchange({ code, client_id: client, redirect_uri: redirectUri, code_verifier: verifier }) {
      const grant = grants.get(String(code));
      grants.delete(String(code));
      const isRight =
        grant &&
        client === clientId &&
        redirectUri === grant.redirectUri &&
        typeof verifier === "string" &&
        createHash("sha256").update(verifier).digest("base64url") === grant.challenge &&
        nowSeconds() < grant.expiresAt &&
        !grant.account.disabled;
      return isRight ? grant : undefined;
    },
  };
}

/** A mistake that must not be redirected to an unverified address (RFC 6749, section 4.1.2.1). */
function faultOf(request: URLSearchParams, clientId: string): string | undefined {
  const redirect = URL.parse(request.get("redirect_uri") ?? "");
  if (request.get("client_id") !== clientId) return `Unknown client_id; use ${clientId}.`;
  if (!redirect || !LOOPBACK.includes(redirect.hostname))
    return "The redirect_uri must be an address of this machine, such as http://localhost:3000/.";
  if (request.get("response_type") !== "code") return "The response_type must be code.";
  if (request.get("code_challenge_method") !== "S256" || !CHALLENGE.test(request.get("code_challenge") ?? ""))
    return "A code_challenge with S256 is required (PKCE).";
  return undefined;
}

function back(request: URLSearchParams, result: Readonly<Record<string, string>>): ProviderAnswer {
  const url = new URL(request.get("redirect_uri") ?? "");
  const state = request.get("state");
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value);
  if (state !== null) url.searchParams.set("state", state);
  return { status: 303, body: "", headers: { location: url.href } };
}

function signInPage(accounts: Accounts, request: URLSearchParams, path: string): ProviderAnswer {
  const asked = [...request].map(
    ([name, value]) => `<input type="hidden" name="${safe(name)}" value="${safe(value)}">`,
  );
  const buttons = accounts.all().map(({ email, groups }) => {
    const who = `${email} (${groups.join(", ") || "no group"})`;
    return `<p><button name="email" value="${safe(email)}">${safe(who)}</button></p>`;
  });
  return pageOf(
    200,
    "Sign in",
    `<form method="post" action="${safe(path)}">\n${[...asked, ...buttons].join("\n")}\n</form>`,
  );
}

function pageOf(status: number, title: string, content: string): ProviderAnswer {
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<h1>${title}</h1>
<p>The local identity provider of this stack.</p>
${content}
</html>
`;
  // No form-action: the form's answer redirects to the API's page.
  const policy = "default-src 'none';frame-ancestors 'none';base-uri 'none'";
  return {
    status,
    body,
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
  };
}

function safe(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
