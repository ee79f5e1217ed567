/** Where an API stores its API keys: the interface of its service `apiKeys`. */

/** A stored key. The key itself is shown once, to its owner, and never stored. */
export interface StoredApiKey {
  /** The public part of the key, used to look it up. */
  readonly prefix: string;
  /** SHA-256 of the whole key, in hexadecimal. */
  readonly hash: string;
  /** The caller: `principal.subject`. */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** RFC 3339: `2027-01-31T00:00:00Z`. */
  readonly createdAt: string;
  /** RFC 3339. Without it the key does not expire. */
  readonly expiresAt?: string | undefined;
  /** RFC 3339. */
  readonly revokedAt?: string | undefined;
}

export interface ApiKeyStore {
  /** Looks a key up. The kit checks whether the caller has it. */
  find(prefix: string): Promise<StoredApiKey | undefined>;
  /** For `npm run keys -- create`. */
  add?(key: StoredApiKey): Promise<void>;
  /** For `npm run keys -- list`. */
  list?(): Promise<readonly StoredApiKey[]>;
  /** For `npm run keys -- revoke`: sets `revokedAt`, and tells whether the key exists. */
  revoke?(prefix: string, revokedAt: string): Promise<boolean>;
}
