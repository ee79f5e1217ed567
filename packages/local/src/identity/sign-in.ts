import type { LocalCaller } from "@lambda-express-api/kit";
import type { LocalIdentity } from "./local-identity.ts";

/**
 * Signs a caller in at the provider itself and returns the ID token, which a client of the API would send as its bearer
 * token.
 *
 * @throws when the provider refuses the caller.
 */
export async function signIn(
  { identityToolkitBaseUrl }: Pick<LocalIdentity, "identityToolkitBaseUrl">,
  { email, password }: Pick<LocalCaller, "email" | "password">,
): Promise<string> {
  const response = await fetch(`${identityToolkitBaseUrl}/v1/accounts:signInWithPassword?key=local`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password, returnSecureToken: true }),
  });
  const answer = (await response.json()) as { idToken?: string };
  if (answer.idToken === undefined) throw new Error(`${email} cannot sign in: ${JSON.stringify(answer)}`);
  return answer.idToken;
}
