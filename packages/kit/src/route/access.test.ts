import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineApi } from "../api.ts";
import type { ApiKeyStore } from "../auth/api-key-store.ts";
import type { Principal } from "../auth/principal.ts";
import { service } from "../services.ts";
import { type AuthRule, anyone, apiKey, auth, describeAccess, iam, type WithApiKeys } from "./access.ts";
import { defineRoute } from "./define-route.ts";

describe("auth", () => {
  const handler = async () => ({ status: 200, body: "x" });

  it("keeps its rule as data beside the unchanged handler", () => {
    const guarded = auth({ groups: ["USERS", "ADMINS"], scopes: ["read"] }, handler);
    assert.deepEqual(guarded.access, {
      type: "authenticated",
      groups: ["USERS", "ADMINS"],
      scopes: ["read"],
    });
    assert.equal(guarded.handler, handler);
  });

  it("admits any signed-in caller without a rule", () => {
    for (const guarded of [auth(handler), auth({}, handler)]) {
      assert.deepEqual(guarded.access, { type: "authenticated", groups: [], scopes: [] });
      assert.equal(guarded.handler, handler);
    }
  });

  it("cannot be made without a handler", () => {
    assert.throws(() => (auth as (rule: AuthRule) => unknown)({ groups: ["USERS"] }), TypeError);
  });
});

describe("apiKey", () => {
  it("keeps the handler, and a rule that names scopes", () => {
    const handler = async () => ({ status: 200, body: "x" });
    assert.deepEqual(apiKey({ scopes: ["write"] }, handler), {
      access: { type: "apiKey", scopes: ["write"] },
      handler,
    });
    assert.deepEqual(apiKey(handler).access, { type: "apiKey", scopes: [] });
  });
});

describe("an endpoint for two kinds of caller", () => {
  const one = /a route takes one kind of caller; define a separate route with its own path for each kind$/;
  const untyped = { anyone, apiKey, auth } as unknown as Record<string, (...given: unknown[]) => object>;

  for (const outer of ["anyone", "apiKey", "auth"]) {
    it(`is refused with a clear message if ${outer}() is around another rule`, () => {
      const inner = anyone(async () => undefined);
      assert.throws(() => untyped[outer]?.(inner), one);
      if (outer !== "anyone") assert.throws(() => untyped[outer]?.({ scopes: ["write"] }, inner), one);
    });
  }

  it("is refused with a message that names it if a route has two rules", () => {
    const route = defineRoute({
      operationId: "getStock",
      method: "GET",
      path: "/v1/stock",
      summary: "Gets the stock.",
      responses: () => ({}),
    }) as unknown as { handler(...rules: unknown[]): void };
    const rule = auth(async () => undefined);
    assert.throws(
      () => route.handler(rule, rule),
      /^TypeError: getStock: a route takes one kind of caller; /,
    );
  });
});

describe("anyone", () => {
  it("keeps the handler, and a rule that admits every caller", () => {
    const handler = async () => ({ status: 200, body: "x" });
    assert.deepEqual(anyone(handler), { access: { type: "public" }, handler });
  });
});

describe("describeAccess", () => {
  it("describes who may call", () => {
    const access = (groups: string[], scopes: string[]) =>
      describeAccess({ type: "authenticated", groups, scopes });
    assert.equal(describeAccess({ type: "public" }), "anyone");
    assert.equal(describeAccess({ type: "iam" }), "AWS callers whose policies allow it");
    assert.equal(access([], []), "any signed-in caller");
    assert.equal(access(["USERS", "ADMINS"], []), "USERS or ADMINS");
    assert.equal(access(["USERS"], ["read", "write"]), "USERS, with scope read or write");
    assert.equal(access([], ["read"]), "any signed-in caller, with scope read");
    assert.equal(describeAccess({ type: "apiKey", scopes: [] }), "machines with an API key");
    const ofKeys = describeAccess({ type: "apiKey", scopes: ["read", "write"] });
    assert.equal(ofKeys, "machines with an API key of scope read or write");
  });
});

/** Never called: the type checker reports an error if this compiles. */
export function typesOfAccess() {
  const contract = {
    operationId: "typed",
    method: "GET",
    path: "/v1/typed",
    summary: "Typed.",
    responses: (z: typeof import("zod")) => ({ 200: { description: "Ok.", schema: z.object({}) } }),
  } as const;
  const done = { status: 200, body: {} } as const;

  defineRoute(contract).handler(auth(async ({ claims, principal }) => ({ ...done, claims, principal })));
  defineRoute(contract).handler(anyone(async () => done));
  defineRoute(contract).handler(iam(async ({ claims, principal }) => ({ ...done, claims, principal })));
  // @ts-expect-error IAM's policies say which AWS caller may call
  iam({ groups: ["ADMINS"] }, async () => done);
  // @ts-expect-error a public handler has no claims
  defineRoute(contract).handler(anyone(async ({ claims }) => ({ ...done, claims })));
  // @ts-expect-error a public handler has no principal
  defineRoute(contract).handler(anyone(async ({ principal }) => ({ ...done, principal })));
  // @ts-expect-error a handler says who may call it
  defineRoute(contract).handler(async () => done);
  // @ts-expect-error a route has a handler
  defineRoute(contract) satisfies import("./define-route.ts").Route;
  // @ts-expect-error a rule for groups names one at least
  auth({ groups: [] }, async () => done);
  // @ts-expect-error a rule has a handler
  auth({ groups: ["ADMINS"] });

  const ofKeys = defineApi({
    name: "typed",
    version: "1.0.0",
    description: "Typed.",
    services: { apiKeys: service({ create: (): ApiKeyStore => ({ find: async () => undefined }) }) },
    routes: {},
  });
  const key = apiKey(async (input: WithApiKeys & { principal: Principal }) => ({ ...done, input }));
  ofKeys.defineRoute(contract).handler(apiKey(async ({ principal }) => ({ ...done, principal })));
  ofKeys.defineRoute(contract).handler(apiKey({ scopes: ["write"] }, async () => done));
  // @ts-expect-error the API has no service apiKeys
  defineRoute(contract).handler(apiKey(async () => done));
  // @ts-expect-error a key has no claims
  ofKeys.defineRoute(contract).handler(apiKey(async ({ claims }) => ({ ...done, claims })));
  // @ts-expect-error a route takes one kind of caller
  ofKeys.defineRoute(contract).handler(auth(key));
  // @ts-expect-error a route takes one kind of caller
  ofKeys.defineRoute(contract).handler(auth({ groups: ["ADMINS"] }, key));
  const person = auth(async () => done);
  // @ts-expect-error a route takes one kind of caller
  ofKeys.defineRoute(contract).handler(person, key);
}
