import type { Config } from "../config.ts";
import { createCognitoProvider } from "./cognito.ts";
import { createFirebaseProvider } from "./firebase.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { createPasswordGrantProvider } from "./password-grant.ts";

const providers = new WeakMap<Config, IdentityProvider>();

/** Gives the provider that signs callers in, as the environment says. The same configuration has the same provider. */
export function createIdentityProvider(config: Config): IdentityProvider {
  const known = providers.get(config);
  if (known) return known;
  const provider = create(config);
  providers.set(config, provider);
  return provider;
}

function create(config: Config): IdentityProvider {
  switch (config.identityProvider) {
    case "firebase":
      return createFirebaseProvider(config);
    case "cognito":
      return createCognitoProvider(config);
    case "auth0":
    case "oidc":
      return createPasswordGrantProvider(config);
  }
}
