import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Request } from "express";
import type { Principal } from "../auth/principal.ts";
import { ApiError } from "../errors/api-error.ts";
import { createLog } from "../log.ts";
import { principalOf, RequestContext, setRequestContext } from "../request/request-context.ts";
import { type Access, type AuthRule, anyone, auth, type GroupRefusal, iam, nameGroups } from "./access.ts";
import { admit } from "./handle-route.ts";

const principal = (groups: readonly string[], scopes: readonly string[] = []): Principal => ({
  subject: "alice",
  groups,
  scopes,
  claims: { sub: "alice" },
});

interface Asked {
  readonly admitted?: Principal | undefined;
  readonly error?: ApiError;
  readonly authentications: number;
  readonly principalOfRequest: Principal | undefined;
}

/**
 * Applies a rule to `caller`: who is admitted, whom the request names afterwards, and how often the token was
 * checked.
 */
async function ask(
  access: Access,
  caller: Principal | Error,
  groupRefusal: GroupRefusal = nameGroups,
  awsCaller?: Principal,
): Promise<Asked> {
  // The test fails if anything of the request but its context is read.
  const request = new Proxy({} as Request, {
    get: (target, name, receiver) =>
      typeof name === "symbol" ? Reflect.get(target, name, receiver) : assert.fail(`${name} was read`),
  });
  const received = {
    requestId: undefined,
    lambdaRequestId: undefined,
    timeoutMilliseconds: 0,
    basePath: "",
    origin: "",
  };
  setRequestContext(
    request,
    new RequestContext(
      received,
      {},
      createLog(() => {}),
    ),
  );
  let authentications = 0;
  const runtime = {
    headers: new Map(),
    middleware: () => [],
    receive: () => received,
    authenticate() {
      authentications += 1;
      if (caller instanceof Error) throw caller;
      return caller;
    },
    awsCaller: async () => awsCaller,
  };
  const asked = () => ({ authentications, principalOfRequest: principalOf(request) });
  try {
    return { admitted: await admit(access, request, { runtime, groupRefusal, services: {} }), ...asked() };
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return { error, ...asked() };
  }
}

const rule = (given: AuthRule) => auth(given, async () => undefined).access;

describe("admit", () => {
  it("returns the admitted caller, and gives it to the request too", async () => {
    const alice = principal(["USERS"]);
    assert.deepEqual(await ask(rule({ groups: ["USERS"] }), alice), {
      admitted: alice,
      authentications: 1,
      principalOfRequest: alice,
    });
  });

  it("admits any signed-in caller if the rule names no group", async () => {
    assert.ok((await ask(rule({}), principal([]))).admitted);
  });

  it("does not identify the caller where anyone may call", async () => {
    const asked = await ask(anyone(async () => undefined).access, new Error("a token was checked"));
    assert.deepEqual(asked, { admitted: undefined, authentications: 0, principalOfRequest: undefined });
  });

  it("refuses a caller whom the runtime does not know, with the runtime's error", async () => {
    const refused = new ApiError("001401", { reason: "no" });
    for (const access of [rule({}), rule({ groups: ["ADMINS"], scopes: ["write"] })])
      assert.equal((await ask(access, refused)).error, refused);
  });

  it("asks for an AWS caller where the rule requires one, and does not check a token", async () => {
    const { access } = iam(async () => undefined);
    const caller = principal([]);
    assert.deepEqual(await ask(access, new Error("a token was checked"), nameGroups, caller), {
      admitted: caller,
      authentications: 0,
      principalOfRequest: caller,
    });
    const { error, ...asked } = await ask(access, principal(["USERS", "ADMINS"]));
    assert.equal(error?.code, "003403");
    assert.deepEqual(asked, { authentications: 0, principalOfRequest: undefined });
  });

  it("hides a refused caller from everything that runs after it", async () => {
    const access = rule({ groups: ["ADMINS"], scopes: ["write"] });
    for (const caller of [principal(["USERS"], ["write"]), principal(["ADMINS"], ["read"])]) {
      const { error, principalOfRequest } = await ask(access, caller);
      assert.ok(error);
      assert.equal(principalOfRequest, undefined);
    }
  });

  it("admits a member of any one of the groups, and compares groups letter by letter", async () => {
    const access = rule({ groups: ["USERS", "ADMINS"] });
    assert.ok((await ask(access, principal(["OTHERS", "ADMINS"]))).admitted);
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
      const { error } = await ask(access, principal([group]));
      assert.deepEqual([error?.code, error?.status], ["002401", 403], group);
    }
  });

  it("names the required groups to a caller who belongs to none of them", async () => {
    const { error } = await ask(rule({ groups: ["USERS", "ADMINS"] }), principal(["OTHERS"]));
    assert.equal(error?.reason, "Only members of USERS or ADMINS may call this endpoint");
  });

  it("refuses with the API's own message, which may distinguish callers without groups", async () => {
    const say: GroupRefusal = (groups, callerGroups) =>
      `${groups} and not ${callerGroups.join() || "nothing"}`;
    const access = rule({ groups: ["USERS", "ADMINS"] });
    const reason = async (groups: string[]) => (await ask(access, principal(groups), say)).error?.reason;
    assert.equal(await reason([]), "USERS,ADMINS and not nothing");
    assert.equal(await reason(["OTHERS"]), "USERS,ADMINS and not OTHERS");
  });

  it("requires one of the scopes before it checks groups, and names them in the gateway's form", async () => {
    const access = rule({ groups: ["ADMINS"], scopes: ["read", "write"] });
    assert.ok((await ask(access, principal(["ADMINS"], ["other", "write"]))).admitted);
    for (const scopes of [[], ["Read"], ["read write"], ["reader"]]) {
      const { error } = await ask(access, principal([], scopes));
      // The catalogue's status: 403.
      assert.deepEqual([error?.code, error?.status], ["001403", undefined]);
      assert.equal(
        error?.headers["www-authenticate"],
        'Bearer scope="read write" error="insufficient_scope"',
      );
    }
    assert.equal((await ask(access, principal([], ["read"]))).error?.code, "002401");
  });
});
