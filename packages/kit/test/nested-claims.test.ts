/**
 * Claims as deeply nested as a token allows. In a separate file, because code that V8 has optimised needs
 * less stack.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { appTarget, handlerTarget, serverTarget, type Target } from "../src/testing/targets.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";

/** The longest token that is accepted has 8,192 characters. */
const DEEPEST_LIST = 2_600;
const DEEPEST_MAP = 860;

const list = (depth: number) => JSON.parse(`${"[".repeat(depth)}"ADMINS"${"]".repeat(depth)}`);
const map = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}"ADMINS"${"}".repeat(depth)}`);

describe("deep claims", () => {
  let issuer: TestIssuer;
  let targets: readonly Target[];
  before(async () => {
    issuer = await startTestIssuer();
    targets = await Promise.all(
      [handlerTarget, appTarget, serverTarget].map((start) => start({ api: fixtureApi, issuer })),
    );
  });
  after(async () => {
    for (const target of targets) await target.close();
    await issuer.close();
  });

  const call = (target: Target, path: string, claims: Readonly<Record<string, unknown>>) =>
    target.request({
      method: "GET",
      path,
      headers: { authorization: issuer.bearer(undefined, claims) },
    });

  for (const [what, groups] of [
    [`lists, ${DEEPEST_LIST} deep`, list(DEEPEST_LIST)],
    [`maps, ${DEEPEST_MAP} deep`, map(DEEPEST_MAP)],
    ["a group beside a deep list", ["USERS", list(2_500)]],
  ] as const)
    it(`are not groups, and get 403 in both runtimes: ${what}`, async () => {
      for (const target of targets) {
        const { status, body } = await call(target, "/v1/admin/endpoints", { groups });
        assert.equal(status, 403, `${target.name}: ${body}`);
      }
    });
});
