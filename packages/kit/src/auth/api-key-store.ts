/** Where an API keeps the keys of machines: the interface of its service `apiKeys`. */

/** A key as it is kept. The key itself is shown once, to who gets it, and is kept nowhere. */
export interface StoredApiKey {
  /** The part of the key by which it is found. It is not secret. */
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
  /** Looks a key up. Whether the caller has it is checked by the kit. */
  find(prefix: string): Promise<StoredApiKey | undefined>;
  /** For `npm run keys -- create`. */
  add?(key: StoredApiKey): Promise<void>;
  /** For `npm run keys -- list`. */
  list?(): Promise<readonly StoredApiKey[]>;
  /** For `npm run keys -- revoke`: sets `revokedAt`, and answers whether there is such a key. */
  revoke?(prefix: string, revokedAt: string): Promise<boolean>;
}
