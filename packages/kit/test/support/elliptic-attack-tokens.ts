/** Tokens that an issuer with elliptic-curve keys has not signed: confused algorithms, curves, signatures. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  encodeSegment,
  newTokenKey,
  signSegments,
  strangerKey,
  type TestIssuer,
} from "../../src/testing/test-issuer.ts";
import {
  type Attack,
  badSignature,
  good,
  hmac,
  input,
  publicJwk,
  publicPem,
  resigned,
  unsigned,
} from "./attack-tokens.ts";

type EllipticAlgorithm = "ES256" | "EdDSA";

const curveKey = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const strangers = { ES256: newTokenKey("ES256"), EdDSA: newTokenKey("EdDSA") };

const coordinate = (issuer: TestIssuer) => String(createPublicKey(issuer.key()).export({ format: "jwk" }).x);
const wellSigned = (alg: string, hash: string | null, key: KeyObject): Attack => ({
  name: `${alg}, well signed by a stranger, with the issuer's kid`,
  token(issuer) {
    const signed = input(issuer, { alg });
    const signature = sign(hash, Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  },
});
/** A valid signature of the issuer, labelled with another algorithm. */
const renamed = (alg: string): Attack => ({
  name: `alg ${JSON.stringify(alg)}, with a good signature`,
  token: (issuer) => signSegments(input(issuer, { alg }), issuer.key()),
});
const signedBy = (name: string, key: KeyObject, hash: string | null): Attack =>
  badSignature(`the signature of ${name}`, (issuer) => {
    const signed = input(issuer);
    const signature = sign(hash, Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  });

const halves = (first: bigint, second: bigint, order: "big" | "little") => {
  const bytes = [first, second].map((number) => Buffer.from(number.toString(16).padStart(64, "0"), "hex"));
  return Buffer.concat(order === "little" ? bytes.map((half) => half.reverse()) : bytes);
};
/** The orders of the groups: FIPS 186-5 (P-256), RFC 8032, section 5.1 (Ed25519). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** CVE-2022-21449 ("psychic signatures") and related attacks: numbers that a verifier must reject. */
const NUMBERS: Readonly<Record<EllipticAlgorithm, readonly (readonly [string, Buffer])[]>> = {
  ES256: [
    ["r and s are zero", halves(0n, 0n, "big")],
    ["r is zero", halves(0n, 1n, "big")],
    ["s is zero", halves(1n, 0n, "big")],
    ["r and s are the order", halves(P256_ORDER, P256_ORDER, "big")],
    ["r and s are one", halves(1n, 1n, "big")],
  ],
  EdDSA: [
    ["R and S are zero", halves(0n, 0n, "little")],
    ["R is the neutral element, S is zero", halves(1n, 0n, "little")],
    ["S is the order", halves(1n, ED25519_ORDER, "little")],
  ],
};

const OWN: Readonly<Record<EllipticAlgorithm, readonly Attack[]>> = {
  ES256: [
    wellSigned("EdDSA", null, strangers.EdDSA),
    signedBy("a key on P-384", curveKey("P-384"), "sha256"),
    signedBy("a key on secp256k1", curveKey("secp256k1"), "sha256"),
    signedBy("an Ed25519 key", strangers.EdDSA, null),
    badSignature("a signature in DER", (issuer) => {
      const signed = input(issuer);
      return `${signed}.${sign("sha256", Buffer.from(signed), issuer.key()).toString("base64url")}`;
    }),
    badSignature("a signature of SHA-384", (issuer) => {
      const signed = input(issuer);
      const options = { key: issuer.key(), dsaEncoding: "ieee-p1363" } as const;
      return `${signed}.${sign("sha384", Buffer.from(signed), options).toString("base64url")}`;
    }),
  ],
  EdDSA: [
    wellSigned("ES256", "sha256", strangers.ES256),
    signedBy("an Ed448 key", generateKeyPairSync("ed448").privateKey, null),
    signedBy("a key on P-256", strangers.ES256, "sha256"),
    badSignature("a signature with the order added to S, a second spelling", (issuer) =>
      resigned(good(issuer), (signature) => {
        const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`);
        return Buffer.concat([
          signature.subarray(0, 32),
          halves(0n, s + ED25519_ORDER, "little").subarray(32),
        ]);
      }),
    ),
  ],
};

/** Attacks on an issuer that signs with `algorithm`, in a container that accepts only that. */
export function ellipticAttacks(algorithm: EllipticAlgorithm): readonly Attack[] {
  const stranger = strangers[algorithm];
  const strangerJwk = { ...createPublicKey(stranger).export({ format: "jwk" }), kid: "stranger" };
  return [
    ...["none", "None", "", undefined, null].map(unsigned),
    ...["none", "RS256", "HS256", "ES384", "ES256K", "Ed25519", "Ed448", algorithm.toLowerCase()].map(
      renamed,
    ),
    hmac("the issuer's public PEM", publicPem),
    hmac("the issuer's public DER", (issuer) =>
      createPublicKey(issuer.key()).export({ type: "spki", format: "der" }),
    ),
    hmac("the issuer's JWK", publicJwk),
    hmac("the issuer's coordinate", coordinate),
    hmac("nothing", () => ""),
    wellSigned("RS256", "sha256", strangerKey()),
    wellSigned("ES384", "sha384", curveKey("P-384")),
    wellSigned("ES512", "sha512", curveKey("P-521")),
    wellSigned("ES256K", "sha256", curveKey("secp256k1")),
    signedBy("a stranger's key of the same kind", stranger, algorithm === "EdDSA" ? null : "sha256"),
    signedBy("an RSA key", strangerKey(), "sha256"),
    badSignature("the attacker's key in jwk", (issuer) =>
      signSegments(input(issuer, { jwk: strangerJwk }), stranger),
    ),
    badSignature("the attacker's key in jwk, with the attacker's kid", (issuer) =>
      signSegments(input(issuer, { jwk: strangerJwk, kid: "stranger" }), stranger),
    ),
    badSignature("an unknown kid", (issuer) => signSegments(input(issuer, { kid: "unknown" }), issuer.key())),
    badSignature("the payload swapped for another", (issuer) => {
      const [first, , third] = issuer.sign(issuer.claims(["USERS"])).split(".");
      return `${first}.${encodeSegment(issuer.claims(["ADMINS"]))}.${third}`;
    }),
    ...NUMBERS[algorithm].map(([name, signature]) =>
      badSignature(`a signature whose ${name}`, (issuer) => resigned(good(issuer), () => signature)),
    ),
    badSignature("the signature truncated by a byte", (issuer) =>
      resigned(good(issuer), (signature) => signature.subarray(0, -1)),
    ),
    badSignature("the signature longer by a byte", (issuer) =>
      resigned(good(issuer), (signature) => Buffer.concat([signature, Buffer.alloc(1)])),
    ),
    badSignature("a bit of the signature flipped", (issuer) =>
      resigned(good(issuer), (signature) => signature.map((byte, index) => (index === 40 ? byte ^ 1 : byte))),
    ),
    ...OWN[algorithm],
  ];
}
