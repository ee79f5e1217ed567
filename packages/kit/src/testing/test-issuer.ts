/** A token issuer for tests: real keys, a real JWKS and discovery document on loopback. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TokenAlgorithm } from "../auth/token-rules.ts";
import type { IdentityProviderName } from "../identity/identity-preset.ts";
import type { Environment } from "./test-environment.ts";
import { issuerDress } from "./test-issuer-dress.ts";

export type TokenParts = Readonly<Record<string, unknown>>;

/** What an API must know about an issuer to trust it. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  /** Further settings that make an API trust it. */
  readonly environment?: Environment;
}

/** Its identifier is also its discovery document's URL. */
export interface TestIssuer extends TrustedIssuer {
  /** Valid claims for `groups`, for an hour; `overrides` replaces some, `undefined` removes them. */
  claims(groups: readonly string[] | undefined, overrides?: TokenParts): TokenParts;
  /** The `Authorization` header of a member of `groups`. */
  bearer(groups: readonly string[] | undefined, overrides?: TokenParts): string;
  /** Signs any claims with any header; by default like the issuer. */
  sign(claims: TokenParts, header?: TokenParts, key?: KeyObject): string;
  readonly algorithm: TokenAlgorithm;
  /** The private key in use. */
  readonly key: () => KeyObject;
  readonly keyId: () => string;
  /** Replaces the key; the old one is no longer published. */
  rotate(): void;
  /** How often the keys were fetched. */
  readonly fetches: () => number;
  /** The next responses of the JWKS endpoint; `undefined`: the keys. */
  answerWith(status: number | undefined): void;
  close(): Promise<void>;
}

/** A key that no issuer knows. */
export function newTokenKey(algorithm: TokenAlgorithm): KeyObject {
  switch (algorithm) {
    case "RS256":
      return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    case "EdDSA":
      return generateKeyPairSync("ed25519").privateKey;
  }
}

let stranger: KeyObject | undefined;

/** An RSA key that no issuer knows. Made on first use, because that takes a twentieth of a second. */
export function strangerKey(): KeyObject {
  stranger ??= newTokenKey("RS256");
  return stranger;
}

/** Encodes and signs a compact JWS as its key does; claims given as JSON text stay unchanged. */
export function signToken(claims: TokenParts | string, header: TokenParts, key: KeyObject): string {
  return signSegments(`${encodeSegment(header)}.${encodeSegment(claims)}`, key);
}

/** Encodes one segment of a token: text and bytes unchanged, anything else as JSON. */
export function encodeSegment(part: unknown): string {
  const isRaw = typeof part === "string" || part instanceof Uint8Array;
  return Buffer.from(isRaw ? part : JSON.stringify(part)).toString("base64url");
}

/** Signs two encoded segments as its key does (RS256, ES256, EdDSA), whatever they contain. */
export function signSegments(segments: string, key: KeyObject): string {
  const isEdwards = key.asymmetricKeyType === "ed25519" || key.asymmetricKeyType === "ed448";
  const signature = sign(isEdwards ? null : "sha256", Buffer.from(segments), {
    key,
    dsaEncoding: "ieee-p1363",
  });
  return `${segments}.${signature.toString("base64url")}`;
}

/**
 * @param options.provider whose tokens it signs. Default: tokens with only issuer, audience and `groups`.
 * @param options.algorithm the signature's. Default: RS256.
 * @param options.groupsClaim the claim with the groups. Default: the provider's, or `groups`.
 */
export async function startTestIssuer({
  provider,
  algorithm = "RS256",
  groupsClaim,
}: {
  readonly provider?: IdentityProviderName | undefined;
  readonly algorithm?: TokenAlgorithm | undefined;
  readonly groupsClaim?: string | undefined;
} = {}): Promise<TestIssuer> {
  const { audience, environment, issuerAt, claimsOf } = issuerDress(provider);
  let generation = 0;
  let key = newKey();
  let fetches = 0;
  let status: number | undefined;

  function newKey() {
    generation += 1;
    return { kid: `key-${generation}`, privateKey: newTokenKey(algorithm) };
  }

  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/.well-known/openid-configuration") {
      // Nothing listens there: it signs tokens, and does not check passwords.
      const tokenEndpoint = "http://127.0.0.1:1/token";
      response.end(JSON.stringify({ issuer, jwks_uri: jwksUri, token_endpoint: tokenEndpoint }));
    } else if (request.url === "/jwks.json") {
      fetches += 1;
      const jwk = createPublicKey(key.privateKey).export({ format: "jwk" });
      response.statusCode = status ?? 200;
      response.end(JSON.stringify({ keys: [{ ...jwk, kid: key.kid, use: "sig", alg: algorithm }] }));
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = issuerAt(url);
  const jwksUri = `${url}/jwks.json`;

  const testIssuer: TestIssuer = {
    issuer,
    jwksUri,
    audience,
    environment: { ...environment, ...(algorithm !== "RS256" && { JWT_ALGORITHMS: algorithm }) },
    algorithm,
    bearer: (groups, overrides) => `Bearer ${testIssuer.sign(testIssuer.claims(groups, overrides))}`,
    claims(groups, overrides = {}) {
      const now = Math.floor(Date.now() / 1000);
      const claims: Record<string, unknown> = {
        iss: issuer,
        sub: "alice",
        iat: now - 10,
        exp: now + 3600,
        email: "alice@example.com",
        email_verified: true,
        ...claimsOf(issuer, groupsClaim === undefined ? groups : undefined),
        ...(groupsClaim !== undefined && { [groupsClaim]: groups }),
        ...overrides,
      };
      for (const [name, value] of Object.entries(claims)) if (value === undefined) delete claims[name];
      return claims;
    },
    sign: (claims, header = {}, signingKey = key.privateKey) =>
      signToken(claims, { alg: algorithm, typ: "JWT", kid: key.kid, ...header }, signingKey),
    key: () => key.privateKey,
    keyId: () => key.kid,
    rotate() {
      key = newKey();
    },
    fetches: () => fetches,
    answerWith(next) {
      status = next;
    },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  return testIssuer;
}
