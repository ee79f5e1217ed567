import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Principal } from "../auth/principal.ts";
import { ApiError } from "../errors/api-error.ts";
import { type AuthRule, anyone, auth, describeAccess, type GuardedHandler } from "./access.ts";
import { defineRoute } from "./define-route.ts";

const principal = (groups: readonly string[], scopes: readonly string[] = []): Principal => ({
  subject: "alice",
  groups,
  scopes,
  claims: { sub: "alice" },
});

/** Calls a guarded handler as `caller`; gives its reply and the order in which things were done. */
async function call<Reply>(guarded: GuardedHandler<object, Reply>, caller: Principal | Error) {
  const steps: string[] = [];
  const admission = {
    async authenticate() {
      steps.push("authenticate");
      if (caller instanceof Error) throw caller;
      return caller;
    },
    async readInput<Caller extends object>(caller: Caller) {
      steps.push("read");
      return { body: "input", ...caller };
    },
  };
  try {
    return { steps, reply: await guarded.handle(admission) };
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return { steps, error };
  }
}

const guarded = (rule: AuthRule) => auth(rule, async (input: object) => input);

describe("auth", () => {
  it("gives the handler its input, the caller and the caller's claims", async () => {
    const alice = principal(["USERS"]);
    const { reply, steps } = await call(guarded({ groups: ["USERS"] }), alice);
    assert.deepEqual(reply, { body: "input", principal: alice, claims: alice.claims });
    assert.deepEqual(steps, ["authenticate", "read"]);
  });

  it("lets any signed-in caller in where it has no rule", async () => {
    const handler = auth(async (input: object) => input);
    assert.ok((await call(handler, principal([]))).reply);
    assert.deepEqual(handler.access, { type: "authenticated", groups: [], scopes: [] });
  });

  it("reads nothing of a request before its caller is let in", async () => {
    const refused = new ApiError("001401", { reason: "no" });
    const handler = guarded({ groups: ["ADMINS"], scopes: ["write"] });
    for (const caller of [refused, principal(["USERS"], ["write"]), principal(["ADMINS"], ["read"])]) {
      const { steps, error } = await call(handler, caller);
      assert.ok(error);
      assert.deepEqual(steps, ["authenticate"]);
    }
  });

  it("lets a member of any one of the groups in, and compares groups letter by letter", async () => {
    const handler = guarded({ groups: ["USERS", "ADMINS"] });
    assert.ok((await call(handler, principal(["OTHERS", "ADMINS"]))).reply);
    for (const group of [
      "admins",
      "ADMINS ",
      "ADMIN",
      "ＡＤＭＩＮＳ",
      "toString",
      "__proto__",
      "0",
      "length",
    ]) {
      const { error } = await call(handler, principal([group]));
      assert.deepEqual([error?.code, error?.status], ["002401", 403], group);
    }
  });

  it("tells a caller without groups from one in other groups", async () => {
    const handler = guarded({ groups: ["USERS", "ADMINS"] });
    const reason = async (groups: string[]) => (await call(handler, principal(groups))).error?.reason;
    assert.equal(
      await reason([]),
      "The endpoint has authorization check and the caller does not belong to any groups",
    );
    assert.equal(await reason(["OTHERS"]), "Only ['USERS', 'ADMINS'] can access this endpoint");
  });

  it("demands one of the scopes before it looks at groups, and says which in the gateway's form", async () => {
    const handler = guarded({ groups: ["ADMINS"], scopes: ["read", "write"] });
    assert.ok((await call(handler, principal(["ADMINS"], ["other", "write"]))).reply);
    for (const scopes of [[], ["Read"], ["read write"], ["reader"]]) {
      const { error } = await call(handler, principal([], scopes));
      assert.deepEqual([error?.code, error?.status], ["001403", 403]);
      assert.equal(
        error?.headers["www-authenticate"],
        'Bearer scope="read write" error="insufficient_scope"',
      );
    }
    assert.equal((await call(handler, principal([], ["read"]))).error?.code, "002401");
  });

  it("is not made without a handler", () => {
    assert.throws(() => (auth as (rule: AuthRule) => unknown)({ groups: ["USERS"] }), TypeError);
  });
});

describe("anyone", () => {
  it("never asks who calls", async () => {
    const handler = anyone(async (input: object) => input);
    assert.deepEqual(handler.access, { type: "public" });
    const { steps, reply } = await call(handler, new Error("nobody"));
    assert.deepEqual(steps, ["read"]);
    assert.deepEqual(reply, { body: "input" });
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
