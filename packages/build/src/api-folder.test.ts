import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { routeSource, writeApi } from "../test/support/write-api.ts";
import { apiFolder, loadApi, loadEndpoints } from "./api-folder.ts";

describe("loadEndpoints", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "api-folder-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function load(source: string) {
    await writeApi(folder, { "GET /reports": ["get-reports.ts", source] });
    return loadEndpoints(await loadApi(apiFolder(folder)));
  }

  it("gives every endpoint", async () => {
    const [report] = await load(routeSource("GET /reports"));
    assert.equal(report?.operationId, "call_reports");
  });

  it("refuses a schema that cannot be documented, and names operation and field", async () => {
    const source = routeSource("GET /reports").replace("answer: z.unknown()", "answer: z.bigint()");
    await assert.rejects(load(source), {
      message:
        "call_reports: answer 200 application/json answer: a bigint is neither text nor JSON; take a string of digits",
    });
  });
});
