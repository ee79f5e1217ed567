import type { Auth } from "firebase-admin/auth";

/** Puts an account into these groups and no others. This replaces all custom claims of the account. */
export async function setGroups(auth: Auth, email: string, groups: string[]): Promise<void> {
  const { uid } = await auth.getUserByEmail(email);
  await auth.setCustomUserClaims(uid, groups.length > 0 ? { groups } : null);
}
