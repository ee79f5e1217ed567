import { type CryptoKey, createRemoteJWKSet, customFetch, type JWSHeaderParameters } from "jose";
import type { Log } from "../log.ts";

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** Where the issuer's keys are. `undefined`: the issuer's discovery document says it. */
  readonly jwksUri: string | undefined;
  /** How long the issuer may take to answer. Default: what API Gateway gives it. */
  readonly fetchTimeoutMilliseconds?: number;
  /** Is told when keys cannot be fetched again, and older ones have to do. */
  readonly log: Log;
}

export interface IssuerKeys {
  /**
   * Finds the key that a token's header names.
   *
   * @throws jose's `JWKSNoMatchingKey` and its like where there is no such key, and anything else when the keys cannot be
   *   had.
   */
  find(header: JWSHeaderParameters): Promise<CryptoKey>;
  /** Whether a key that was found still is the issuer's, as far as that is known without asking again. */
  isCurrent(key: CryptoKey): boolean;
}

/** For each of the two fetches, as at API Gateway. */
const FETCH_TIMEOUT_MILLISECONDS = 1500;
/** So a withdrawn key is not trusted for longer, as long as the issuer answers. */
const REFRESH_MILLISECONDS = 10 * 60_000;
/** While the issuer does not answer: how long its last keys count, which is how long API Gateway caches them. */
const TRUST_MILLISECONDS = 2 * 60 * 60_000;
const RETRY_MILLISECONDS = 30_000;

/**
 * Makes what finds the key of a token in the issuer's set of keys.
 *
 * The set is fetched again every ten minutes, and for an unknown key, but for those not more than once in thirty
 * seconds: anyone could make us hammer the issuer. An issuer that cannot be reached costs nobody the access: its last
 * keys count for two hours.
 */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  let keySet: IssuerKeys | undefined;
  let pending: Promise<IssuerKeys> | undefined;

  async function loadKeySet(): Promise<IssuerKeys> {
    pending ??= createKeySet(options).finally(() => {
      pending = undefined;
    });
    keySet = await pending;
    return keySet;
  }

  return {
    find: async (header) => (keySet ?? (await loadKeySet())).find(header),
    isCurrent: (key) => keySet?.isCurrent(key) ?? false,
  };
}

async function createKeySet({
  issuer,
  jwksUri,
  fetchTimeoutMilliseconds = FETCH_TIMEOUT_MILLISECONDS,
  log,
}: IssuerKeysOptions): Promise<IssuerKeys> {
  const uri = jwksUri ?? (await discoverJwksUri(issuer, fetchTimeoutMilliseconds));
  /** Keys of the set that was fetched last. */
  const found = new Set<CryptoKey>();
  let fetches = 0;
  const keys = createRemoteJWKSet(new URL(uri), {
    timeoutDuration: fetchTimeoutMilliseconds,
    cacheMaxAge: TRUST_MILLISECONDS,
    [customFetch]: async (url, init) => {
      const response = await fetch(url, init);
      // Nobody can make us forget keys by asking for one that is not there while the issuer does not answer.
      if (response.ok) {
        fetches += 1;
        found.clear();
      }
      return response;
    },
  });
  let refreshAt = 0;
  const isDue = () => !keys.fresh || Date.now() >= refreshAt;

  async function refresh(): Promise<void> {
    // Whoever comes while the issuer is asked need not wait for it.
    refreshAt = Date.now() + RETRY_MILLISECONDS;
    try {
      await keys.reload();
      refreshAt = Date.now() + REFRESH_MILLISECONDS;
    } catch (error) {
      if (!keys.fresh) throw error;
      log.warn("the token issuer's keys cannot be fetched again", { error });
    }
  }

  return {
    async find(header) {
      if (isDue()) await refresh();
      const fetchesBefore = fetches;
      const key = await keys(header);
      // The set may have been exchanged for another meanwhile, which may lack this key.
      if (fetches === fetchesBefore && !keys.reloading) found.add(key);
      return key;
    },
    isCurrent: (key) => found.has(key) && !isDue(),
  };
}

/** OpenID Connect Discovery 1.0, section 4: the document's `issuer` must be the very string that was asked for. */
async function discoverJwksUri(issuer: string, timeoutMilliseconds: number): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  if (!response.ok) throw new Error(`The issuer's discovery document answers ${response.status}`);
  const document: unknown = await response.json();
  if (typeof document !== "object" || document === null)
    throw new Error("The discovery document is no object");
  const { issuer: named, jwks_uri: jwksUri } = document as Record<string, unknown>;
  if (named !== issuer) throw new Error(`The discovery document names another issuer: ${String(named)}`);
  if (typeof jwksUri !== "string") throw new Error("The discovery document has no jwks_uri");
  return jwksUri;
}
