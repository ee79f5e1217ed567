/**
 * Groups in Firebase: a list in a custom claim of the account, set with firebase-admin.
 * https://firebase.google.com/docs/auth/admin/custom-claims
 */
import { PlainError } from "../command.ts";
import { GROUPS, loadOptional } from "../optional-package.ts";
import type { GroupDirectory } from "./group-directory.ts";

interface AppModule {
  initializeApp(options: { projectId: string }): object;
}

interface User {
  readonly uid: string;
  readonly customClaims?: Readonly<Record<string, unknown>>;
}

interface AuthModule {
  getAuth(app: object): {
    getUserByEmail(email: string): Promise<User>;
    createUser(user: { email: string; emailVerified: boolean; password: string }): Promise<User>;
    setCustomUserClaims(uid: string, claims: object | null): Promise<void>;
  };
}

export interface FirebaseGroupsOptions {
  readonly projectId: string;
  readonly groupsClaim: string;
  /** Where to look for firebase-admin. */
  readonly folder: string;
}

/** firebase-admin finds an emulator or its credentials: `GOOGLE_APPLICATION_CREDENTIALS` and gcloud's. */
export function createFirebaseGroups({
  projectId,
  groupsClaim,
  folder,
}: FirebaseGroupsOptions): GroupDirectory {
  const { initializeApp } = loadOptional<AppModule>("firebase-admin/app", folder, GROUPS);
  const { getAuth } = loadOptional<AuthModule>("firebase-admin/auth", folder, GROUPS);
  const auth = getAuth(initializeApp({ projectId }));

  async function userOf(email: string): Promise<User> {
    try {
      return await auth.getUserByEmail(email);
    } catch (error) {
      throw explained(error, email);
    }
  }

  function explained(error: unknown, email: string): PlainError {
    const { code, message = "" } = error as { code?: string; message?: string };
    if (code === "auth/email-already-exists")
      return new PlainError(
        `The project ${projectId} already has the account ${email}; use set instead of create.`,
      );
    if (code === "auth/invalid-password")
      return new PlainError(
        "Firebase rejected the password; DEMO_PASSWORD must have at least six characters.",
      );
    if (code === "auth/user-not-found")
      return new PlainError(
        `The project ${projectId} does not have the account ${email}; create it with: npm run groups -- create ${email}`,
      );
    return new PlainError(
      `Firebase rejected the request (${code ?? message.split("\n")[0]}); sign in with gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS to the key file for a service account in ${projectId}.`,
    );
  }

  return {
    async create(email, password) {
      try {
        await auth.createUser({ email, emailVerified: true, password });
      } catch (error) {
        throw explained(error, email);
      }
    },
    async groupsOf(email) {
      const groups = (await userOf(email)).customClaims?.[groupsClaim];
      return Array.isArray(groups) ? groups.filter((group) => typeof group === "string") : [];
    },
    async setGroups(email, groups) {
      const { uid, customClaims = {} } = await userOf(email);
      // Firebase replaces all claims, so the others must be sent again.
      const { [groupsClaim]: _, ...others } = customClaims;
      const claims = groups.length > 0 ? { ...others, [groupsClaim]: groups } : others;
      try {
        await auth.setCustomUserClaims(uid, Object.keys(claims).length > 0 ? claims : null);
      } catch (error) {
        throw explained(error, email);
      }
    },
  };
}
