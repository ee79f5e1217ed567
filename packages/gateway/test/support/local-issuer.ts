// An OpenID Connect issuer on a free port: discovery, keys, tokens, and a count of fetches.

import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface LocalIssuer {
  issuer: string;
  audience: string;
  jwksUri: string;
  requests: { discovery: number; jwks: number };
  /** The endpoints' answers; tests replace them. */
  answerDiscovery: (outgoing: ServerResponse) => void;
  answerJwks: (outgoing: ServerResponse) => void;
  keys: PublishedKey[];
}

export interface PublishedKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** Further JWK members, `use` or `alg`. */
  members?: Record<string, unknown>;
}

/** 2023-11-14T22:13:20Z, the time at which the tokens below are valid. */
export const issuedAt = 1_700_000_000;

const pairs = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();

/** Making a key takes long, so each name has one for the whole test file. */
export function rsaKey(kid: string, modulusLength = 2048): PublishedKey {
  const pair = pairs.get(kid) ?? generateKeyPairSync("rsa", { modulusLength });
  pairs.set(kid, pair);
  return { kid, ...pair };
}

export function ecKey(kid: string): PublishedKey {
  return { kid, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) };
}

export async function startIssuer(test: TestContext, keys = [rsaKey("first")]): Promise<LocalIssuer> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url === "/.well-known/openid-configuration") {
      issuer.requests.discovery += 1;
      issuer.answerDiscovery(outgoing);
    } else {
      issuer.requests.jwks += 1;
      issuer.answerJwks(outgoing);
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: LocalIssuer = {
    issuer: origin,
    audience: "my-project",
    jwksUri: `${origin}/jwks.json`,
    requests: { discovery: 0, jwks: 0 },
    keys,
    answerDiscovery: (outgoing) => outgoing.end(JSON.stringify({ issuer: origin, jwks_uri: issuer.jwksUri })),
    answerJwks: (outgoing) => outgoing.end(JSON.stringify({ keys: issuer.keys.map(jwkOf) })),
  };
  return issuer;
}

function jwkOf({ kid, publicKey, members }: PublishedKey): object {
  return { ...publicKey.export({ format: "jwk" }), kid, ...members };
}

/** The claims that make a token valid at `issuedAt`. */
export function validClaims({ issuer, audience }: LocalIssuer): Record<string, unknown> {
  return { iss: issuer, aud: audience, sub: "u1", iat: issuedAt - 10, exp: issuedAt + 3600 };
}

export function encode(value: object | string): string {
  if (Buffer.isBuffer(value)) return value.toString("base64url");
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

const hashes = new Map([
  ["RS384", "sha384"],
  ["RS512", "sha512"],
]);

/** `claims` may be JSON text or bytes, for what an object cannot express. */
export function signToken(
  key: PublishedKey,
  claims: object | string,
  header: { alg?: string; kid?: string | undefined; [name: string]: unknown } = {},
): string {
  const { alg = "RS256", ...rest } = header;
  const text = `${encode({ alg, typ: "JWT", kid: key.kid, ...rest })}.${encode(claims)}`;
  const signature = sign(hashes.get(alg) ?? "sha256", Buffer.from(text), {
    key: key.privateKey,
    ...(alg === "ES256" && { dsaEncoding: "ieee-p1363" as const }),
    ...(alg === "PS256" && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  });
  return `${text}.${signature.toString("base64url")}`;
}

/** The forgery that uses a public RSA key as a shared secret. */
export function signWithPublicKeyAsSecret(key: PublishedKey, claims: object): string {
  const text = `${encode({ alg: "HS256", typ: "JWT", kid: key.kid })}.${encode(claims)}`;
  const secret = key.publicKey.export({ format: "pem", type: "spki" });
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}
