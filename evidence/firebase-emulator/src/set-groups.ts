import type { Auth } from "firebase-admin/auth";

/** Replaces the user's groups, and all other custom claims of the user. */
export async function setGroups(auth: Auth, email: string, groups: string[]): Promise<void> {
  const { uid } = await auth.getUserByEmail(email);
  await auth.setCustomUserClaims(uid, groups.length > 0 ? { groups } : null);
}
