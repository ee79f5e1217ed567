import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { errors } from "jose";
import { ApiError } from "../errors/api-error.ts";
import { createLog } from "../log.ts";
import { createIssuerKeys, type IssuerKeysOptions } from "./issuer-keys.ts";

const newKey = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength });
const jwkOf = (key: KeyObject, kid: string, more: object = {}) => ({
  ...key.export({ format: "jwk" }),
  kid,
  use: "sig",
  ...more,
});
const { publicKey, privateKey } = newKey(2048);
const weakKey = createPublicKey(newKey(1024).privateKey);
const good = jwkOf(publicKey, "good");

const json =
  (body: unknown): RequestListener =>
  (_request, response) =>
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
const failing: RequestListener = (_request, response) => response.writeHead(500).end();
const reset: RequestListener = (request) => {
  request.socket.resetAndDestroy();
};
const goodSet = json({ keys: [good] });

let answer: RequestListener;
let fetches = 0;
let clock = 0;
let logged: { level: string; message: string; [name: string]: unknown }[] = [];
const server = createServer((request, response) => {
  fetches += 1;
  answer(request, response);
});
before(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answer = goodSet;
  fetches = 0;
  clock = 1_000_000;
  logged = [];
});

function issuerKeys(options: Partial<IssuerKeysOptions> = {}) {
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createIssuerKeys({
    issuer,
    jwksUri: `${issuer}/keys`,
    log: createLog((line) => logged.push(JSON.parse(line))),
    now: () => clock,
    random: () => 0,
    ...options,
  });
}

const header = (kid: string) => ({ alg: "RS256", kid });
const isUnknown = (error: unknown) => error instanceof errors.JWKSNoMatchingKey;
const isUnavailable = (error: unknown) => error instanceof ApiError && error.code === "001503";
const messages = () => logged.map(({ level, message }) => `${level}: ${message}`);

describe("an issuer that fails", () => {
  for (const [failure, listener] of [
    ["answers 500", failing],
    ["resets the connection", reset],
  ] as const) {
    for (const isWarm of [true, false]) {
      it(`is asked at most 8 times a minute by 300 requests with unknown keys: it ${failure}, ${isWarm ? "warm" : "cold"}`, async () => {
        const keys = issuerKeys();
        if (isWarm) await keys.find(header("good"));
        clock += 60_000;
        fetches = 0;
        answer = listener;
        for (let request = 0; request < 300; request++) {
          await assert.rejects(keys.find(header(`unknown-${request}`)), isUnavailable);
          clock += 200;
        }
        assert.ok(fetches >= 4 && fetches <= 8, `${fetches} fetches`);
        if (isWarm) await keys.find(header("good"));
      });
    }
  }

  it("is asked again after 1 s, and then after pauses that double up to 30 s", async () => {
    const keys = issuerKeys();
    answer = failing;
    const pauses: number[] = [];
    let last = clock;
    let seen = 0;
    while (pauses.length < 8) {
      await assert.rejects(keys.find(header("unknown")), isUnavailable);
      if (fetches > seen) {
        pauses.push((clock - last) / 1000);
        last = clock;
        seen = fetches;
      }
      clock += 500;
    }
    assert.deepEqual(pauses, [0, 1, 2, 4, 8, 16, 30, 30]);
  });

  it("is asked by each process at a different moment: pauses vary by up to a quarter", async () => {
    const keys = issuerKeys({ random: () => 0.999 });
    answer = failing;
    await assert.rejects(keys.find(header("unknown")), isUnavailable);
    clock += 1200;
    await assert.rejects(keys.find(header("unknown")), isUnavailable);
    assert.equal(fetches, 1);
    clock += 50;
    await assert.rejects(keys.find(header("unknown")), isUnavailable);
    assert.equal(fetches, 2);
  });

  it("is asked once for all simultaneous requests", async () => {
    const keys = issuerKeys();
    answer = failing;
    const all = Array.from({ length: 50 }, (_, index) => keys.find(header(`unknown-${index}`)));
    for (const result of await Promise.allSettled(all)) assert.equal(result.status, "rejected");
    assert.equal(fetches, 1);
  });

  it("does not affect known keys, and an unknown one gets retry-after", async () => {
    const keys = issuerKeys();
    await keys.find(header("good"));
    clock += 10 * 60_000;
    answer = failing;
    for (let request = 0; request < 20; request++) await keys.find(header("good"));
    assert.equal(fetches, 2);
    await assert.rejects(keys.find(header("unknown")), (error: ApiError) => {
      assert.deepEqual(error.headers, { "retry-after": "1" });
      return isUnavailable(error);
    });
    assert.equal(fetches, 2);
  });

  it("counts as recovered once it responds: an unknown key is then simply unknown", async () => {
    const keys = issuerKeys();
    answer = failing;
    await assert.rejects(keys.find(header("good")), isUnavailable);
    answer = goodSet;
    await assert.rejects(keys.find(header("good")), isUnavailable);
    clock += 1000;
    await keys.find(header("good"));
    await assert.rejects(keys.find(header("unknown")), isUnknown);
    assert.equal(fetches, 2);
  });

  it("is logged once when the outage begins, and once when it ends", async () => {
    const keys = issuerKeys();
    answer = failing;
    for (let second = 0; second < 20; second++) {
      await assert.rejects(keys.find(header("unknown")), isUnavailable);
      clock += 1000;
    }
    assert.deepEqual(messages(), ["error: the token issuer's keys cannot be fetched"]);
    answer = goodSet;
    clock += 30_000;
    await keys.find(header("good"));
    await keys.find(header("good"));
    assert.deepEqual(messages().slice(1), ["info: the token issuer's keys can be fetched again"]);
    assert.deepEqual([logged[1]?.failures, logged[1]?.seconds], [5, 50]);
  });

  it("is logged as a warning while known keys still work", async () => {
    const keys = issuerKeys();
    await keys.find(header("good"));
    answer = failing;
    clock += 10 * 60_000;
    await keys.find(header("good"));
    assert.deepEqual(messages(), ["warn: the token issuer's keys cannot be fetched"]);
  });
});

describe("an unusable key", () => {
  for (const [name, jwk] of [
    ["has 1,024 bits", jwkOf(weakKey, "bad")],
    ["has no modulus", jwkOf(publicKey, "bad", { n: undefined })],
    ["has a modulus that is not text", jwkOf(publicKey, "bad", { n: 7 })],
    ["is a private key", jwkOf(privateKey, "bad")],
  ] as const) {
    it(`is skipped with one warning per fetch, and the others are used: it ${name}`, async () => {
      const keys = issuerKeys();
      answer = json({ keys: [jwk, good] });
      for (let request = 0; request < 5; request++) {
        await keys.find(header("good"));
        await assert.rejects(keys.find(header("bad")), isUnknown);
      }
      assert.equal(fetches, 1);
      assert.deepEqual(messages(), ["warn: the token issuer has keys that are not used"]);
      assert.match(JSON.stringify(logged[0]?.keys), /^\[\{"kid":"bad","fault":"it [^"]+"\}\]$/);
      clock += 10 * 60_000;
      await keys.find(header("good"));
      assert.equal(logged.length, 2);
    });
  }

  it("is skipped without a warning if it is for another purpose", async () => {
    answer = json({
      keys: [
        good,
        jwkOf(weakKey, "other", { use: "enc" }),
        jwkOf(weakKey, "another", { alg: "RS512" }),
        jwkOf(createPublicKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey), "elliptic"),
      ],
    });
    await issuerKeys().find(header("good"));
    assert.deepEqual(messages(), []);
  });
});
