// Formats calls as curl commands.

import type { SignInRequest } from "./identity/local-identity.ts";

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** The environment variable with the password, for commands that must not show it. */
  readonly passwordVariable?: string | undefined;
}

export interface CurlCall {
  readonly url: string;
  /** Default: curl's own, which is GET, or POST with a body. */
  readonly method?: string | undefined;
  readonly credentials?: Credentials | undefined;
  readonly json?: unknown;
  /** A body, and the headers that describe it. */
  readonly sent?: Pick<SignInRequest, "headers" | "body"> | undefined;
  /** Placed in double quotes, so it can be a variable or a command substitution. */
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

/** A command substitution that gets the caller's token from the API's token endpoint. */
export function curlForToken(tokenUrl: string, credentials: Credentials): string {
  return takenFromAnswer(curl({ url: tokenUrl, credentials }), "access_token");
}

/** A command substitution that gets the caller's token from the identity provider. */
export function curlForProvidersToken({ url, tokenAt, ...sent }: SignInRequest): string {
  return takenFromAnswer(curl({ url, sent }), tokenAt.join("."));
}

/** Uses Node, because jq may not be installed. */
function takenFromAnswer(call: string, field: string): string {
  return `$(${call.replace("curl", "curl -s")} | node -p 'JSON.parse(fs.readFileSync(0)).${field}')`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
