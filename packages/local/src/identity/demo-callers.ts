// The callers of the demo, and what each of them is to an identity provider.

import type { LocalIdentity } from "./local-identity.ts";

export interface DemoCaller {
  email: string;
  password: string;
  displayName: string;
  groups: string[];
}

const password = "not-secret";

export const demoCallers = {
  user: { email: "user@example.com", password, displayName: "Demo User", groups: ["USERS"] },
  admin: { email: "admin@example.com", password, displayName: "Demo Admin", groups: ["USERS", "ADMINS"] },
  nobody: { email: "nobody@example.com", password, displayName: "Demo Nobody", groups: [] },
} satisfies Record<string, DemoCaller>;

/**
 * Signs a caller in at the provider itself and returns the ID token, which a client of the API would send as its bearer
 * token.
 *
 * @throws when the provider refuses the caller.
 */
export async function signIn(
  { identityToolkitBaseUrl }: Pick<LocalIdentity, "identityToolkitBaseUrl">,
  email: string,
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
