import type { LocalCaller } from "@lambda-express-api/kit";
import type { LocalIdentity } from "./local-identity.ts";

/**
 * Signs a caller in at the provider and returns the bearer token for the API.
 *
 * @throws if the provider refuses the caller.
 */
export async function signIn(
  { signInRequest }: Pick<LocalIdentity, "signInRequest">,
  caller: Pick<LocalCaller, "email" | "password">,
): Promise<string> {
  const { url, headers, body, tokenAt } = signInRequest(caller);
  const response = await fetch(url, { method: "POST", headers, body });
  const answer: unknown = await response.json();
  const token = tokenAt.reduce<unknown>((inner, name) => Object(inner)[name], answer);
  if (typeof token !== "string") throw new Error(`${caller.email} cannot sign in: ${JSON.stringify(answer)}`);
  return token;
}
