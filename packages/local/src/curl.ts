// Calls as the curl lines a person would type.

export interface Credentials {
  email: string;
  password: string;
  /** The environment variable the password came from, for lines that must not show it. */
  passwordVariable?: string | undefined;
}

export interface CurlCall {
  url: string;
  credentials?: Credentials | undefined;
  /** Goes into double quotes, so that it may be a variable or a command. */
  bearer?: string | undefined;
}

export function curl({ url, credentials, bearer }: CurlCall): string {
  const words = ["curl"];
  if (credentials) {
    const { email, password, passwordVariable } = credentials;
    words.push("-F", shellWord(`username=${email}`));
    words.push(
      "-F",
      passwordVariable ? `"password=$${passwordVariable}"` : shellWord(`password=${password}`),
    );
  }
  if (bearer) words.push("-H", `"Authorization: Bearer ${bearer}"`);
  return [...words, shellWord(url)].join(" ");
}

/** A command that becomes the caller's token. It needs Node, which is there, and not jq, which may not be. */
export function curlForToken(baseUrl: string, credentials: Credentials): string {
  const call = curl({ url: `${baseUrl}/v1/auth/token`, credentials });
  return `$(${call.replace("curl", "curl -s")} | node -p 'JSON.parse(fs.readFileSync(0)).access_token')`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
