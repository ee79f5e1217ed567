import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AuthRule, anyone, auth, describeAccess } from "./access.ts";
import { defineRoute } from "./define-route.ts";

describe("auth", () => {
  const handler = async () => ({ status: 200, body: "x" });

  it("keeps its rule as data beside the handler, which stays what it was", () => {
    const guarded = auth({ groups: ["USERS", "ADMINS"], scopes: ["read"] }, handler);
    assert.deepEqual(guarded.access, {
      type: "authenticated",
      groups: ["USERS", "ADMINS"],
      scopes: ["read"],
    });
    assert.equal(guarded.handler, handler);
  });

  it("is for any signed-in caller where it has no rule", () => {
    for (const guarded of [auth(handler), auth({}, handler)]) {
      assert.deepEqual(guarded.access, { type: "authenticated", groups: [], scopes: [] });
      assert.equal(guarded.handler, handler);
    }
  });

  it("is not made without a handler", () => {
    assert.throws(() => (auth as (rule: AuthRule) => unknown)({ groups: ["USERS"] }), TypeError);
  });
});

describe("anyone", () => {
  it("keeps the handler, and a rule that lets every caller in", () => {
    const handler = async () => ({ status: 200, body: "x" });
    assert.deepEqual(anyone(handler), { access: { type: "public" }, handler });
  });
});

describe("describeAccess", () => {
  it("says in words who may call", () => {
    const access = (groups: string[], scopes: string[]) =>
      describeAccess({ type: "authenticated", groups, scopes });
    assert.equal(describeAccess({ type: "public" }), "anyone");
    assert.equal(access([], []), "any signed-in caller");
    assert.equal(access(["USERS", "ADMINS"], []), "USERS or ADMINS");
    assert.equal(access(["USERS"], ["read", "write"]), "USERS, with scope read or write");
    assert.equal(access([], ["read"]), "any signed-in caller, with scope read");
  });
});

/** Not run: what must not compile is an error for the type checker if it does. */
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
}
