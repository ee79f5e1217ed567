import assert from "node:assert/strict";
import { describe, it } from "node:test";
import supertest from "supertest";
import { probeRoutes } from "../../test/support/probe-routes.ts";
import { testApp } from "../../test/support/test-app.ts";
import { noIssuer } from "../../test/support/test-config.ts";

describe("an answer that breaks its contract", () => {
  function brokenAnswer(environment: string) {
    const lines: string[] = [];
    const logged = Promise.withResolvers<void>();
    const write = (line: string) => {
      lines.push(line);
      if (line.includes("passwordHash")) logged.resolve();
    };
    const options = { routes: probeRoutes, environment: { NODE_ENV: environment }, write };
    const app = supertest(testApp(noIssuer, options));
    return { ask: () => app.get("/v1/probe/broken"), lines, logged: logged.promise };
  }

  for (const environment of ["development", "test"]) {
    it(`fails in ${environment}, and the log says which field the contract does not mention`, async () => {
      const { ask, logged } = brokenAnswer(environment);
      const { status, text } = await ask();
      assert.equal(status, 500);
      assert.doesNotMatch(text, /passwordHash|5f4dcc3b/);
      await logged;
    });
  }

  it("is sent in production all the same; one in a hundred is logged, without its values", async () => {
    const { ask, lines, logged } = brokenAnswer("production");
    for (let answers = 0; answers < 100; answers++) {
      assert.deepEqual(
        lines.filter((line) => line.includes("contract broken")),
        [],
      );
      assert.equal((await ask()).status, 200);
    }
    await logged;
    assert.ok(lines.some((line) => line.includes("contract broken")));
    assert.ok(!lines.some((line) => line.includes("5f4dcc3b")));
  });
});
