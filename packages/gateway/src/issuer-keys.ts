// An issuer's public keys: found by discovery or at a given URL, kept for two hours, and fetched once more
// when a token names an unknown key (docs/behaviour.md §4.2).

import { createPublicKey, type KeyObject } from "node:crypto";
import { InvalidTokenError } from "./jwt.ts";
import { limits } from "./limits.ts";

export interface IssuerKeys {
  /** Throws InvalidTokenError if the issuer is unreachable or has no such key. */
  find(kid: string): Promise<SigningKey>;
  /**
   * Changes when the keys are fetched again; `undefined` once they are too old. Earlier verifications are
   * then void.
   */
  currentGeneration(): number | undefined;
}

export interface SigningKey {
  publicKey: KeyObject;
  /** The JWK's own `alg`, if it has one. */
  algorithm: string | undefined;
  /** The fetch that it came from. */
  generation: number;
}

export interface IssuerKeysOptions {
  issuer: string;
  jwksUri: string | undefined;
  cacheMilliseconds: number;
  timeoutMilliseconds: number;
  now: () => number;
}

interface FetchedKeys {
  byKid: ReadonlyMap<string, SigningKey>;
  /** The keys as received. */
  text: string;
  generation: number;
  expiresAt: number;
}

export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  let fetched: FetchedKeys | undefined;
  let underWay: Promise<FetchedKeys> | undefined;
  let generation = 0;

  const current = () => (fetched && options.now() < fetched.expiresAt ? fetched : undefined);

  return {
    currentGeneration: () => current()?.generation,
    async find(kid) {
      const key = current()?.byKid.get(kid) ?? (await refresh()).byKid.get(kid);
      if (!key) throw new InvalidTokenError("unable to find a matching key");
      return key;
    },
  };

  /** Simultaneous callers share one fetch. */
  function refresh(): Promise<FetchedKeys> {
    underWay ??= fetchKeys().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function fetchKeys(): Promise<FetchedKeys> {
    const jwksUri = options.jwksUri ?? (await discoverJwksUri());
    const jwks = await fetchJson(jwksUri, "JWKS communication error");
    const keys = Array.isArray(jwks.keys) ? jwks.keys : [];
    // If a fetch for an unknown key returns the same keys, earlier verifications stay valid.
    const text = JSON.stringify(keys);
    if (text !== current()?.text) generation += 1;
    fetched = {
      text,
      byKid: new Map(keys.flatMap((jwk) => signingKeyEntry(jwk, generation))),
      generation,
      expiresAt: options.now() + options.cacheMilliseconds,
    };
    return fetched;
  }

  async function discoverJwksUri(): Promise<string> {
    const failure = "OIDC discovery endpoint communication error";
    const document = await fetchJson(
      `${options.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
      failure,
    );
    if (typeof document.jwks_uri !== "string") throw new InvalidTokenError(failure);
    return document.jwks_uri;
  }

  async function fetchJson(url: string, failure: string): Promise<Record<string, unknown>> {
    try {
      const signal = AbortSignal.timeout(options.timeoutMilliseconds);
      const response = await fetch(url, { signal, redirect: "error" });
      if (!response.ok) throw new Error(`${url} returned ${response.status}`);
      const value: unknown = JSON.parse(await readAtMost(response, limits.jwksBytes));
      if (typeof value !== "object" || value === null) throw new Error(`${url} did not return an object`);
      return value as Record<string, unknown>;
    } catch (cause) {
      throw new InvalidTokenError(failure, { cause });
    }
  }
}

async function readAtMost(response: Response, bytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bytes) throw new Error(`${response.url} returned more than ${bytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Only RSA keys of 2048 bits or more that may be used for signatures (RFC 7518 §3.3). */
function signingKeyEntry(jwk: unknown, generation: number): [string, SigningKey][] {
  if (typeof jwk !== "object" || jwk === null) return [];
  const { kty, kid, use, alg, n, e } = jwk as Record<string, unknown>;
  if (kty !== "RSA" || typeof kid !== "string" || (use !== undefined && use !== "sig")) return [];
  if (typeof n !== "string" || typeof e !== "string") return [];
  try {
    const publicKey = createPublicKey({ format: "jwk", key: { kty, n, e } });
    if ((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) return [];
    return [[kid, { publicKey, algorithm: typeof alg === "string" ? alg : undefined, generation }]];
  } catch {
    return [];
  }
}
