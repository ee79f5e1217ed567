import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import supertest from "supertest";
import { probeRoutes } from "../../test/support/probe-routes.ts";
import { testApp } from "../testing/test-app.ts";
import { noIssuer } from "../testing/test-environment.ts";

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

  it("is sent in production all the same; the second and one in a hundred after it are logged, without their values", async () => {
    const { ask, lines, logged } = brokenAnswer("production");
    const faults = () => lines.filter((line) => line.includes("contract broken")).length;
    assert.equal((await ask()).status, 200);
    assert.equal(faults(), 0);
    assert.equal((await ask()).status, 200);
    await logged;
    for (let answers = 2; answers < 101; answers++) assert.equal((await ask()).status, 200);
    assert.equal(faults(), 1);
    assert.equal((await ask()).status, 200);
    await setImmediate();
    assert.equal(faults(), 2);
    assert.ok(!lines.some((line) => line.includes("5f4dcc3b")));
  });
});
