/** Creates and checks API keys. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { ApiError } from "../errors/api-error.ts";
import type { ApiKeyStore, StoredApiKey } from "./api-key-store.ts";
import type { Principal } from "./principal.ts";

/** Secret scanners can recognise this form. With 32 random bytes, a slow hash is unnecessary. */
const KEY = /^(key_[0-9a-f]{16})\.[A-Za-z0-9_-]{43}$/;
const NO_HASH = Buffer.alloc(32);

/** The header that has the key. */
export const API_KEY_HEADER = "x-api-key";

/**
 * RFC 9110, section 11.6.1, requires a challenge with each 401; no registered scheme sends a key in its own
 * header.
 */
const CHALLENGE = { "www-authenticate": `ApiKey header="${API_KEY_HEADER}"` };

/**
 * Makes a key.
 *
 * @returns the key, to be shown once, and the record for the store.
 */
export function createApiKey(
  given: Pick<StoredApiKey, "subject" | "scopes" | "expiresAt">,
  now = new Date(),
): { readonly key: string; readonly stored: StoredApiKey } {
  const prefix = `key_${randomBytes(8).toString("hex")}`;
  const key = `${prefix}.${randomBytes(32).toString("base64url")}`;
  return {
    key,
    stored: { ...given, prefix, hash: sha256(key).toString("hex"), createdAt: now.toISOString() },
  };
}

/**
 * Finds the owner of a key, in constant time. The reason for a refusal is given only to callers who have the
 * key.
 *
 * @throws ApiError 003401, or 001503 when the store fails.
 */
export async function callerOfApiKey(
  given: string | undefined,
  store: ApiKeyStore,
  now = Date.now(),
): Promise<Principal> {
  if (given === undefined) throw refused(`Send an API key in the header ${API_KEY_HEADER}`);
  const [, prefix] = KEY.exec(given) ?? [];
  if (prefix === undefined) throw refused("The API key is malformed");
  const stored = await find(prefix, store);
  const hash = Buffer.from(stored?.hash ?? "", "hex");
  const isTheirs = timingSafeEqual(sha256(given), hash.length === NO_HASH.length ? hash : NO_HASH);
  if (!stored || !isTheirs || stored.prefix !== prefix) throw refused("The API key is unknown");
  if (stored.revokedAt !== undefined) throw refused("The API key was revoked");
  // An unreadable time counts as past.
  if (stored.expiresAt !== undefined && !(Date.parse(stored.expiresAt) > now))
    throw refused("The API key has expired");
  return principalOf(stored);
}

async function find(prefix: string, store: ApiKeyStore): Promise<StoredApiKey | undefined> {
  try {
    return await store.find(prefix);
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError("001503", { reason: "API keys cannot be looked up; try again later", cause });
  }
}

function principalOf({ subject, scopes }: StoredApiKey): Principal {
  const claims = Object.freeze({ sub: subject, scope: scopes.join(" ") });
  return Object.freeze({ subject, groups: Object.freeze([]), scopes: Object.freeze([...scopes]), claims });
}

function refused(reason: string): ApiError {
  return new ApiError("003401", { reason, headers: CHALLENGE });
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
