// Calls as the curl lines a person would type.

import type { SignInRequest } from "./identity/local-identity.ts";

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
  /** A body as it is, and the headers that say what it is. */
  readonly sent?: Pick<SignInRequest, "headers" | "body"> | undefined;
  /** Goes into double quotes, so that it may be a variable or a command. */
  readonly bearer?: string | undefined;
}

export function curl({ url, method, credentials, json, sent = sentAs(json), bearer }: CurlCall): string {
  const words = ["curl"];
  const hasBody = credentials !== undefined || sent !== undefined;
  if (method !== undefined && method !== (hasBody ? "POST" : "GET")) words.push("-X", method);
  if (credentials) {
    const { email, password, passwordVariable } = credentials;
    words.push("-F", shellWord(`username=${email}`));
    words.push(
      "-F",
      passwordVariable ? `"password=$${passwordVariable}"` : shellWord(`password=${password}`),
    );
  } else if (sent) {
    for (const [name, value] of Object.entries(sent.headers))
      words.push("-H", shellWord(`${name}: ${value}`));
    words.push("-d", shellWord(sent.body));
  }
  if (bearer) words.push("-H", `"Authorization: Bearer ${bearer}"`);
  return [...words, shellWord(url)].join(" ");
}

function sentAs(json: unknown): CurlCall["sent"] {
  return json === undefined
    ? undefined
    : { headers: { "content-type": "application/json" }, body: JSON.stringify(json) };
}

/** A command that becomes the caller's token, of the API's token endpoint. */
export function curlForToken(tokenUrl: string, credentials: Credentials): string {
  return takenFromAnswer(curl({ url: tokenUrl, credentials }), "access_token");
}

/** The same where the API has no such endpoint: the token comes from the identity provider. */
export function curlForProvidersToken({ url, tokenAt, ...sent }: SignInRequest): string {
  return takenFromAnswer(curl({ url, sent }), tokenAt.join("."));
}

/** It needs Node, which is there, and not jq, which may not be. */
function takenFromAnswer(call: string, field: string): string {
  return `$(${call.replace("curl", "curl -s")} | node -p 'JSON.parse(fs.readFileSync(0)).${field}')`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
