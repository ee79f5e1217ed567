import { existsSync } from "node:fs";
import type { LocalCaller } from "@lambda-express-api/kit";
import { IDENTITY_PROVIDERS } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { PlainError } from "../command.ts";
import type { LocalIdentity } from "./local-identity.ts";
import { type LocalIssuerOptions, startLocalIssuer } from "./local-issuer.ts";

/** The identity providers that `npm start` can run: the local issuer in each dress, and an emulator. */
export const identityNames = [...IDENTITY_PROVIDERS, "firebase-emulator"] as const;
export type IdentityName = (typeof identityNames)[number];

/** What `npm start` runs of `evidence/firebase-emulator`. */
interface EmulatorModule {
  startFirebaseEmulator(options: {
    callers: readonly LocalCaller[];
    groupsClaim?: string | undefined;
  }): Promise<LocalIdentity>;
}

const EMULATOR = new URL("../../../../evidence/firebase-emulator/", import.meta.url);

/**
 * Starts one of the identity providers, with some callers in it.
 *
 * @throws {PlainError} for an emulator that is not installed.
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
  // A computed address, because the module's packages are not installed with this one.
  const { startFirebaseEmulator }: EmulatorModule = await import(new URL("src/emulator.ts", emulator).href);
  return startFirebaseEmulator({ callers, groupsClaim });
}
