import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it, type TestContext } from "node:test";
import { nonCanonical } from "../../test/support/attack-tokens.ts";
import { ApiError } from "../errors/api-error.ts";
import { createLog } from "../log.ts";
import { newTokenKey, signToken, strangerKey, type TokenParts } from "../testing/test-issuer.ts";
import { createTokenVerifier, type TokenVerifierOptions } from "./verify-token.ts";

const newKey = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
const firstKey = newKey(2048);
const secondKey = newKey(2048);
const weakKey = newKey(1024);
const ecKey = newTokenKey("ES256");
const edKey = newTokenKey("EdDSA");

const jwk = (key: KeyObject, kid: string, more: object = {}) => ({
  ...createPublicKey(key).export({ format: "jwk" }),
  kid,
  use: "sig",
  ...more,
});
const json =
  (body: unknown): RequestListener =>
  (_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  };
const text =
  (body: string): RequestListener =>
  (_request, response) =>
    response.end(body);
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(code, headers).end("{}");
/** Accepts the request and never answers. Tests that wait for it set a time limit. */
const stall: RequestListener = () => {};
const impatient = { fetchTimeoutMilliseconds: 250 };
const hangUp: RequestListener = (request) => {
  request.socket.destroy();
};

let server: Server;
let issuer: string;
/** The issuer's answers, by path; may be changed at any time. */
let answers: Record<string, RequestListener>;
let requests: string[];
let logged: { level: string; message: string }[];
const DISCOVERY = "/.well-known/openid-configuration";

const requestsFor = (path: string) => requests.filter((url) => url === path).length;
const goodDiscovery = () => json({ issuer, jwks_uri: `${issuer}/keys` });
const goodKeys = json({ keys: [jwk(firstKey, "first")] });

beforeEach(async () => {
  requests = [];
  logged = [];
  server = createServer((request, response) => {
    requests.push(request.url ?? "");
    (answers[request.url ?? ""] ?? status(404))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers = { [DISCOVERY]: goodDiscovery(), "/keys": goodKeys };
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function verifier(options: Partial<TokenVerifierOptions> = {}) {
  const verify = createTokenVerifier({
    issuer,
    audiences: ["api"],
    verifyExpiration: true,
    jwksUri: `${issuer}/keys`,
    log: createLog((line) => logged.push(JSON.parse(line))),
    ...options,
  });
  return async (token: string) => verify(`Bearer ${token}`);
}

function tokenOf(key: KeyObject, kid: string, claims: TokenParts = {}, header: TokenParts = {}): string {
  const now = Math.floor(Date.now() / 1000);
  return signToken(
    { iss: issuer, aud: "api", sub: "alice", iat: now - 10, exp: now + 3600, ...claims },
    { alg: "RS256", kid, ...header },
    key,
  );
}

const isRefusal = (error: unknown) => error instanceof ApiError && error.code === "001401";
const isUnavailable = (error: unknown) =>
  error instanceof ApiError &&
  error.code === "001503" &&
  error.reason === "The token issuer's signing keys are unavailable; try again later";
/** Longer than the pause after a first failure. */
const PAUSE_MILLISECONDS = 2000;

describe("the issuer's keys", () => {
  it("are fetched from the configured address, with no other request", async () => {
    const claims = await verifier()(tokenOf(firstKey, "first"));
    assert.equal(claims.sub, "alice");
    assert.deepEqual(requests, ["/keys"]);
  });

  it("are found by the issuer's discovery document", async () => {
    await verifier({ jwksUri: undefined })(tokenOf(firstKey, "first"));
    assert.deepEqual(requests, [DISCOVERY, "/keys"]);
  });

  it("are found for an issuer with a path, and for one with a trailing slash", async () => {
    for (const path of ["/tenant", "/tenant/", "/"]) {
      const named = issuer + path;
      answers[`${path.replace(/\/$/, "")}${DISCOVERY}`] = json({ issuer: named, jwks_uri: `${issuer}/keys` });
      const verify = verifier({ issuer: named, jwksUri: undefined });
      assert.equal((await verify(tokenOf(firstKey, "first", { iss: named }))).iss, named);
    }
  });

  it("are fetched once for many tokens, simultaneous or in sequence", async () => {
    const verify = verifier({ jwksUri: undefined });
    await Promise.all(Array.from({ length: 20 }, () => verify(tokenOf(firstKey, "first"))));
    for (let count = 0; count < 20; count++) await verify(tokenOf(firstKey, "first"));
    assert.deepEqual(requests, [DISCOVERY, "/keys"]);
  });

  it("are not fetched for a token that can be refused without them", async () => {
    const verify = verifier();
    for (const token of [
      "not.a.token",
      tokenOf(strangerKey(), ""),
      tokenOf(strangerKey(), "first", {}, { alg: "HS256" }),
      tokenOf(strangerKey(), "first", { iss: "https://evil.example" }),
      tokenOf(strangerKey(), "first", { aud: "other" }),
      tokenOf(strangerKey(), "first", { exp: 1 }),
    ]) {
      await assert.rejects(verify(token), isRefusal);
    }
    assert.deepEqual(requests, []);
  });

  it("may change: a new key is found, and the old one is no longer accepted", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verify = verifier();
    await verify(tokenOf(firstKey, "first"));
    answers["/keys"] = json({ keys: [jwk(secondKey, "second")] });

    test.mock.timers.tick(31_000);
    await verify(tokenOf(secondKey, "second"));
    assert.equal(requestsFor("/keys"), 2);
    test.mock.timers.tick(31_000);
    await assert.rejects(verify(tokenOf(firstKey, "first")), isRefusal);
  });

  it("are fetched again after ten minutes, so that a withdrawn key is not trusted for long", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verify = verifier();
    await verify(tokenOf(firstKey, "first"));
    answers["/keys"] = json({ keys: [] });
    await verify(tokenOf(firstKey, "first"));
    test.mock.timers.tick(10 * 60_000 + 1);
    await assert.rejects(verify(tokenOf(firstKey, "first")), isRefusal);
    assert.equal(requestsFor("/keys"), 2);
  });

  it("are not fetched again for a flood of tokens with unknown keys", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verify = verifier();
    const flood = () =>
      Promise.all(
        Array.from({ length: 25 }, (_, index) =>
          assert.rejects(verify(tokenOf(strangerKey(), `unknown-${index}`)), isRefusal),
        ),
      );
    await flood();
    await flood();
    assert.equal(requestsFor("/keys"), 1);
    test.mock.timers.tick(31_000);
    await flood();
    await flood();
    assert.equal(requestsFor("/keys"), 2);
    await verify(tokenOf(firstKey, "first"));
  });
});

describe("a useless discovery document", () => {
  const useless: readonly [string, () => RequestListener][] = [
    ["is not found", () => status(404)],
    ["fails", () => status(500)],
    ["redirects", () => status(302, { location: "/elsewhere" })],
    ["is not JSON", () => text("<html>")],
    ["is null", () => json(null)],
    ["is a string", () => json("https://evil.example")],
    ["is an array", () => json([{ issuer, jwks_uri: `${issuer}/keys` }])],
    ["names another issuer", () => json({ issuer: "https://evil.example", jwks_uri: `${issuer}/keys` })],
    [
      "names the issuer with an extra slash",
      () => json({ issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` }),
    ],
    ["names no issuer", () => json({ jwks_uri: `${issuer}/keys` })],
    ["has no jwks_uri", () => json({ issuer })],
    ["has a jwks_uri that is not a string", () => json({ issuer, jwks_uri: [`${issuer}/keys`] })],
    ["has a jwks_uri that is not a URL", () => json({ issuer, jwks_uri: "/keys" })],
    ["never comes", () => stall],
    ["is cut off", () => hangUp],
  ];
  for (const [name, answer] of useless) {
    it(`does not refuse the token: one that ${name} means 503, until it is repaired`, async (test) => {
      test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
      answers["/elsewhere"] = goodDiscovery();
      answers[DISCOVERY] = answer();
      const verify = verifier({ jwksUri: undefined, ...(answer() === stall && impatient) });
      await assert.rejects(verify(tokenOf(firstKey, "first")), isUnavailable);
      await assert.rejects(verify(tokenOf(strangerKey(), "first")), isUnavailable);
      assert.equal(requestsFor("/elsewhere"), 0);

      answers[DISCOVERY] = goodDiscovery();
      test.mock.timers.tick(PAUSE_MILLISECONDS);
      await verify(tokenOf(firstKey, "first"));
    });
  }
});

describe("keys that are unavailable", () => {
  const broken: readonly [string, () => RequestListener][] = [
    ["are not found", () => status(404)],
    ["fail", () => status(500)],
    ["redirect", () => status(302, { location: "/elsewhere" })],
    ["come with another status", () => status(204)],
    ["are not JSON", () => text("<html>")],
    ["are null", () => json(null)],
    ["are not a key set", () => json({ error: "busy" })],
    ["are an object where an array should be", () => json({ keys: { first: jwk(firstKey, "first") } })],
    ["never come", () => stall],
    ["are cut off", () => hangUp],
  ];
  for (const [name, answer] of broken) {
    it(`do not refuse the token: those that ${name} mean 503`, async () => {
      answers["/elsewhere"] = goodKeys;
      answers["/keys"] = answer();
      const verify = verifier(answer() === stall ? impatient : {});
      await assert.rejects(verify(tokenOf(firstKey, "first")), isUnavailable);
      assert.equal(requestsFor("/elsewhere"), 0);
    });
  }

  it("are requested again after a pause", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verify = verifier(impatient);
    for (const answer of [status(500), stall, hangUp]) {
      answers["/keys"] = answer;
      await assert.rejects(verify(tokenOf(firstKey, "first")), isUnavailable);
      test.mock.timers.tick(6000);
    }
    answers["/keys"] = goodKeys;
    await verify(tokenOf(firstKey, "first"));
  });

  it("mean 503 too when nothing listens at their address", async () => {
    const verify = verifier({ jwksUri: "http://127.0.0.1:1/keys" });
    await assert.rejects(verify(tokenOf(firstKey, "first")), isUnavailable);
  });

  it("do not refuse a token whose key is still known", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verify = verifier();
    await verify(tokenOf(firstKey, "first"));
    answers["/keys"] = status(500);
    test.mock.timers.tick(5 * 60_000);
    await verify(tokenOf(firstKey, "first"));
    await assert.rejects(verify(tokenOf(secondKey, "second")), isUnavailable);
  });

  for (const [name, answer] of [
    ["fails", status(500)],
    ["answers nonsense", json({ error: "busy" })],
    ["hangs up", hangUp],
    ["never answers", stall],
  ] as const) {
    it(`stay valid for two hours while the issuer ${name}, as at the gateway, and the log says so`, async (test) => {
      test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
      const verify = verifier(impatient);
      await verify(tokenOf(firstKey, "first"));
      answers["/keys"] = answer;
      test.mock.timers.tick(10 * 60_000 + 1);
      await verify(tokenOf(firstKey, "first"));
      assert.deepEqual(
        logged.map(({ level, message }) => [level, message]),
        [["warn", "the token issuer's keys cannot be fetched"]],
      );
      await assert.rejects(verify(tokenOf(strangerKey(), "first")), isRefusal);
      test.mock.timers.tick(110 * 60_000);
      await assert.rejects(verify(tokenOf(firstKey, "first")), isUnavailable);
    });
  }

  it("are fetched at most every thirty seconds while older ones are valid", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verify = verifier();
    await verify(tokenOf(firstKey, "first"));
    answers["/keys"] = status(500);
    test.mock.timers.tick(10 * 60_000 + 1);
    const burst = () => Promise.all(Array.from({ length: 20 }, () => verify(tokenOf(firstKey, "first"))));
    await burst();
    await burst();
    assert.equal(requestsFor("/keys"), 2);
    test.mock.timers.tick(30_000);
    await burst();
    assert.equal(requestsFor("/keys"), 3);
  });

  it("are no longer trusted once the issuer responds without them", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verify = verifier();
    await verify(tokenOf(firstKey, "first"));
    answers["/keys"] = status(500);
    test.mock.timers.tick(60 * 60_000);
    await verify(tokenOf(firstKey, "first"));
    answers["/keys"] = json({ keys: [jwk(secondKey, "second")] });
    test.mock.timers.tick(30_000);
    await assert.rejects(verify(tokenOf(firstKey, "first")), isRefusal);
  });
});

describe("a key that does not fit this signature", () => {
  const others: readonly [string, unknown[]][] = [
    ["there are no keys", []],
    ["the key has no modulus", [jwk(firstKey, "first", { n: undefined })]],
    ["the key has 1024 bits", [jwk(weakKey, "first")]],
    ["the key is for encryption", [jwk(firstKey, "first", { use: "enc" })]],
    ["the key is for another algorithm", [jwk(firstKey, "first", { alg: "RS512" })]],
    ["the key may only sign", [jwk(firstKey, "first", { key_ops: ["sign"] })]],
    ["the key is an elliptic-curve key", [jwk(ecKey, "first")]],
    ["the key is symmetric", [{ kty: "oct", k: "c2VjcmV0", kid: "first" }]],
    ["two keys have the same name", [jwk(firstKey, "first"), jwk(secondKey, "first")]],
    ["the key has another name", [jwk(firstKey, "First")]],
    ["the key has no name", [jwk(firstKey, "first", { kid: undefined })]],
    ["the token was signed with another key", [jwk(secondKey, "first")]],
  ];
  for (const [name, keys] of others) {
    it(`does not verify the token: ${name}`, async () => {
      answers["/keys"] = json({ keys });
      await assert.rejects(verifier()(tokenOf(firstKey, "first")), isRefusal);
    });
  }
});

describe("an issuer with keys of several algorithms", () => {
  const algorithms = ["RS256", "ES256", "EdDSA"] as const;
  const keys = [jwk(firstKey, "rsa"), jwk(ecKey, "ec"), jwk(edKey, "ed")];
  const tokens = [
    ["RS256", firstKey, "rsa"],
    ["ES256", ecKey, "ec"],
    ["EdDSA", edKey, "ed"],
  ] as const;

  it("verifies each token with the key that it names", async () => {
    answers["/keys"] = json({ keys });
    const verify = verifier({ algorithms });
    for (const [alg, key, kid] of tokens)
      assert.equal((await verify(tokenOf(key, kid, {}, { alg }))).sub, "alice", alg);
  });

  it("may have a key of an algorithm that is not accepted, which is not logged", async () => {
    answers["/keys"] = json({ keys });
    const verify = verifier({ algorithms: ["ES256"] });
    await verify(tokenOf(ecKey, "ec", {}, { alg: "ES256" }));
    for (const [alg, key, kid] of [tokens[0], tokens[2]])
      await assert.rejects(verify(tokenOf(key, kid, {}, { alg })), isRefusal, alg);
    assert.deepEqual(logged, []);
  });

  it("never uses a key for the algorithm of another one, whatever the token's header says", async () => {
    answers["/keys"] = json({ keys });
    const verify = verifier({ algorithms });
    for (const [alg] of tokens)
      for (const [other, key, kid] of tokens)
        if (other !== alg) await assert.rejects(verify(tokenOf(key, kid, {}, { alg })), isRefusal);
    for (const [alg, key] of tokens)
      for (const [other, , kid] of tokens)
        if (other !== alg) await assert.rejects(verify(tokenOf(key, kid, {}, { alg })), isRefusal);
  });

  it("may call the algorithm of an Ed25519 key by its second name", async () => {
    answers["/keys"] = json({ keys: [jwk(edKey, "ed", { alg: "Ed25519" })] });
    assert.ok(await verifier({ algorithms: ["EdDSA"] })(tokenOf(edKey, "ed", {}, { alg: "EdDSA" })));
  });

  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  const unusable: readonly [string, object][] = [
    ["is on another curve", jwk(p384, "ec", { alg: "ES256" })],
    ["claims to be on another curve", jwk(ecKey, "ec", { crv: "P-384" })],
    ["is on a curve other than the claimed one", jwk(p384, "ec", { crv: "P-256" })],
    ["is for another algorithm", jwk(ecKey, "ec", { alg: "ES384" })],
    ["is for the algorithm of RSA keys", jwk(ecKey, "ec", { alg: "RS256" })],
    ["is for encryption", jwk(ecKey, "ec", { use: "enc" })],
    ["may only sign", jwk(ecKey, "ec", { key_ops: ["sign"] })],
    ["is a private key", { ...jwk(ecKey, "ec"), ...ecKey.export({ format: "jwk" }) }],
    ["is not on its curve", jwk(ecKey, "ec", { x: createPublicKey(edKey).export({ format: "jwk" }).x })],
    ["has no second coordinate", jwk(ecKey, "ec", { y: undefined })],
    ["is labelled an Edwards-curve key", jwk(ecKey, "ec", { kty: "OKP" })],
    ["has no name", jwk(ecKey, "ec", { kid: undefined })],
  ];
  for (const [name, key] of unusable) {
    it(`has its token refused when its key ${name}`, async () => {
      answers["/keys"] = json({ keys: [key] });
      const token = tokenOf(ecKey, "ec", {}, { alg: "ES256" });
      await assert.rejects(verifier({ algorithms: ["ES256", "RS256", "EdDSA"] })(token), isRefusal);
    });
  }

  it("has its token refused when its key is for key agreement", async () => {
    const x25519 = generateKeyPairSync("x25519").privateKey;
    for (const more of [{}, { crv: "Ed25519" }]) {
      answers["/keys"] = json({ keys: [jwk(x25519, "ed", more)] });
      const token = tokenOf(edKey, "ed", {}, { alg: "EdDSA" });
      await assert.rejects(verifier({ algorithms: ["EdDSA"] })(token), isRefusal);
    }
  });
});

describe("the verified claims", () => {
  it("cannot be changed, and inherit nothing", async () => {
    const claims = await verifier()(tokenOf(firstKey, "first"));
    assert.ok(Object.isFrozen(claims));
    assert.equal(Object.getPrototypeOf(claims), null);
  });

  it("are accepted from an expired token only where expiration is not verified", async () => {
    const expired = tokenOf(firstKey, "first", { iat: 1000, exp: 2000 });
    await assert.rejects(verifier()(expired), isRefusal);
    assert.equal((await verifier({ verifyExpiration: false })(expired)).exp, 2000);
  });

  it("are checked by the given clock", async () => {
    const token = tokenOf(firstKey, "first", { iat: 1000, exp: 2000 });
    let now = 1_999_999;
    const verify = verifier({ now: () => now });
    assert.equal((await verify(token)).exp, 2000);
    now = 2_000_000;
    await assert.rejects(verify(token), isRefusal);
  });
});

describe("a verified token", () => {
  /** How many signatures were really verified. */
  function countVerifications(test: TestContext): () => number {
    const { mock } = test.mock.method(crypto.subtle, "verify");
    return () => mock.callCount();
  }

  it("is not verified again while it is valid", async (test) => {
    const verifications = countVerifications(test);
    const verify = verifier();
    const token = tokenOf(firstKey, "first");
    const claims = await verify(token);
    for (let count = 0; count < 20; count++) assert.deepEqual(await verify(token), claims);
    assert.equal(verifications(), 1);
  });

  it("is verified once for all simultaneous requests", async (test) => {
    const verifications = countVerifications(test);
    const verify = verifier();
    const token = tokenOf(firstKey, "first");
    const claims = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    assert.equal(verifications(), 1);
    assert.equal(new Set(claims).size, 1);
  });

  it("does not vouch for another token: a wrong signature with the same header and claims is refused", async () => {
    const verify = verifier();
    const token = tokenOf(firstKey, "first");
    await verify(token);
    const [header, claims, signature = ""] = token.split(".");
    const others = [
      tokenOf(strangerKey(), "first").split(".")[2],
      signature.slice(4),
      Buffer.from(signature, "base64url").fill(0, 100, 101).toString("base64url"),
    ];
    for (const other of others) await assert.rejects(verify(`${header}.${claims}.${other}`), isRefusal);
  });

  it("has no other spelling", async () => {
    const verify = verifier();
    const token = tokenOf(firstKey, "first");
    await verify(token);
    // 256 bytes leave four bits of the last character unused: the next character decodes to the same
    // signature.
    const spellings = [`${token}=`, `${token}==`, `${token} `, `${token}.`, nonCanonical(token)];
    for (const spelling of spellings) await assert.rejects(verify(spelling), isRefusal);
  });

  it("is refused from the moment it expires", async () => {
    let now = Date.now();
    const verify = verifier({ now: () => now });
    const exp = Math.floor(now / 1000) + 60;
    const token = tokenOf(firstKey, "first", { exp });
    await verify(token);
    now = exp * 1000 - 1;
    await verify(token);
    now = exp * 1000;
    await assert.rejects(verify(token), isRefusal);
  });

  it("is refused when the clock is set back to before it was valid", async () => {
    let now = Date.now();
    const verify = verifier({ now: () => now });
    const token = tokenOf(firstKey, "first", { nbf: Math.floor(now / 1000) });
    await verify(token);
    now -= 20_000;
    await assert.rejects(verify(token), isRefusal);
  });

  it("is refused as soon as its key is known to be withdrawn", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verify = verifier();
    const token = tokenOf(firstKey, "first");
    await verify(token);
    answers["/keys"] = json({ keys: [jwk(secondKey, "second")] });
    test.mock.timers.tick(31_000);
    await verify(tokenOf(secondKey, "second"));
    test.mock.timers.tick(31_000);
    await assert.rejects(verify(token), isRefusal);
  });

  it("is verified again with a new key of the same name, and refused if that key did not sign it", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const verifications = countVerifications(test);
    const verify = verifier();
    const token = tokenOf(firstKey, "first");
    await verify(token);
    answers["/keys"] = json({ keys: [jwk(secondKey, "first")] });
    test.mock.timers.tick(10 * 60_000 + 1);
    await assert.rejects(verify(token), isRefusal);
    assert.equal(verifications(), 2);
    answers["/keys"] = goodKeys;
    test.mock.timers.tick(10 * 60_000 + 1);
    await verify(token);
    assert.equal(verifications(), 3);
  });

  it("is remembered; a refused one is not", async (test) => {
    const verifications = countVerifications(test);
    const verify = verifier();
    const forged = tokenOf(strangerKey(), "first");
    for (let count = 0; count < 3; count++) await assert.rejects(verify(forged), isRefusal);
    assert.equal(verifications(), 3);
  });

  it("is forgotten after a thousand others were verified", async (test) => {
    const verifications = countVerifications(test);
    const verify = verifier();
    const token = tokenOf(firstKey, "first");
    await verify(token);
    for (let user = 0; user < 999; user++) await verify(tokenOf(firstKey, "first", { sub: `user-${user}` }));
    await verify(token);
    assert.equal(verifications(), 1000);
    await verify(tokenOf(firstKey, "first", { sub: "one more" }));
    await verify(token);
    assert.equal(verifications(), 1002);
  });

  it("gives each caller claims that no other caller can change", async () => {
    const verify = verifier();
    const token = tokenOf(firstKey, "first", { groups: ["USERS"], nested: { list: [{ a: 1 }] } });
    const { groups, nested } = await verify(token);
    assert.throws(() => (groups as string[]).push("ADMINS"), TypeError);
    assert.throws(() => Object.assign((nested as { list: object[] }).list[0] ?? {}, { a: 2 }), TypeError);
    assert.throws(() => Object.assign(nested as object, { b: 2 }), TypeError);
    assert.deepEqual((await verify(token)).groups, ["USERS"]);
  });
});
