import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { routeSource, writeApi } from "../test/support/write-api.ts";
import { buildLambda } from "./lambda.ts";

const HEALTH = ["get-health.ts", routeSource("GET /health", { role: "health" })] as const;

describe("the rehearsal of a built function fails the build", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rehearsal-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function build(
    route: readonly [file: string, source: string],
    architecture: "arm64" | "x64",
    definition?: string,
  ) {
    await writeApi(folder, { "GET /health": HEALTH, "GET /reports": route }, {}, definition);
    return buildLambda(folder, { out: join(folder, "out"), architecture });
  }

  for (const architecture of ["arm64", "x64"] as const) {
    it(`for ${architecture}, and names the endpoint whose file throws only in the build`, async () => {
      const before = 'if (process.env.RUNTIME === "LAMBDA") throw new Error("No such font");';
      const source = routeSource("GET /reports", { before });
      await assert.rejects(build(["get-reports.ts", source], architecture), (error: Error) => {
        assert.match(error.message, /GET \/reports cannot be loaded: Error: No such font\n/);
        assert.match(error.message, /get-reports/, "with its stack");
        return true;
      });
      assert.ok(!existsSync(join(folder, "out/bundle.mjs")), "the function has no entry");
    });

    it(`for ${architecture}, and names the endpoint that returns 500 to a refusal, with its log`, async () => {
      const definition = 'groupRefusal: () => { throw new Error("No groups today"); },';
      const source = routeSource("GET /reports", { access: "auth" });
      await assert.rejects(build(["get-reports.ts", source], architecture, definition), (error: Error) => {
        assert.match(error.message, /GET \/reports returns 500; the log below says why/);
        assert.match(error.message, /"message":"No groups today"/);
        return true;
      });
    });
  }
});
