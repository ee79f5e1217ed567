import { existsSync } from "node:fs";
import type { LocalCaller } from "@lambda-express-api/kit";
import { IDENTITY_PROVIDERS } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { PlainError } from "../command.ts";
import type { LocalIdentity } from "./local-identity.ts";
import { type LocalIssuerOptions, startLocalIssuer } from "./local-issuer.ts";

/** The identity providers for `npm start`: the local issuer in each dress, and Firebase's emulator. */
export const identityNames = [...IDENTITY_PROVIDERS, "firebase-emulator"] as const;
export type IdentityName = (typeof identityNames)[number];

/** The exports of `evidence/firebase-emulator` that `npm start` uses. */
interface EmulatorModule {
  startFirebaseEmulator(options: {
    callers: readonly LocalCaller[];
    groupsClaim?: string | undefined;
  }): Promise<LocalIdentity>;
}

const EMULATOR = new URL("../../../../evidence/firebase-emulator/", import.meta.url);

/**
 * Starts one of the identity providers with these callers.
 *
 * @throws {PlainError} if the emulator is not installed.
 */
export async function startIdentity(
  name: IdentityName,
  callers: readonly LocalCaller[],
  {
    groupsClaim,
    tokenUse,
    emulator = EMULATOR,
  }: Pick<LocalIssuerOptions, "groupsClaim" | "tokenUse"> & { emulator?: URL } = {},
): Promise<LocalIdentity> {
  if (name !== "firebase-emulator")
    return startLocalIssuer({ callers, provider: name, groupsClaim, tokenUse });
  if (!existsSync(new URL("node_modules/firebase-tools", emulator))) {
    throw new PlainError(
      "The Firebase Auth emulator is not installed; run npm ci --prefix evidence/firebase-emulator first, or leave --identity out.",
    );
  }
  // A computed specifier, because the emulator's packages are installed separately.
  const { startFirebaseEmulator }: EmulatorModule = await import(new URL("src/emulator.ts", emulator).href);
  return startFirebaseEmulator({ callers, groupsClaim });
}
