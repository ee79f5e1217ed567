/** The OpenAPI suite fails for answers that contradict the document, and for no other behaviour of an API. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Outcome, runSuites } from "../../test/support/run-suites.ts";

let runs: ReadonlyMap<string, readonly Outcome[]>;
before(async () => {
  runs = await runSuites(new URL("../../test/fixtures/suites/openapi.ts", import.meta.url));
});

const testsOf = (run: string) => (runs.get(run) ?? []).filter(({ isSuite }) => !isSuite);
const failuresOf = (run: string) => testsOf(run).filter(({ passed }) => !passed);
const titleOf = ({ path }: Outcome) => path.at(-1);

describe("the OpenAPI suite", () => {
  it("passes for an API whose database is down and whose handlers and middleware refuse and redirect", () => {
    assert.deepEqual(failuresOf("owner"), []);
    assert.deepEqual(testsOf("owner").map(titleOf).sort(), [
      "has a unique id for each operation",
      "mentions every refusal of countStock",
      "mentions every refusal of createNote",
      "mentions every refusal of followLink",
      "mentions every refusal of getTenant",
      "mentions every refusal of listNotes",
      "mentions every refusal of receiveWebhook",
    ]);
  });

  it("passes for the original API of the faults below", () => {
    assert.equal(testsOf("intact").length, 4);
    assert.deepEqual(failuresOf("intact"), []);
  });

  for (const [fault, title, message] of [
    ["an undocumented status", "mentions every refusal of getHealth", /supertest answered 418 .*teapot/],
    ["an endpoint that breaks", "mentions every refusal of getMe", /supertest answered 500/],
    ["targets that differ", "mentions every refusal of createNote", /the targets answered 204 and 400/],
    ["two operations with one id", "has a unique id for each operation", /getHealth/],
  ] as const) {
    it(`fails only there: ${fault}`, () => {
      const [failure, ...others] = failuresOf(fault);
      assert.deepEqual(others, []);
      assert.equal(failure && titleOf(failure), title);
      assert.match(failure?.message ?? "", message);
    });
  }

  it("fails for an error code that the API does not declare, with a message that says what to do", () => {
    const failures = failuresOf("an unknown error code");
    assert.equal(failures.length, testsOf("an unknown error code").length);
    assert.match(failures[0]?.message ?? "", /getMe lists the unknown error code 999999; declare it/);
  });
});
