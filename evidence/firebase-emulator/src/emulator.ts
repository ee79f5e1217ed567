/**
 * The unchanged Firebase Auth emulator of firebase-tools, behind a proxy that signs its tokens. The emulator's
 * own tokens are unsigned, and the API has no path for unsigned tokens.
 */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { deleteApp, initializeApp } from "firebase-admin/app";
import { type Auth, getAuth } from "firebase-admin/auth";
import type { LocalCaller } from "../../../packages/kit/src/local-stack.ts";
import { firebaseIdentity } from "../../../packages/local/src/identity/firebase.ts";
import type { LocalIdentity } from "../../../packages/local/src/identity/local-identity.ts";
import { createSigningKey } from "../../../packages/local/src/identity/signing-key.ts";
import { JWKS_PATH, signTokens } from "./sign-tokens.ts";

export interface FirebaseEmulatorOptions {
  callers: readonly LocalCaller[];
  host?: string | undefined;
  port?: number | undefined;
  projectId?: string | undefined;
  groupsClaim?: string | undefined;
}

export interface FirebaseEmulator extends LocalIdentity {
  /** Runs something with firebase-admin at this emulator. */
  asAdmin<Result>(run: (auth: Auth) => Promise<Result>): Promise<Result>;
}

/** The part of firebase-tools that is used. It is not public, so the version is pinned. */
interface EmulatorModule {
  createApp(projectId: string): Promise<RequestListener>;
}

const LOOPBACK = "127.0.0.1";

/**
 * Starts the emulator with these callers in it, made by firebase-admin as in a real project. Its refresh tokens are not
 * signed, so anyone who reaches the port can be anyone: keep the host a loopback address.
 */
export async function startFirebaseEmulator({
  callers,
  host = LOOPBACK,
  port = 0,
  projectId = "demo-project",
  groupsClaim = "groups",
}: FirebaseEmulatorOptions): Promise<FirebaseEmulator> {
  const require = createRequire(import.meta.url);
  const { createApp }: EmulatorModule = require("firebase-tools/lib/emulator/auth/server");
  const emulator = createServer(await createApp(projectId));
  const emulatorPort = await listen(emulator, 0, LOOPBACK);

  const key = await createSigningKey();
  const proxy = createServer(signTokens(`http://${LOOPBACK}:${emulatorPort}`, key));
  const url = `http://${host}:${await listen(proxy, port, host)}`;

  const asAdmin = adminOf(projectId, `${LOOPBACK}:${emulatorPort}`);
  await asAdmin(async (auth) => {
    for (const { groups, ...caller } of callers) {
      const { uid } = await auth.createUser({ ...caller, emailVerified: true });
      // An account without groups has no such claim, as in a project where none was ever set.
      if (groups.length > 0) await auth.setCustomUserClaims(uid, { [groupsClaim]: groups });
    }
  });
  return {
    name: "Firebase Auth emulator",
    url,
    ...firebaseIdentity({ url, jwksUri: url + JWKS_PATH, projectId, groupsClaim }),
    asAdmin,
    async close() {
      await close(proxy);
      await close(emulator);
    },
  };
}

/** firebase-admin finds its emulator by a variable of the whole process: one emulator at a time. */
function adminOf(projectId: string, emulatorHost: string): FirebaseEmulator["asAdmin"] {
  return async (run) => {
    process.env.FIREBASE_AUTH_EMULATOR_HOST = emulatorHost;
    const app = initializeApp({ projectId }, emulatorHost);
    try {
      return await run(getAuth(app));
    } finally {
      await deleteApp(app);
      delete process.env.FIREBASE_AUTH_EMULATOR_HOST;
    }
  };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}
