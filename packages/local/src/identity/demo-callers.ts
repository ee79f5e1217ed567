// The people of the demo, and how they come into an emulator: through firebase-admin, as in a real project.

import { deleteApp, initializeApp } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";
import type { IdentityEmulator } from "./emulator.ts";

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

let lastSeeding: Promise<void> = Promise.resolve();

/** firebase-admin finds its emulator by a variable of the whole process, so seedings take turns. */
export function seedDemoCallers(emulator: IdentityEmulator): Promise<void> {
  const seeding = lastSeeding.then(() => seed(emulator));
  lastSeeding = seeding.catch(() => undefined);
  return seeding;
}

async function seed({ url, projectId }: IdentityEmulator) {
  const hostBefore = process.env.FIREBASE_AUTH_EMULATOR_HOST;
  process.env.FIREBASE_AUTH_EMULATOR_HOST = new URL(url).host;
  const app = initializeApp({ projectId }, "demo-callers");
  try {
    const auth = getAuth(app);
    for (const { groups, ...user } of Object.values<DemoCaller>(demoCallers)) {
      const { uid } = await auth.createUser({ ...user, emailVerified: true });
      // Someone without groups has no such claim at all, as in a project where nobody ever set one.
      if (groups.length > 0) await auth.setCustomUserClaims(uid, { groups });
    }
  } finally {
    await deleteApp(app);
    if (hostBefore === undefined) delete process.env.FIREBASE_AUTH_EMULATOR_HOST;
    else process.env.FIREBASE_AUTH_EMULATOR_HOST = hostBefore;
  }
}

/** An id token, straight from the emulator: what a client of the API would send as its bearer token. */
export async function signIn(
  emulator: Pick<IdentityEmulator, "identityToolkitBaseUrl">,
  email: string,
): Promise<string> {
  const response = await fetch(
    `${emulator.identityToolkitBaseUrl}/v1/accounts:signInWithPassword?key=local`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password, returnSecureToken: true }),
    },
  );
  const answer = (await response.json()) as { idToken?: string };
  if (answer.idToken === undefined) throw new Error(`${email} cannot sign in: ${JSON.stringify(answer)}`);
  return answer.idToken;
}
