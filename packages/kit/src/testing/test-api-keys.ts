/** A store of API keys for tests, in memory: the owner's store is not used. */

import type { ApiKeyStore, StoredApiKey } from "../auth/api-key-store.ts";
import { createApiKey } from "../auth/api-keys.ts";

export interface TestApiKeys {
  /** Replaces the API's service: `testApp(api, { services: { apiKeys: keys.store } })`. */
  readonly store: Required<ApiKeyStore>;
  /**
   * Makes a valid key with these scopes; `overrides` changes its stored record: an expiry in the past, for
   * example.
   */
  issue(scopes?: readonly string[], overrides?: Partial<StoredApiKey>): string;
}

export function createTestApiKeys(): TestApiKeys {
  const kept = new Map<string, StoredApiKey>();
  return {
    store: {
      find: async (prefix) => kept.get(prefix),
      add: async (key) => void kept.set(key.prefix, key),
      list: async () => [...kept.values()],
      async revoke(prefix, revokedAt) {
        const key = kept.get(prefix);
        if (key) kept.set(prefix, { ...key, revokedAt });
        return key !== undefined;
      },
    },
    issue(scopes = [], overrides = {}) {
      const { key, stored } = createApiKey({ subject: "machine", scopes });
      kept.set(stored.prefix, { ...stored, ...overrides });
      return key;
    },
  };
}
