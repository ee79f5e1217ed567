import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Files, routeSource, SMALL_FUNCTION, writeApi } from "../test/support/write-api.ts";
import { buildLambda } from "./lambda.ts";

const HEALTH = ["get-health.ts", routeSource("GET /health", { role: "health" })] as const;

describe("the rehearsal of a built function fails the build", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rehearsal-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** @param endpoint options for the source of `GET /reports`. */
  async function build(
    architecture: "arm64" | "x64",
    endpoint: Parameters<typeof routeSource>[1],
    { definition, more }: { readonly definition?: string; readonly more?: Files } = {},
  ) {
    const reports = ["get-reports.ts", routeSource("GET /reports", endpoint)] as const;
    await writeApi(folder, { "GET /health": HEALTH, "GET /reports": reports }, more, definition);
    return buildLambda(folder, { out: join(folder, "out"), architecture });
  }

  for (const architecture of ["arm64", "x64"] as const)
    it(`for ${architecture}, and names the endpoint whose file throws only in the build`, async () => {
      const before = 'if (process.env.RUNTIME === "LAMBDA") throw new Error("No such font");';
      await assert.rejects(build(architecture, { before }, { more: SMALL_FUNCTION }), (error: Error) => {
        assert.match(error.message, /GET \/reports cannot be loaded: Error: No such font\n/);
        assert.match(error.message, /get-reports/, "with its stack");
        return true;
      });
      assert.ok(!existsSync(join(folder, "out/bundle.mjs")), "the function has no entry");
    });

  it("and names the endpoint that returns 500 to a refusal, with its log", async () => {
    const definition = 'groupRefusal: () => { throw new Error("No groups today"); },';
    await assert.rejects(build("arm64", { access: "auth" }, { definition }), (error: Error) => {
      assert.match(error.message, /GET \/reports returns 500; the log below says why/);
      assert.match(error.message, /"message":"No groups today"/);
      return true;
    });
  });

  for (const [fault, source, sentence] of [
    ["throws when it is loaded", 'throw new Error("No such queue");', /No such queue/],
    ["has no handler", "export const run = () => {};", /it must export handler: /],
  ] as const)
    it(`and names the file of a job that ${fault}`, async () => {
      const more = { ...SMALL_FUNCTION, "src/jobs/greet.ts": source };
      await assert.rejects(build("x64", {}, { more }), (error: Error) => {
        assert.match(error.message, /src\/jobs\/greet\.ts cannot be loaded: /);
        assert.match(error.message, sentence);
        return true;
      });
    });
});
