/** The access suite fails if an access rule is broken, and for no other behaviour of an API. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Outcome, runSuites } from "../../test/support/run-suites.ts";

let runs: ReadonlyMap<string, readonly Outcome[]>;
before(async () => {
  runs = await runSuites(new URL("../../test/fixtures/suites/access.ts", import.meta.url));
});

const testsOf = (run: string) => (runs.get(run) ?? []).filter(({ isSuite }) => !isSuite);
const describePath = ({ path: [, , endpoint = "", test] }: Outcome) =>
  `${endpoint.split(" is for ")[0]}: ${test}`;
const failuresOf = (run: string) => testsOf(run).filter(({ passed }) => !passed);

const STRANGERS = [
  "no token",
  "a malformed token",
  "an expired token",
  "another issuer's token",
  "a token for another audience",
  "a forged token",
];
const OUTSIDERS = ["a caller without a groups claim", "a caller with no groups", "a member of another group"];
const OUTSIDER_WITH_SCOPE = "a member of another group with scope write:notes";
const LACKING_SCOPE = ["a member of ADMINS without a scope", "a member of USERS without a scope"];

const refused = (endpoint: string, status: number, callers: readonly string[]) =>
  callers.map((caller) => `${endpoint}: ${caller} gets ${status}, before handler and body`);
const reached = (endpoint: string, callers: readonly string[]) =>
  callers.map((caller) => `${endpoint}: ${caller} reaches the handler`);

const withoutGroups = [
  ...refused("GET /v1/me", 403, OUTSIDERS),
  ...refused("POST /v1/notes", 403, [OUTSIDER_WITH_SCOPE]),
];
const withoutRules = [
  ...refused("GET /v1/me", 403, OUTSIDERS),
  ...refused("POST /v1/notes", 403, [...OUTSIDERS, ...LACKING_SCOPE, OUTSIDER_WITH_SCOPE]),
];
const allRefusals = [
  ...refused("GET /v1/me", 401, STRANGERS),
  ...refused("GET /v1/me", 403, OUTSIDERS),
  ...refused("POST /v1/notes", 401, STRANGERS),
  ...refused("POST /v1/notes", 403, [...OUTSIDERS, ...LACKING_SCOPE, OUTSIDER_WITH_SCOPE]),
];

const STRANGE_MACHINES = [
  "no key",
  "a malformed key",
  "an unknown key",
  "a key with another secret",
  "an expired key",
  "a revoked key",
];
const TOKEN = "a signed-in caller without a key";
const WITHOUT_SCOPE = "a machine whose key has no scope";
const WITH_SCOPE = "a machine whose key has scope stock:write";
const refusedKeys = [
  ...refused("PUT /v1/stock", 401, [...STRANGE_MACHINES, TOKEN]),
  ...refused("PUT /v1/stock", 403, [WITHOUT_SCOPE]),
];

describe("the access suite", () => {
  it("passes for an API whose database is down and whose handlers and middleware refuse and redirect", () => {
    assert.deepEqual(failuresOf("owner"), []);
    const endpoints = new Set(testsOf("owner").map(({ path }) => path[2]));
    assert.deepEqual(
      [...endpoints].sort(),
      [
        "ANY /v1/legacy is for ADMINS",
        "ANY /v1/legacy/{proxy+} is for ADMINS",
        "GET /v1/links/{slug} is for anyone",
        "GET /v1/notes is for USERS",
        "GET /v1/tenants/{tenantId} is for any signed-in caller",
        "POST /v1/notes is for USERS, with scope write:notes",
        "POST /v1/webhooks is for anyone",
        "PUT /v1/stock is for machines with an API key of scope stock:write",
      ],
      "lists each enabled endpoint, and no other",
    );
  });

  it("calls each endpoint as each kind of caller", () => {
    const calls = testsOf("intact").map(describePath);
    assert.deepEqual(failuresOf("intact"), []);
    assert.deepEqual(
      calls.filter((call) => call.includes(" gets ")),
      allRefusals,
    );
    assert.deepEqual(
      calls.filter((call) => call.startsWith("POST /v1/notes") && call.includes("reaches")),
      ["POST /v1/notes: a member of USERS with scope write:notes reaches the handler"],
    );
  });

  for (const [fault, expected] of [
    ["everything is public", allRefusals],
    ["groups do not count", withoutGroups],
    ["scopes do not count", refused("POST /v1/notes", 403, ["a member of USERS without a scope"])],
    ["nothing is public", [...reached("GET /v1/health", STRANGERS), ...withoutRules]],
    ["refused too late", allRefusals],
    ["body read first", allRefusals.filter((call) => call.startsWith("POST"))],
    ["the second target", withoutGroups],
  ] as const) {
    it(`fails where a rule is broken, and only there: ${fault}`, () => {
      assert.deepEqual(failuresOf(fault).map(describePath), expected);
    });
  }

  it("calls an endpoint for machines with its own keys of each kind, and every other endpoint with a key too", () => {
    assert.deepEqual(failuresOf("keys: intact"), []);
    const calls = testsOf("keys: intact").map(describePath);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("PUT")),
      [...refusedKeys, ...reached("PUT /v1/stock", ["a machine whose key has scope stock:write"])],
    );
    assert.ok(
      calls.includes("GET /v1/me: a machine whose key has no scope gets 401, before handler and body"),
    );
    assert.ok(calls.includes("GET /v1/health: a machine whose key has no scope reaches the handler"));
  });

  for (const [fault, endpoint, callers] of [
    ["everything is public", "PUT", [...STRANGE_MACHINES, TOKEN, WITHOUT_SCOPE]],
    ["scopes do not count", "PUT", [WITHOUT_SCOPE]],
    ["tokens open it", "PUT", [TOKEN, WITHOUT_SCOPE, WITH_SCOPE]],
    ["keys open all", "GET /v1/me", ["a machine whose key has no scope"]],
    ["no key expires", "PUT", ["an expired key"]],
    ["no key is revoked", "PUT", ["a revoked key"]],
    ["refused too late", "PUT", [...STRANGE_MACHINES, TOKEN, WITHOUT_SCOPE]],
    ["body read first", "PUT", [...STRANGE_MACHINES, TOKEN, WITHOUT_SCOPE]],
  ] as const) {
    it(`fails where a rule about keys is broken: ${fault}`, () => {
      const failed = failuresOf(`keys: ${fault}`)
        .filter(({ path: [, , of] }) => of?.startsWith(endpoint))
        .map(({ path: [, , , title = ""] }) => title.replace(/ (gets|reaches) .*/, ""));
      assert.deepEqual(
        endpoint === "PUT" ? failed : failed.filter((caller) => caller.startsWith("a machine")),
        callers,
      );
    });
  }

  it("fails where an endpoint for AWS callers admits others, and where it asks for a token", () => {
    const open = testsOf("AWS callers need no signature");
    assert.ok(open.length > 0);
    assert.deepEqual(
      open.filter(({ passed }) => passed),
      [],
    );
    // Admits callers with a token, and refuses others as callers without one.
    const failures = failuresOf("AWS callers need a token").map(describePath);
    const at = "POST /v1/probe/signed";
    assert.ok(failures.includes(`${at}: a caller with no groups gets 403, before handler and body`));
    assert.ok(failures.includes(`${at}: no token gets 403, before handler and body`));
  });

  it("names the target and its response in a failure", () => {
    const [failure] = failuresOf("the second target");
    assert.match(failure?.message ?? "", /the Express app by supertest answered 204/);
  });

  it("fails when a target cannot start, and leaves no other target running", () => {
    assert.ok(testsOf("a target cannot start").length > 0);
    assert.ok(testsOf("a target cannot start").every(({ passed }) => !passed));
  });
});
