/**
 * Tokens that must be refused, in three families: algorithm, signature and keys (RFC 8725 and the known
 * CVEs); claims; encoding, JSON and size. Unless its name says otherwise, a token is signed with the issuer's
 * own key, so that only the named fault is wrong with it.
 */
import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import {
  encodeSegment,
  signSegments,
  strangerKey,
  type TestIssuer,
  type TokenParts,
} from "../../src/testing/test-issuer.ts";

export interface Attack {
  readonly name: string;
  /** @param attackerUrl a server that gives the attacker's keys to every client. */
  token(issuer: TestIssuer, attackerUrl: string): string;
  /** Its header and claims are valid: only a check of the signature can refuse it. */
  readonly onlySignatureTells?: true;
  /** No HTTP server passes such a header on: it is too long, or has a character that ends the header. */
  readonly unsendable?: true;
}

const GROUPS = ["USERS", "ADMINS"];
const ecKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const edKey = generateKeyPairSync("ed25519").privateKey;

const now = () => Math.floor(Date.now() / 1000);
const header = (issuer: TestIssuer, overrides: TokenParts = {}): TokenParts => ({
  alg: issuer.algorithm,
  typ: "JWT",
  kid: issuer.keyId(),
  ...overrides,
});
export const input = (
  issuer: TestIssuer,
  headerOverrides: TokenParts = {},
  claims: unknown = issuer.claims(GROUPS),
) => `${encodeSegment(header(issuer, headerOverrides))}.${encodeSegment(claims)}`;
export const good = (issuer: TestIssuer) => issuer.sign(issuer.claims(GROUPS));
const parts = (token: string) => token.split(".") as [string, string, string];

export const publicPem = (issuer: TestIssuer) =>
  createPublicKey(issuer.key()).export({ type: "spki", format: "pem" }).toString();
export const publicJwk = (issuer: TestIssuer) =>
  JSON.stringify({ ...createPublicKey(issuer.key()).export({ format: "jwk" }), kid: issuer.keyId() });
const strangerJwk = { ...createPublicKey(strangerKey()).export({ format: "jwk" }), kid: "stranger" };

export const unsigned = (alg: unknown): Attack => ({
  name: `alg ${JSON.stringify(alg) ?? "missing"}, and no signature`,
  token: (issuer) => `${input(issuer, { alg })}.`,
});
const signedWith = (alg: unknown): Attack => ({
  name: `alg ${JSON.stringify(alg) ?? "missing"}, with a good RS256 signature`,
  token: (issuer) => signSegments(input(issuer, { alg }), issuer.key()),
});
export const hmac = (of: string, secret: (issuer: TestIssuer) => string | Uint8Array): Attack => ({
  name: `HS256 with ${of} as the secret`,
  token(issuer) {
    const signed = input(issuer, { alg: "HS256" });
    return `${signed}.${createHmac("sha256", secret(issuer)).update(signed).digest("base64url")}`;
  },
});
const otherAlgorithm = (alg: string, hash: string | null, key?: KeyObject, padding?: number): Attack => ({
  name: `${alg}, well signed`,
  token(issuer) {
    const signed = input(issuer, { alg });
    const options = {
      key: key ?? issuer.key(),
      dsaEncoding: "ieee-p1363" as const,
      ...(padding && { padding, saltLength: 32 }),
    };
    return `${signed}.${sign(hash, Buffer.from(signed), options).toString("base64url")}`;
  },
});
const ownKeyInHeader = (name: string, parameters: (attackerUrl: string) => TokenParts): readonly Attack[] => [
  {
    name: `${name}, with the issuer's kid`,
    onlySignatureTells: true,
    token: (issuer, attackerUrl) => signSegments(input(issuer, parameters(attackerUrl)), strangerKey()),
  },
  {
    name: `${name}, with the attacker's kid`,
    onlySignatureTells: true,
    token: (issuer, attackerUrl) =>
      signSegments(input(issuer, { ...parameters(attackerUrl), kid: "stranger" }), strangerKey()),
  },
];
const badHeader = (name: string, overrides: TokenParts): Attack => ({
  name,
  token: (issuer) => signSegments(input(issuer, overrides), issuer.key()),
});
const unknownKeyId = (kid: string): Attack => ({
  name: `kid ${JSON.stringify(kid.slice(0, 40))}`,
  onlySignatureTells: true,
  token: (issuer) => signSegments(input(issuer, { kid }), issuer.key()),
});
export const badSignature = (name: string, of: (issuer: TestIssuer) => string): Attack => ({
  name,
  onlySignatureTells: true,
  token: of,
});
export const resigned = (token: string, change: (signature: Buffer) => Uint8Array) => {
  const [first, second, signature] = parts(token);
  return `${first}.${second}.${Buffer.from(change(Buffer.from(signature, "base64url"))).toString("base64url")}`;
};

export const algorithmAttacks: readonly Attack[] = [
  ...["none", "None", "NONE", "nOnE", "none ", "", undefined, null, false, ["none"]].map(unsigned),
  ...["none", "NONE", "rs256", "RS256 ", "", undefined, null, 0, ["RS256"], { alg: "RS256" }].map(signedWith),
  hmac("the issuer's public PEM", publicPem),
  hmac("the issuer's public PEM without its last newline", (issuer) => publicPem(issuer).trimEnd()),
  hmac("the issuer's public DER", (issuer) =>
    createPublicKey(issuer.key()).export({ type: "spki", format: "der" }),
  ),
  hmac("the issuer's public PKCS #1 PEM", (issuer) =>
    createPublicKey(issuer.key()).export({ type: "pkcs1", format: "pem" }),
  ),
  hmac("the issuer's JWK", publicJwk),
  hmac("the modulus", (issuer) => String(createPublicKey(issuer.key()).export({ format: "jwk" }).n)),
  hmac("nothing", () => ""),
  otherAlgorithm("RS384", "sha384"),
  otherAlgorithm("RS512", "sha512"),
  otherAlgorithm("PS256", "sha256", undefined, constants.RSA_PKCS1_PSS_PADDING),
  otherAlgorithm("ES256", "sha256", ecKey),
  otherAlgorithm("EdDSA", null, edKey),
  badSignature("a PS256 signature under alg RS256", (issuer) => {
    const options = { key: issuer.key(), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    return `${input(issuer)}.${sign("sha256", Buffer.from(input(issuer)), options).toString("base64url")}`;
  }),
  badSignature("an RS512 signature under alg RS256", (issuer) => {
    const signed = input(issuer);
    return `${signed}.${sign("sha512", Buffer.from(signed), issuer.key()).toString("base64url")}`;
  }),
  badSignature("an ES256 signature under alg RS256", (issuer) => {
    const signed = input(issuer);
    return `${signed}.${sign("sha256", Buffer.from(signed), ecKey).toString("base64url")}`;
  }),

  ...ownKeyInHeader("the attacker's key in jwk", () => ({ jwk: strangerJwk })),
  ...ownKeyInHeader("the attacker's keys at jku", (url) => ({ jku: `${url}/jwks.json` })),
  ...ownKeyInHeader("the attacker's certificate at x5u", (url) => ({ x5u: `${url}/certificate.pem` })),
  ...ownKeyInHeader("the attacker's certificate in x5c", () => ({
    x5c: [createPublicKey(strangerKey()).export({ type: "spki", format: "der" }).toString("base64")],
  })),

  badHeader("kid missing", { kid: undefined }),
  badHeader("kid empty", { kid: "" }),
  badHeader("kid null", { kid: null }),
  badHeader("kid a number", { kid: 1 }),
  badHeader("kid an array", { kid: ["key-1"] }),
  badHeader("kid an object", { kid: { toString: "key-1" } }),
  ...[
    "unknown",
    "__proto__",
    "constructor",
    "KEY-1",
    " key-1",
    "key-1\u0000",
    "../../../../../../dev/null",
    "/dev/null",
    "http://127.0.0.1/key.pem",
    "key-1' OR '1'='1",
    "k".repeat(4000),
  ].map(unknownKeyId),

  badHeader("crit that demands an unknown extension", { crit: ["x-unknown"], "x-unknown": true }),
  badHeader("crit that demands exp", { crit: ["exp"], exp: 1 }),
  badHeader("crit empty", { crit: [] }),
  badHeader("crit a string", { crit: "b64" }),
  badHeader("crit null", { crit: null }),
  badHeader("b64 false, demanded by crit", { crit: ["b64"], b64: false }),
  badHeader("b64 false, not demanded by crit", { b64: false }),
  ...[
    "",
    "JWE",
    "jwt+secevent",
    "dpop+jwt",
    "logout+jwt",
    "application/",
    "application/dpop+jwt",
    "application/application/at+jwt",
    "text/at+jwt",
    "at+jwt; charset=utf-8",
    " at+jwt",
    "at+\u212aWT",
    1,
    null,
    ["JWT"],
  ].map((typ) => badHeader(`typ ${JSON.stringify(typ)}`, { typ })),

  { name: "the signature stripped", token: (issuer) => good(issuer).replace(/[^.]+$/, "") },
  { name: "the signature and its dot stripped", token: (issuer) => good(issuer).replace(/\.[^.]+$/, "") },
  badSignature("the signature truncated by a byte", (issuer) =>
    resigned(good(issuer), (signature) => signature.subarray(0, -1)),
  ),
  badSignature("the signature truncated to a byte", (issuer) =>
    resigned(good(issuer), (signature) => signature.subarray(0, 1)),
  ),
  badSignature("the signature longer by a byte", (issuer) =>
    resigned(good(issuer), (signature) => Buffer.concat([signature, Buffer.alloc(1)])),
  ),
  badSignature("a zero before the signature", (issuer) =>
    resigned(good(issuer), (signature) => Buffer.concat([Buffer.alloc(1), signature])),
  ),
  badSignature("a signature of zeros", (issuer) => resigned(good(issuer), () => Buffer.alloc(256))),
  badSignature("a bit of the signature flipped", (issuer) =>
    resigned(good(issuer), (signature) => signature.map((byte, index) => (index === 100 ? byte ^ 1 : byte))),
  ),
  badSignature("the signature of another token", (issuer) => {
    const [first, second] = parts(good(issuer));
    return `${first}.${second}.${parts(issuer.sign(issuer.claims(["USERS"])))[2]}`;
  }),
  badSignature("the payload swapped for another", (issuer) => {
    const [first, , third] = parts(issuer.sign(issuer.claims(["USERS"])));
    return `${first}.${parts(good(issuer))[1]}.${third}`;
  }),
  badSignature("the header swapped for another", (issuer) => {
    const [, second, third] = parts(good(issuer));
    return `${encodeSegment(header(issuer, { typ: undefined }))}.${second}.${third}`;
  }),
  badSignature("the signature of the payload alone", (issuer) => {
    const [first, second] = parts(good(issuer));
    return `${first}.${second}.${sign("sha256", Buffer.from(second), issuer.key()).toString("base64url")}`;
  }),
  badSignature("the signature of a stranger", (issuer) => signSegments(input(issuer), strangerKey())),

  {
    name: "an encrypted token of five segments",
    token: () =>
      [{ alg: "RSA-OAEP", enc: "A256GCM", kid: "key-1" }, "key", "vector", "text", "tag"]
        .map(encodeSegment)
        .join("."),
  },
  {
    name: "a token encrypted by alg dir",
    token: (issuer) => signSegments(input(issuer, { alg: "dir", enc: "A256GCM", zip: "DEF" }), issuer.key()),
  },
];

const claim = (name: string, overrides: (issuer: TestIssuer) => TokenParts): Attack => ({
  name,
  token: (issuer) => issuer.sign(issuer.claims(GROUPS, overrides(issuer))),
});
/** A claim whose JSON no JavaScript value produces. */
const rawClaim = (name: string, json: string): Attack => ({
  name: `${name} ${json}`,
  token(issuer) {
    const text = JSON.stringify(issuer.claims(GROUPS, { [name]: "<raw>" })).replace('"<raw>"', json);
    return signSegments(input(issuer, {}, text), issuer.key());
  },
});
const named = (value: unknown) => JSON.stringify(value) ?? "missing";

export const claimAttacks: readonly Attack[] = [
  claim("iss with a slash at its end", ({ issuer }) => ({ iss: `${issuer}/` })),
  claim("iss with a path", ({ issuer }) => ({ iss: `${issuer}/evil` })),
  claim("iss in another case", ({ issuer }) => ({ iss: issuer.toUpperCase() })),
  claim("iss with the scheme in another case", ({ issuer }) => ({ iss: issuer.replace("http", "Http") })),
  claim("iss with another scheme", ({ issuer }) => ({ iss: issuer.replace("http:", "https:") })),
  claim("iss that is a prefix", ({ issuer }) => ({ iss: issuer.slice(0, -1) })),
  claim("iss that begins like ours", ({ issuer }) => ({ iss: `${issuer}.evil.example` })),
  claim("iss with ours as its user", ({ issuer }) => ({ iss: `${issuer}@evil.example` })),
  claim("iss with a trailing space", ({ issuer }) => ({ iss: `${issuer} ` })),
  claim("iss in an array", ({ issuer }) => ({ iss: [issuer] })),
  ...[undefined, null, "", 0, true, {}].map((iss) => claim(`iss ${named(iss)}`, () => ({ iss }))),

  ...[
    "test",
    "audience",
    "test-audience-2",
    "my-test-audience",
    "test-audience,other",
    "other test-audience",
    "Test-Audience",
    "test-audience ",
    "",
    "*",
    0,
    true,
    null,
    [],
    ["other"],
    ["test", "audience"],
    [["test-audience"]],
    [null],
    { 0: "test-audience", length: 1 },
    undefined,
  ].map((aud) => claim(`aud ${named(aud)}`, () => ({ aud }))),
  claim("aud wrong, client_id right", () => ({ aud: "other", client_id: "test-audience" })),
  claim("aud empty, client_id right", () => ({ aud: [], client_id: "test-audience" })),
  claim("aud null, client_id right", () => ({ aud: null, client_id: "test-audience" })),
  claim("no aud, client_id wrong", () => ({ aud: undefined, client_id: "test" })),
  claim("no aud, client_id in an array", () => ({ aud: undefined, client_id: ["test-audience"] })),
  claim("no aud, azp right", () => ({ aud: undefined, azp: "test-audience" })),

  claim("exp a second ago", () => ({ exp: now() - 1 })),
  claim("exp now", () => ({ exp: now() })),
  ...[undefined, null, "", "9999999999", true, [9999999999], {}, 0, -1, 1e300].map((exp) =>
    claim(`exp ${named(exp)}`, () => ({ exp })),
  ),
  rawClaim("exp", "1e999"),
  claim("exp a day and a second after iat", () => ({ iat: now() - 10, exp: now() - 10 + 86_401 })),

  claim("iat in the future", () => ({ iat: now() + 60 })),
  claim("iat so old that the lifetime is too long", () => ({ iat: 0 })),
  ...[undefined, null, "", true, [1]].map((iat) => claim(`iat ${named(iat)}`, () => ({ iat }))),
  claim("iat a string", () => ({ iat: String(now() - 10) })),
  rawClaim("iat", "-1e999"),

  claim("nbf in the future", () => ({ nbf: now() + 60 })),
  claim("nbf a string", () => ({ nbf: String(now() - 10) })),
  claim("nbf null", () => ({ nbf: null })),
  rawClaim("nbf", "1e999"),
  claim("auth_time in the future", () => ({ auth_time: now() + 60 })),
  claim("auth_time a string", () => ({ auth_time: String(now() - 10) })),

  ...[undefined, null, "", 0, 1, true, ["alice"], { name: "alice" }].map((sub) =>
    claim(`sub ${named(sub)}`, () => ({ sub })),
  ),
  claim("sub of 256 characters", () => ({ sub: "a".repeat(256) })),
  ...["\u0000", "alice\u0000", "alice\nadmin", "\talice", "alice\u007f", "alice\u0085"].map((sub) =>
    claim(`sub ${named(sub)}`, () => ({ sub })),
  ),
];

const payload = (name: string, json: (issuer: TestIssuer) => unknown): Attack => ({
  name,
  token: (issuer) => signSegments(input(issuer, {}, json(issuer)), issuer.key()),
});
const spelled = (name: string, spell: (token: string, issuer: TestIssuer) => string): Attack => ({
  name,
  token: (issuer) => spell(good(issuer), issuer),
});
const signedSegments = (name: string, segments: (issuer: TestIssuer) => string): Attack => ({
  name,
  token: (issuer) => signSegments(segments(issuer), issuer.key()),
});
/** How an HTTP client sends text that is not ASCII: as bytes, which a server reads as Latin-1. */
const asBytes = (text: string) => Buffer.from(text).toString("latin1");
const jsonOf = (issuer: TestIssuer) => JSON.stringify(issuer.claims(GROUPS));

/** The same bytes in base64url, with unused bits set in the last character. */
export function nonCanonical(segment: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(segment.slice(-1));
  if (segment.length % 4 === 0) throw new Error("The segment has no unused bits");
  return segment.slice(0, -1) + alphabet[last + 1];
}

/** A segment whose text has unused bits: the spaces change nothing in JSON. */
function padded(part: unknown): string {
  let json = JSON.stringify(part);
  while (Buffer.byteLength(json) % 3 === 0) json += " ";
  return encodeSegment(json);
}

export const encodingAttacks: readonly Attack[] = [
  spelled("padding after the signature", (token) => `${token}=`),
  spelled("the padding of the signature", (token) => `${token}==`),
  spelled("padding after the payload", (token) => token.replace(/\.(?=[^.]*$)/, "=.")),
  signedSegments("padding after the payload, signed", (issuer) => `${input(issuer)}=`),
  spelled("a space in the signature", (token) => `${token.slice(0, -5)} ${token.slice(-5)}`),
  spelled("a space between segments", (token) => token.replace(".", ". ")),
  spelled("a tab in the signature", (token) => `${token.slice(0, -5)}\t${token.slice(-5)}`),
  {
    ...spelled("a newline in the signature", (token) => `${token.slice(0, -5)}\n${token.slice(-5)}`),
    unsendable: true,
  },
  { ...spelled("a newline after the signature", (token) => `${token}\n`), unsendable: true },
  { ...spelled("a carriage return after the signature", (token) => `${token}\r`), unsendable: true },
  { ...spelled("a NUL after the signature", (token) => `${token}\u0000`), unsendable: true },
  {
    name: "a payload in base64, not base64url",
    token(issuer) {
      const text = JSON.stringify(issuer.claims(GROUPS, { name: "???>>>~~~" }));
      const encoded = Buffer.from(text).toString("base64").replaceAll("=", "");
      return signSegments(`${encodeSegment(header(issuer))}.${encoded}`, issuer.key());
    },
  },
  spelled("a signature in base64, not base64url", (token) => {
    const [first, second, signature] = parts(token);
    // A signature without either character would be the same in both alphabets.
    return `${first}.${second}.${signature.replaceAll("-", "+").replaceAll("_", "/")}+/`;
  }),
  signedSegments(
    "a non-canonical tail of the header",
    (issuer) => `${nonCanonical(padded(header(issuer)))}.${encodeSegment(jsonOf(issuer))}`,
  ),
  signedSegments(
    "a non-canonical tail of the payload",
    (issuer) => `${encodeSegment(header(issuer))}.${nonCanonical(padded(issuer.claims(GROUPS)))}`,
  ),
  spelled("a non-canonical tail of the signature", nonCanonical),
  spelled("a lone character after the signature", (token) => `${token}AAA`),

  payload("a BOM before the payload", (issuer) => `\ufeff${jsonOf(issuer)}`),
  signedSegments(
    "a BOM before the header",
    (issuer) =>
      `${encodeSegment(`\ufeff${JSON.stringify(header(issuer))}`)}.${encodeSegment(jsonOf(issuer))}`,
  ),
  payload("invalid UTF-8 in the payload", (issuer) =>
    Buffer.from(jsonOf(issuer).replace("alice@", "al\u00efce@"), "latin1"),
  ),
  payload("an overlong UTF-8 sequence in the payload", (issuer) =>
    Buffer.from(jsonOf(issuer).replace("alice@", "al\u00c0\u00afce@"), "latin1"),
  ),
  payload("a payload in UTF-16", (issuer) => Buffer.from(jsonOf(issuer), "utf16le")),
  payload("a payload in an array", (issuer) => [issuer.claims(GROUPS)]),
  payload("a payload in a string", (issuer) => JSON.stringify(jsonOf(issuer))),
  payload("a payload null", () => "null"),
  payload("a payload true", () => "true"),
  payload("a payload of a number", () => "1"),
  payload("a payload {}", () => "{}"),
  payload("a payload that is not JSON", () => "alice"),
  payload("a payload of spaces", () => "   "),
  payload("a payload with a comma too many", (issuer) => jsonOf(issuer).replace(/}$/, ",}")),
  payload("a payload with a comment", (issuer) => `${jsonOf(issuer)}/**/`),
  payload("two payloads in one", (issuer) => jsonOf(issuer).repeat(2)),
  payload("a payload cut short", (issuer) => jsonOf(issuer).slice(0, -1)),
  payload("a payload with a newline in a string", (issuer) => jsonOf(issuer).replace("alice@", "al\nce@")),
  signedSegments(
    "a header in an array",
    (issuer) => `${encodeSegment([header(issuer)])}.${encodeSegment(jsonOf(issuer))}`,
  ),
  signedSegments("a header null", (issuer) => `${encodeSegment("null")}.${encodeSegment(jsonOf(issuer))}`),
  signedSegments(
    "a header that is not JSON",
    (issuer) => `${encodeSegment("RS256")}.${encodeSegment(jsonOf(issuer))}`,
  ),
  payload("iss twice, the last one wrong", (issuer) =>
    jsonOf(issuer).replace(/}$/, ',"iss":"https://evil.example"}'),
  ),
  payload("exp twice, the last one past", (issuer) => jsonOf(issuer).replace(/}$/, ',"exp":1}')),
  payload("exp twice, the last one in an escaped name", (issuer) =>
    jsonOf(issuer).replace(/}$/, ',"\\u0065xp":1}'),
  ),
  payload("aud twice, the last one wrong", (issuer) => jsonOf(issuer).replace(/}$/, ',"aud":"other"}')),
  signedSegments(
    "alg twice, the last one none",
    (issuer) =>
      `${encodeSegment(JSON.stringify(header(issuer)).replace(/}$/, ',"alg":"none"}'))}.${encodeSegment(jsonOf(issuer))}`,
  ),

  claim("a payload that makes the token too long", () => ({ padding: "x".repeat(7000) })),
  {
    ...payload("a claim nested 10 000 deep", (issuer) =>
      jsonOf(issuer).replace(/}$/, `,"deep":${"[".repeat(10_000)}${"]".repeat(10_000)}}`),
    ),
    unsendable: true,
  },
  { ...claim("a megabyte", () => ({ padding: "x".repeat(1024 * 1024) })), unsendable: true },
  { name: "a megabyte of dots", token: () => ".".repeat(1024 * 1024), unsendable: true },
  { name: "a long segment that never ends", token: () => "a".repeat(9000) },

  { name: "one segment", token: (issuer) => parts(good(issuer))[1] },
  spelled("four segments", (token) => `${token}.${parts(token)[2]}`),
  spelled("five segments", (token) => `${token}.${parts(token)[2]}.${parts(token)[2]}`),
  spelled("a dot before the token", (token) => `.${token}`),
  spelled("a dot after the token", (token) => `${token}.`),
  spelled("an empty header", (token) => token.replace(/^[^.]+/, "")),
  spelled("an empty payload", (token) => token.replace(/\.[^.]+\./, "..")),
  { name: "two dots", token: () => ".." },
  { name: "a dot", token: () => "." },
  spelled("look-alike dots: one dot leader", (token) => asBytes(token.replaceAll(".", "\u2024"))),
  spelled("look-alike dots: ideographic full stop", (token) => asBytes(token.replaceAll(".", "\u3002"))),
  spelled("look-alike dots: full-width full stop", (token) => asBytes(token.replaceAll(".", "\uff0e"))),
  spelled("a Cyrillic letter for a Latin one", (token) => asBytes(token.replace("e", "\u0435"))),
  spelled("a zero-width space", (token) => asBytes(`${token}\u200b`)),
  spelled("percent-encoded dots", (token) => token.replaceAll(".", "%2E")),
  spelled("everything in lower case", (token) => token.toLowerCase()),
  spelled("quotes around the token", (token) => `"${token}"`),
  spelled("the JSON serialisation", (token) => {
    const [first, second, third] = parts(token);
    return JSON.stringify({ protected: first, payload: second, signature: third });
  }),
];
