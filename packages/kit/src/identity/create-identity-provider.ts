import type { Config } from "../config.ts";
import type { IdentityProvider } from "./identity-provider.ts";

const providers = new WeakMap<Config, IdentityProvider>();

/** Returns the configured provider. The same configuration gives the same provider. */
export function createIdentityProvider(config: Config): IdentityProvider {
  const known = providers.get(config);
  if (known) return known;
  const provider = create(config);
  providers.set(config, provider);
  return provider;
}

function create(config: Config): IdentityProvider {
  let loading: Promise<IdentityProvider> | undefined;
  const provider = () => {
    loading ??= load(config);
    return loading;
  };
  return {
    signIn: async (username, password) => (await provider()).signIn(username, password),
    refresh: async (refreshToken) => (await provider()).refresh(refreshToken),
  };
}

/** Loads the API's one provider when a caller first signs in. */
async function load(config: Config): Promise<IdentityProvider> {
  switch (config.identityProvider) {
    case "firebase":
      return (await import("./firebase.ts")).createFirebaseProvider(config);
    case "cognito":
      return (await import("./cognito.ts")).createCognitoProvider(config);
    case "auth0":
    case "oidc":
      return (await import("./password-grant.ts")).createPasswordGrantProvider(config);
  }
}
