/** API keys, in both runtimes. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import express from "express";
import { defineApi } from "../src/api.ts";
import type { ApiKeyStore, StoredApiKey } from "../src/auth/api-key-store.ts";
import { createApiKey } from "../src/auth/api-keys.ts";
import { apiKey, auth } from "../src/route/access.ts";
import { defineRoute, type Route } from "../src/route/define-route.ts";
import { service } from "../src/services.ts";
import { appTarget, handlerTarget, type Target } from "../src/testing/targets.ts";
import { createTestApiKeys, type TestApiKeys } from "../src/testing/test-api-keys.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";

const contract = {
  method: "POST",
  summary: "Of a test.",
  responses: (z: typeof import("zod")) => ({ 200: { description: "The caller.", schema: z.unknown() } }),
} as const;

const base = {
  name: "machines",
  version: "1.0.0",
  description: "For machines.",
  services: {
    apiKeys: service({
      create: (): ApiKeyStore => {
        throw new Error("replaced in these tests");
      },
    }),
  },
} as const;
const { defineRoute: define } = defineApi({ ...base, routes: {} });

const anyKey = define({ ...contract, operationId: "anyKey", path: "/v1/any-key" }).handler(
  apiKey(async ({ principal }) => ({ status: 200, body: principal })),
);
const writers = define({
  ...contract,
  operationId: "writers",
  path: "/v1/writers",
  request: (z) => ({ body: z.object({}) }),
}).handler(apiKey({ scopes: ["write", "admin"] }, async () => ({ status: 200, body: "written" })));
const people = defineRoute({ ...contract, operationId: "people", path: "/v1/people" }).handler(
  auth(async () => ({ status: 200, body: "a person" })),
);

const routes: readonly Route[] = [anyKey, writers, people];
const api = defineApi({
  ...base,
  routes: Object.fromEntries(routes.map((route) => [`${route.method} ${route.path}`, async () => route])),
  routers: [
    {
      operationId: "legacy",
      prefix: "/v1/legacy",
      summary: "Of a test.",
      access: { type: "apiKey", scopes: ["write"] },
      router: () => express.Router().use((_request, response) => void response.json("legacy")),
    },
  ],
});

for (const start of [appTarget, handlerTarget]) {
  describe(`API keys, in ${start === appTarget ? "the container" : "the function"}`, () => {
    const keys: TestApiKeys = createTestApiKeys();
    let failure: Error | undefined;
    let issuer: TestIssuer;
    let target: Target;
    let lines: string[] = [];
    before(async () => {
      issuer = await startTestIssuer();
      const apiKeys: ApiKeyStore = {
        find: (prefix) => (failure ? Promise.reject(failure) : keys.store.find(prefix)),
      };
      target = await start({ api, issuer, services: { apiKeys }, write: (line) => lines.push(line) });
    });
    after(async () => {
      await target.close();
      await issuer.close();
    });

    async function call(path: string, headers: Readonly<Record<string, string>>, body?: string) {
      const answer = await target.request({ method: "POST", path, headers, ...(body && { body }) });
      const json = JSON.parse(answer.body.toString());
      return { ...answer, json, code: json.error?.code, reason: json.error?.reason };
    }
    const withKey = (key: string) => ({ "x-api-key": key, "content-type": "application/json" });
    const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString();

    it("admit a machine that has a key, and tell the handler who it is", async () => {
      const key = keys.issue(["write", "read"], { subject: "warehouse-7", expiresAt: minutes(1) });
      const { status, json } = await call("/v1/any-key", withKey(key));
      assert.equal(status, 200);
      assert.deepEqual(json, {
        subject: "warehouse-7",
        groups: [],
        scopes: ["write", "read"],
        claims: { sub: "warehouse-7", scope: "write read" },
      });
    });

    it("open a mounted router too", async () => {
      assert.equal((await call("/v1/legacy/orders", withKey(keys.issue(["write"])))).json, "legacy");
      assert.equal((await call("/v1/legacy/orders", withKey(keys.issue(["read"])))).status, 403);
      assert.equal((await call("/v1/legacy/orders", {})).status, 401);
    });

    const refused = (overrides: Partial<StoredApiKey>) => keys.issue([], overrides);
    for (const [what, key, reason] of [
      ["no key", undefined, "Send an API key in the header x-api-key"],
      ["an empty key", "", "The API key is malformed"],
      ["a key in another form", "key_0123456789abcdef", "The API key is malformed"],
      ["a key with more characters after it", `${refused({})}x`, "The API key is malformed"],
      ["two keys at once", `${refused({})}, ${refused({})}`, "The API key is malformed"],
      ["a key that no store has", createApiKey({ subject: "x", scopes: [] }).key, "The API key is unknown"],
      ["another secret", `${refused({}).slice(0, 21)}${"A".repeat(43)}`, "The API key is unknown"],
      ["a store that keeps no hash", refused({ hash: "" }), "The API key is unknown"],
      ["a store that keeps a hash of zeros", refused({ hash: "0".repeat(64) }), "The API key is unknown"],
      [
        "a store that keeps another key",
        refused({ prefix: "key_0123456789abcdef" }),
        "The API key is unknown",
      ],
      ["an expired key", refused({ expiresAt: minutes(-1) }), "The API key has expired"],
      ["a key with an unreadable expiry", refused({ expiresAt: "soon" }), "The API key has expired"],
      ["a revoked key", refused({ revokedAt: minutes(-1) }), "The API key was revoked"],
      [
        "a key that will be revoked tomorrow",
        refused({ revokedAt: minutes(1440) }),
        "The API key was revoked",
      ],
    ] as const) {
      it(`refuse ${what}: ${reason}`, async () => {
        const answer = await call("/v1/any-key", key === undefined ? {} : { "x-api-key": key });
        assert.deepEqual([answer.status, answer.code, answer.reason], [401, "003401", reason]);
        assert.equal(answer.headers["www-authenticate"], 'ApiKey header="x-api-key"');
      });
    }

    it("need one of the scopes, which is checked before the body is read", async () => {
      for (const scopes of [["write"], ["x", "admin"]])
        assert.equal((await call("/v1/writers", withKey(keys.issue(scopes)), "{}")).json, "written");
      for (const scopes of [[], ["Write"], ["write admin"]]) {
        const { status, code, headers } = await call("/v1/writers", withKey(keys.issue(scopes)), "not JSON");
        assert.deepEqual([status, code], [403, "001403"]);
        assert.equal(headers["www-authenticate"], undefined);
      }
      assert.equal((await call("/v1/writers", {}, "not JSON")).status, 401);
    });

    it("and tokens do not open each other's endpoints", async () => {
      const authorization = issuer.bearer([], { scope: "write" });
      assert.equal((await call("/v1/writers", { authorization })).code, "003401");
      assert.equal((await call("/v1/people", withKey(keys.issue(["write"])))).code, "001401");
      assert.equal((await call("/v1/any-key", { authorization: `Bearer ${keys.issue()}` })).code, "003401");
    });

    it("get a 503 while the store is down, before the handler runs, and only the log says why", async () => {
      failure = new Error("the table is gone");
      lines = [];
      const { status, code, body } = await call("/v1/any-key", withKey(keys.issue()));
      failure = undefined;
      assert.deepEqual([status, code], [503, "001503"]);
      assert.doesNotMatch(body.toString(), /table/);
      assert.match(lines.join("\n"), /the table is gone/);
    });

    it("reach no log line", async () => {
      lines = [];
      const good = keys.issue();
      const bad = refused({ expiresAt: minutes(-1) });
      for (const key of [good, bad]) await call("/v1/any-key", withKey(key));
      for (const key of [good, bad]) assert.ok(!lines.join("\n").includes(key.slice(21)));
    });
  });
}

describe("an API whose router accepts keys", () => {
  it("is refused with a clear message if it has no service for them", () => {
    assert.throws(
      () => defineApi({ ...base, services: {}, routes: {}, routers: api.routers }),
      /^TypeError: legacy takes API keys; name the store of the keys in services: \{ apiKeys \}$/,
    );
  });
});

describe("a key", () => {
  it("is new each time, in the form that requests are searched for, and is stored as a hash", () => {
    const now = new Date("2026-05-01T10:00:00Z");
    const given = { subject: "warehouse-7", scopes: ["write"], expiresAt: "2027-01-01T00:00:00Z" };
    const [first, second] = [createApiKey(given, now), createApiKey(given, now)];
    assert.match(first.key, /^key_[0-9a-f]{16}\.[A-Za-z0-9_-]{43}$/);
    assert.notEqual(first.key, second.key);
    assert.notEqual(first.stored.prefix, second.stored.prefix);
    const { prefix, hash, ...rest } = first.stored;
    assert.deepEqual(rest, { ...given, createdAt: "2026-05-01T10:00:00.000Z" });
    assert.ok(first.key.startsWith(`${prefix}.`));
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.ok(!JSON.stringify(first.stored).includes(first.key.slice(prefix.length + 1)));
  });
});
