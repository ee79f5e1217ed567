// Calls as the curl lines a person would type.

import type { LocalIdentity } from "./identity/local-identity.ts";

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** The environment variable the password came from, for lines that must not show it. */
  readonly passwordVariable?: string | undefined;
}

export interface CurlCall {
  readonly url: string;
  /** Default: what curl takes by itself, which is GET, and POST with a body. */
  readonly method?: string | undefined;
  readonly credentials?: Credentials | undefined;
  readonly json?: unknown;
  /** Goes into double quotes, so that it may be a variable or a command. */
  readonly bearer?: string | undefined;
}

export function curl({ url, method, credentials, json, bearer }: CurlCall): string {
  const words = ["curl"];
  const hasBody = credentials !== undefined || json !== undefined;
  if (method !== undefined && method !== (hasBody ? "POST" : "GET")) words.push("-X", method);
  if (credentials) {
    const { email, password, passwordVariable } = credentials;
    words.push("-F", shellWord(`username=${email}`));
    words.push(
      "-F",
      passwordVariable ? `"password=$${passwordVariable}"` : shellWord(`password=${password}`),
    );
  } else if (json !== undefined) {
    words.push("-H", shellWord("content-type: application/json"), "-d", shellWord(JSON.stringify(json)));
  }
  if (bearer) words.push("-H", `"Authorization: Bearer ${bearer}"`);
  return [...words, shellWord(url)].join(" ");
}

/** A command that becomes the caller's token, of the API's token endpoint. */
export function curlForToken(tokenUrl: string, credentials: Credentials): string {
  return takenFromAnswer(curl({ url: tokenUrl, credentials }), "access_token");
}

/** The same where the API has no such endpoint: the token comes from the identity provider. */
export function curlForIdToken(
  { identityToolkitBaseUrl }: Pick<LocalIdentity, "identityToolkitBaseUrl">,
  { email, password }: Credentials,
): string {
  const url = `${identityToolkitBaseUrl}/v1/accounts:signInWithPassword?key=local`;
  return takenFromAnswer(curl({ url, json: { email, password, returnSecureToken: true } }), "idToken");
}

/** It needs Node, which is there, and not jq, which may not be. */
function takenFromAnswer(call: string, field: string): string {
  return `$(${call.replace("curl", "curl -s")} | node -p 'JSON.parse(fs.readFileSync(0)).${field}')`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
