import { type CryptoKey, createRemoteJWKSet, type JWSHeaderParameters } from "jose";
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

/** Finds the key that a token's header names. It is the same object as long as the set of keys is the same. */
export type FindKey = (header: JWSHeaderParameters) => Promise<CryptoKey>;

/** For each of the two fetches, as at API Gateway. */
const FETCH_TIMEOUT_MILLISECONDS = 1500;
/** So a withdrawn key is not trusted for longer, as long as the issuer answers. */
const REFRESH_MILLISECONDS = 10 * 60_000;
/** While the issuer does not answer: how long its last keys count, which is how long API Gateway caches them. */
const TRUST_MILLISECONDS = 2 * 60 * 60_000;
const RETRY_MILLISECONDS = 30_000;

/**
 * Makes the function that finds the key of a token in the issuer's set of keys.
 *
 * The set is fetched again every ten minutes, and for an unknown key, but for those not more than once in thirty
 * seconds: anyone could make us hammer the issuer. An issuer that cannot be reached costs nobody the access: its last
 * keys count for two hours.
 *
 * The function rejects with jose's `JWKSNoMatchingKey` and its like where there is no such key, and with anything else
 * when the keys cannot be had.
 */
export function createIssuerKeys(options: IssuerKeysOptions): FindKey {
  let keySet: Promise<FindKey> | undefined;

  return async (header) => {
    keySet ??= createKeySet(options).catch((error: unknown) => {
      keySet = undefined;
      throw error;
    });
    return (await keySet)(header);
  };
}

async function createKeySet({
  issuer,
  jwksUri,
  fetchTimeoutMilliseconds = FETCH_TIMEOUT_MILLISECONDS,
  log,
}: IssuerKeysOptions): Promise<FindKey> {
  const uri = jwksUri ?? (await discoverJwksUri(issuer, fetchTimeoutMilliseconds));
  const keys = createRemoteJWKSet(new URL(uri), {
    timeoutDuration: fetchTimeoutMilliseconds,
    cacheMaxAge: TRUST_MILLISECONDS,
  });
  let refreshAt = 0;

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

  return async (header) => {
    if (!keys.fresh || Date.now() >= refreshAt) await refresh();
    return keys(header);
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
