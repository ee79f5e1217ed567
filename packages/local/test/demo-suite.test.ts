/** The demo suite of an API whose sign-in needs a service, as `node --test` runs it in a project. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { membersModule } from "./api-folder.ts";

const moduleOf = (name: string) => JSON.stringify(import.meta.resolve(name));

/** Runs the suite of the fixture `members`, which has `sharedStore` as a service in addition. */
async function runSuite(sharedStore: string): Promise<{ readonly code: unknown; readonly output: string }> {
  const folder = await mkdtemp(join(tmpdir(), "demo-suite-"));
  const file = join(folder, "demo.test.ts");
  await writeFile(
    file,
    `import { defineApi, memoryStore, rateLimit, service } from ${moduleOf("@lambda-express-api/kit")};
import { demoSuite } from ${moduleOf("@lambda-express-api/local/testing")};
import { api as members } from ${membersModule("api.ts")};
import { demo } from ${membersModule("demo.ts")};
import { local } from ${membersModule("local.ts")};

const { routes, errors: _, services, ...facts } = members;
const sharedStore = ${sharedStore};
const limited = async () => {
  const route = await routes["POST /v1/auth/token"]();
  return { ...route, use: [rateLimit({ name: "token", limit: 60, windowSeconds: 60 })] };
};
const api = defineApi({
  ...facts,
  services: { ...services, sharedStore },
  routes: { ...routes, "POST /v1/auth/token": limited },
});
demoSuite({ api, demo, callers: local.callers });
`,
  );
  try {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "pipe"] });
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    return { code, output: output + errors };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("the demo suite", () => {
  it("passes with memoryStore as the service sharedStore, in both runtimes", async () => {
    const { code, output } = await runSuite("service({ create: memoryStore })");
    assert.equal(code, 0, output);
    assert.match(output, /tests 2/);
  });

  it("prints why a call fails", async () => {
    const { code, output } = await runSuite(
      'service({ create: () => { throw new Error("the table cannot be reached"); } })',
    );
    assert.equal(code, 1, output);
    assert.match(output, /"error".*The service sharedStore cannot be created.*the table cannot be reached/);
  });
});
