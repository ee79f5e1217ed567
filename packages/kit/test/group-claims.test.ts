/** Which values of the groups claim admit a caller to an endpoint for ADMINS, in both runtimes. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "../src/api.ts";
import { type Answer, appTarget, handlerTarget, type Target } from "../src/testing/targets.ts";
import type { Environment } from "../src/testing/test-environment.ts";
import { startTestIssuer, type TestIssuer, type TokenParts } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";

const NO_GROUPS = "The caller is in no group";
const OTHER_GROUPS = "The caller is in other groups";
/** Answers with the groups that the claim was read as. */
const api: Api = {
  ...fixtureApi,
  groupRefusal: (_groups, callerGroups) => (callerGroups.length === 0 ? NO_GROUPS : OTHER_GROUPS),
};

let issuer: TestIssuer;
before(async () => {
  issuer = await startTestIssuer();
});
after(() => issuer.close());

const groupsNamed = (count: number) => Array.from({ length: count }, (_, index) => `g${index}`);

const granted: readonly unknown[] = [
  ["ADMINS"],
  ["USERS", "ADMINS"],
  ["ADMINS", "ADMINS"],
  ["ADMINS", 1, null, ["USERS"], { USERS: true }],
  [...groupsNamed(499), "ADMINS"],
];

/** The value, and the message for its caller. */
const refused: readonly [unknown, string][] = [
  ["ADMINS", NO_GROUPS],
  ["[ADMINS]", NO_GROUPS],
  ['["ADMINS"]', NO_GROUPS],
  ["USERS,ADMINS", NO_GROUPS],
  ["USERS ADMINS", NO_GROUPS],
  ["NOADMINS", NO_GROUPS],
  ["", NO_GROUPS],
  [undefined, NO_GROUPS],
  [null, NO_GROUPS],
  [true, NO_GROUPS],
  [1, NO_GROUPS],
  [[], NO_GROUPS],
  [{ ADMINS: true }, NO_GROUPS],
  [{ 0: "ADMINS", length: 1 }, NO_GROUPS],
  [[["ADMINS"]], NO_GROUPS],
  [[{ name: "ADMINS" }], NO_GROUPS],
  [[1], NO_GROUPS],
  [[null], NO_GROUPS],
  [[true], NO_GROUPS],
  [["USERS ADMINS"], OTHER_GROUPS],
  [["not ADMINS"], OTHER_GROUPS],
  [["USERS,ADMINS"], OTHER_GROUPS],
  [["[ADMINS]"], OTHER_GROUPS],
  [["admins"], OTHER_GROUPS],
  [["Admins"], OTHER_GROUPS],
  [["ADMINS "], OTHER_GROUPS],
  [[" ADMINS"], OTHER_GROUPS],
  [["ADMINS\n"], OTHER_GROUPS],
  [["ADMINS\u0000"], OTHER_GROUPS],
  [["ADMINS\u200b"], OTHER_GROUPS],
  [["ADMIN"], OTHER_GROUPS],
  [["ADMINSX"], OTHER_GROUPS],
  [["NOADMINS"], OTHER_GROUPS],
  [["ＡＤＭＩＮＳ"], OTHER_GROUPS],
  [["\u0410DMINS"], OTHER_GROUPS],
  [["A\u0301DMINS"], OTHER_GROUPS],
  [[""], OTHER_GROUPS],
  [["*"], OTHER_GROUPS],
  [["toString"], OTHER_GROUPS],
  [["__proto__"], OTHER_GROUPS],
  [["constructor"], OTHER_GROUPS],
  [[...groupsNamed(500), "ADMINS"], NO_GROUPS],
];

const short = (value: unknown) => (JSON.stringify(value) ?? "no claim").slice(0, 60);

describe("the groups claim", () => {
  let targets: Target[];
  before(async () => {
    targets = await startBoth();
  });
  after(async () => {
    for (const target of targets) await target.close();
  });

  for (const groups of granted) {
    it(`admits an admin: ${short(groups)}`, async () => {
      for (const target of targets) {
        const answer = await listEndpoints(target, { groups });
        assert.equal(answer.status, 200, `${target.name}: ${answer.body}`);
      }
    });
  }

  for (const [groups, reason] of refused) {
    it(`refuses the caller: ${short(groups)}`, async () => {
      for (const target of targets) assertForbidden(await listEndpoints(target, { groups }), reason);
    });
  }

  it("is the only claim that names groups", async () => {
    const others = { "cognito:groups": ["ADMINS"], roles: ["ADMINS"], Groups: ["ADMINS"], group: "ADMINS" };
    for (const target of targets) assertForbidden(await listEndpoints(target, others), NO_GROUPS);
  });
});

describe("the name of the groups claim", () => {
  for (const name of ["cognito:groups", "https://example.com/groups", "realm_access.roles", "toString"]) {
    it(`is one literal key: ${name}`, async (t) => {
      for (const target of await startBoth({ JWT_AUTHORIZATION_GROUPS_ATTR_NAME: name })) {
        t.after(target.close);
        assert.equal((await listEndpoints(target, { [name]: ["ADMINS"] })).status, 200, target.name);
        const elsewhere = { groups: ["ADMINS"], realm_access: { roles: ["ADMINS"] }, cognito: ["ADMINS"] };
        assertForbidden(await listEndpoints(target, elsewhere), NO_GROUPS);
      }
    });
  }
});

function startBoth(environment: Environment = {}): Promise<Target[]> {
  return Promise.all([appTarget, handlerTarget].map((start) => start({ api, issuer, environment })));
}

function listEndpoints(target: Target, claims: TokenParts): Promise<Answer> {
  const authorization = `Bearer ${issuer.sign(issuer.claims(undefined, claims))}`;
  return target.request({ method: "GET", path: "/v1/admin/endpoints", headers: { authorization } });
}

function assertForbidden({ status, headers, body }: Answer, reason: string): void {
  assert.equal(status, 403, body.toString());
  const { error, message } = JSON.parse(body.toString());
  assert.equal(error.code, "002401");
  assert.equal(error.reason, reason);
  assert.equal(message, reason);
  assert.equal(headers["www-authenticate"], undefined);
}
