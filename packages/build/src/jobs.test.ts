// A function beside the API: a file of `src/jobs`, in the same built folder.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";
import { type Files, routeSource, writeApi } from "../test/support/write-api.ts";
import { buildLambda } from "./lambda.ts";
import { rehearsalEnvironment } from "./rehearsal.ts";

const HEALTH = ["get-health.ts", routeSource("GET /health", { role: "health" })] as const;
const job = (body: string, before = "") => `import { createJob } from "@lambda-express-api/kit/job";
import { api } from "../api.ts";
${before}
export const handler = createJob(api, async (event: { name: string }) => { ${body} });
`;

describe("a built job", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "jobs-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function build(jobs: Files, before = "") {
    const routes = { "GET /health": [HEALTH[0], `${before}\n${HEALTH[1]}`] as const };
    const files = Object.entries(jobs).map(([name, source]) => [`src/jobs/${name}`, source]);
    await writeApi(folder, routes, Object.fromEntries(files));
    return buildLambda(folder, { out: join(folder, "out"), architecture: "x64" });
  }

  async function run(name: string): Promise<string> {
    const program = `const { handler } = await import("./job-${name}.mjs");
      console.log(await handler({ name: "Ada" }, { awsRequestId: "id-1" }));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", program],
      {
        cwd: join(folder, "out"),
        env: rehearsalEnvironment({ settings: {} }) as NodeJS.ProcessEnv,
      },
    );
    return stdout;
  }

  for (const [kind, before] of [
    ["", ""],
    [", also if a module uses top-level await,", "await Promise.resolve();"],
  ] as const) {
    it(`shares the API's folder, has its own entry${kind} and is not read at a cold start of the API`, async () => {
      const tested = { "greet.test.ts": "throw new Error('a test is not a job');" };
      const { entry, sources } = await build(
        { "greet.ts": job("return ['Hello', event.name].join(' ');"), ...tested },
        before,
      );
      assert.match(await run("greet"), /^Hello Ada$/m);
      assert.ok(!existsSync(join(folder, "out/job-greet.test.mjs")));
      assert.ok(!sources[entry]?.some((source) => source.includes("src/jobs/")), String(sources[entry]));
    });
  }

  for (const [fault, source, sentence] of [
    ["that throws when it is loaded", job("", 'throw new Error("No such queue");'), /No such queue/],
    ["without a handler", "export const run = () => {};", /it must export handler: /],
  ] as const) {
    it(`${fault} fails the build, which names its file`, async () => {
      await assert.rejects(build({ "greet.ts": source }), (error: Error) => {
        assert.match(error.message, /src\/jobs\/greet\.ts cannot be loaded: /);
        assert.match(error.message, sentence);
        return true;
      });
    });
  }
});
