import type { Config } from "../config.ts";
import { createFirebaseProvider } from "./firebase.ts";
import type { IdentityProvider } from "./identity-provider.ts";

/** Makes the provider that signs callers in, as the environment says: Firebase. */
export function createIdentityProvider(config: Config): IdentityProvider {
  return createFirebaseProvider(config);
}
