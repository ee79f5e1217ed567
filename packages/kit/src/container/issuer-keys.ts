import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  type JWSHeaderParameters,
} from "jose";
import { DEFAULT_ALGORITHMS, TOKEN_ALGORITHMS, type TokenAlgorithm } from "../auth/token-rules.ts";
import { ApiError } from "../errors/api-error.ts";
import type { Log } from "../log.ts";

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** The URL of the issuer's keys. `undefined`: taken from the issuer's discovery document. */
  readonly jwksUri: string | undefined;
  /** Keys of other algorithms are not used. Default: RS256. */
  readonly algorithms?: readonly TokenAlgorithm[];
  /** The time limit for the issuer's response. Default: API Gateway's. */
  readonly fetchTimeoutMilliseconds?: number;
  /** Logs when an outage of the issuer begins and ends, and which keys are not used. */
  readonly log: Log;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** A number from 0 to 1 that makes processes ask at different moments. */
  readonly random?: () => number;
}

export interface IssuerKeys {
  /**
   * Finds the key that a token's header names.
   *
   * @throws jose's `JWKSNoMatchingKey` or a similar error if there is no such key, and ApiError 001503 while
   *   the keys cannot be fetched.
   */
  find(header: JWSHeaderParameters): Promise<CryptoKey>;
  /** Whether a key still belongs to the issuer, according to the last fetch. */
  isCurrent(key: CryptoKey): boolean;
}

/** For each of the two fetches, as at API Gateway. */
const FETCH_TIMEOUT_MILLISECONDS = 1500;
/** So a withdrawn key is trusted no longer than this while the issuer answers. */
const REFRESH_MILLISECONDS = 10 * 60_000;
/** How long the last keys stay valid while the issuer does not answer: as long as API Gateway caches them. */
const TRUST_MILLISECONDS = 2 * 60 * 60_000;
/** The shortest time between fetches for unknown keys, because anyone can send one. */
const UNKNOWN_KEY_MILLISECONDS = 30_000;
const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
/** RFC 7518, section 3.3. */
const MIN_MODULUS_BITS = 2048;

/** The keys of one fetch. */
interface KeySet {
  readonly lookup: (header: JWSHeaderParameters) => Promise<CryptoKey>;
  /** Keys already looked up. */
  readonly found: Set<CryptoKey>;
  readonly fetchedAt: number;
}

interface Outage {
  readonly since: number;
  failures: number;
  retryAt: number;
}

/**
 * Makes the function that finds a token's key in the issuer's key set.
 *
 * The set is fetched again every ten minutes, and for an unknown key at most every thirty seconds. After a
 * failure, the next attempt comes after a second, then after pauses that double up to thirty seconds. The
 * last keys stay valid for two hours.
 */
export function createIssuerKeys({
  issuer,
  jwksUri,
  algorithms = DEFAULT_ALGORITHMS,
  fetchTimeoutMilliseconds = FETCH_TIMEOUT_MILLISECONDS,
  log,
  now = Date.now,
  random = Math.random,
}: IssuerKeysOptions): IssuerKeys {
  let uri = jwksUri;
  let latest: KeySet | undefined;
  let outage: Outage | undefined;
  let refreshAt = 0;
  let fetching: Promise<KeySet> | undefined;

  const trusted = () => (latest && now() < latest.fetchedAt + TRUST_MILLISECONDS ? latest : undefined);

  /** Simultaneous callers share one fetch. */
  function fetchKeys(): Promise<KeySet> {
    if (!fetching && outage && now() < outage.retryAt) return Promise.reject(unavailable(outage));
    fetching ??= load().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  async function load(): Promise<KeySet> {
    try {
      uri ??= await discoverJwksUri(issuer, fetchTimeoutMilliseconds);
      const keys = await usableKeys(await fetchKeySet(uri, fetchTimeoutMilliseconds), algorithms, log);
      latest = { lookup: createLocalJWKSet({ keys }), found: new Set(), fetchedAt: now() };
      refreshAt = latest.fetchedAt + REFRESH_MILLISECONDS;
      endOutage();
      return latest;
    } catch (error) {
      const { retryAt } = extendOutage(error);
      refreshAt = retryAt;
      throw unavailable({ retryAt });
    }
  }

  function extendOutage(error: unknown): Outage {
    if (!outage) {
      outage = { since: now(), failures: 0, retryAt: 0 };
      const level = trusted() ? "warn" : "error";
      log[level]("the token issuer's keys cannot be fetched", { error });
    }
    const pause = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** outage.failures, LONGEST_PAUSE_MILLISECONDS);
    outage.failures += 1;
    outage.retryAt = now() + pause * (1 + random() / 4);
    return outage;
  }

  function endOutage(): void {
    if (!outage) return;
    const { failures, since } = outage;
    outage = undefined;
    log.info("the token issuer's keys can be fetched again", {
      failures,
      seconds: Math.round((now() - since) / 1000),
    });
  }

  /** The log reports the outage itself, once. */
  function unavailable({ retryAt }: Pick<Outage, "retryAt">): ApiError {
    const seconds = Math.max(1, Math.ceil((retryAt - now()) / 1000));
    return new ApiError("001503", {
      reason: "The token issuer's signing keys are unavailable; try again later",
      headers: { "retry-after": String(seconds) },
      isLogged: true,
    });
  }

  async function lookUp(keySet: KeySet, header: JWSHeaderParameters): Promise<CryptoKey> {
    const key = await keySet.lookup(header);
    keySet.found.add(key);
    return key;
  }

  return {
    async find(header) {
      // While known keys are fetched again, callers need not wait.
      if (trusted() && now() >= refreshAt && !fetching) await fetchKeys().catch(() => {});
      const keySet = trusted() ?? (await fetchKeys());
      try {
        return await lookUp(keySet, header);
      } catch (error) {
        const isUnknown = error instanceof errors.JWKSNoMatchingKey;
        // During an outage, nothing tells whether the issuer has a new key.
        const mayBeNew = outage !== undefined || now() >= keySet.fetchedAt + UNKNOWN_KEY_MILLISECONDS;
        if (!isUnknown || !mayBeNew) throw error;
        return await lookUp(await fetchKeys(), header);
      }
    },
    isCurrent: (key) => now() < refreshAt && trusted()?.found.has(key) === true,
  };
}

async function fetchKeySet(uri: string, timeoutMilliseconds: number): Promise<JSONWebKeySet> {
  const body = await fetchJson(uri, timeoutMilliseconds);
  const { keys } = body as Partial<JSONWebKeySet>;
  if (!Array.isArray(keys) || !keys.every(isObject))
    throw new Error("The issuer's response is not a set of keys");
  return { keys };
}

/**
 * Leaves out keys that cannot verify a token: a token that names one is then refused like any with an unknown
 * key. Each key has one algorithm, which follows from the key and never from the token (RFC 8725, section
 * 3.1).
 */
async function usableKeys(
  { keys }: JSONWebKeySet,
  algorithms: readonly TokenAlgorithm[],
  log: Log,
): Promise<JWK[]> {
  const usable: JWK[] = [];
  const unused: { readonly kid: unknown; readonly fault: string }[] = [];
  for (const key of keys) {
    const algorithm = algorithmOf(key);
    if (algorithm === undefined || !algorithms.includes(algorithm)) continue;
    const fault = await faultOf(key, algorithm);
    if (fault === undefined) usable.push({ ...key, alg: algorithm });
    else unused.push({ kid: key.kid, fault });
  }
  if (unused.length > 0) log.warn("the token issuer has keys that are not used", { keys: unused });
  return usable;
}

/**
 * The purpose of a key: its type, its curve, and all names of its algorithm (RFC 9864 adds a second one for
 * EdDSA).
 */
const KEYS_OF_ALGORITHMS = {
  RS256: { kty: "RSA", crv: undefined, names: ["RS256"] },
  ES256: { kty: "EC", crv: "P-256", names: ["ES256"] },
  EdDSA: { kty: "OKP", crv: "Ed25519", names: ["EdDSA", "Ed25519"] },
} as const satisfies Record<TokenAlgorithm, object>;

/** @returns `undefined` for a key whose purpose is not the signing of tokens. */
function algorithmOf({ kty, crv, use = "sig", alg }: JWK): TokenAlgorithm | undefined {
  if (use !== "sig") return undefined;
  return TOKEN_ALGORITHMS.find((algorithm) => {
    const key = KEYS_OF_ALGORITHMS[algorithm];
    const names: readonly string[] = key.names;
    return kty === key.kty && crv === key.crv && (alg === undefined || names.includes(alg));
  });
}

async function faultOf(jwk: JWK, algorithm: TokenAlgorithm): Promise<string | undefined> {
  try {
    const key = (await importJWK(jwk, algorithm)) as CryptoKey;
    if (key.type !== "public") return "it is not a public key";
    if (algorithm !== "RS256") return undefined;
    const { modulusLength } = key.algorithm as CryptoKey["algorithm"] & { readonly modulusLength: number };
    return modulusLength < MIN_MODULUS_BITS
      ? `it has ${modulusLength} bits; RS256 requires ${MIN_MODULUS_BITS}`
      : undefined;
  } catch {
    return "it is malformed";
  }
}

/** OpenID Connect Discovery 1.0, section 4: the document's `issuer` must equal the requested one exactly. */
async function discoverJwksUri(issuer: string, timeoutMilliseconds: number): Promise<string> {
  const uri = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { issuer: named, jwks_uri: jwksUri } = await fetchJson(uri, timeoutMilliseconds);
  if (named !== issuer) throw new Error(`The discovery document names another issuer: ${String(named)}`);
  if (typeof jwksUri !== "string" || !URL.canParse(jwksUri))
    throw new Error("The discovery document has no jwks_uri");
  return jwksUri;
}

async function fetchJson(uri: string, timeoutMilliseconds: number): Promise<Record<string, unknown>> {
  const response = await fetch(uri, {
    headers: { accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${uri} returns ${response.status}`);
  }
  const body: unknown = await response.json();
  if (!isObject(body)) throw new Error(`${uri} does not return a JSON object`);
  return body;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
