import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from "jose";

export interface SigningKey {
  /** The public half, as a JSON Web Key Set (RFC 7517). */
  readonly keySet: JSONWebKeySet;
  /** Returns a signed JWT with exactly these claims. */
  sign(claims: JWTPayload): Promise<string>;
}

/** Generates an RS256 key that exists only in this process. */
export async function createSigningKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const kid = randomUUID();
  return {
    keySet: { keys: [{ ...(await exportJWK(publicKey)), alg: "RS256", use: "sig", kid }] },
    sign: (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid, typ: "JWT" }).sign(privateKey),
  };
}
