import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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

  async function load(source: string, more: Parameters<typeof writeApi>[1] = {}) {
    await writeApi(folder, { "GET /reports": ["get-reports.ts", source], ...more });
    return loadEndpoints(await loadApi(apiFolder(folder)));
  }

  it("returns every endpoint", async () => {
    const [report] = await load(routeSource("GET /reports"));
    assert.equal(report?.operationId, "call_reports");
  });

  it("refuses two endpoints for the same requests", async () => {
    const more = { "GET /reports/": ["get-all-reports.ts", routeSource("GET /reports/")] } as const;
    await assert.rejects(load(routeSource("GET /reports"), more), {
      message: "Two routes are GET /reports; one of them would never be called",
    });
  });

  it("refuses a schema that cannot be documented, and names operation and field", async () => {
    const source = routeSource("GET /reports").replace("answer: z.unknown()", "answer: z.bigint()");
    await assert.rejects(load(source), {
      message:
        "call_reports: response 200 application/json answer: a bigint is neither text nor JSON; use a string of digits",
    });
  });
});

describe("loadApi", () => {
  const right = { description: "Where.", rule: "a URL", example: "postgres://a" };
  for (const [what, setting, message] of [
    ["has no rule", { ...right, rule: undefined }, "has no rule; write one, as text"],
    ["has no example", { ...right, example: undefined }, "has no example; write one, as text"],
    [
      "does not have a parse function",
      { ...right, parse: undefined },
      "does not have a parse function; add one, for example parse: matching(/^\\S+$/)",
    ],
    ["refuses its own example", { ...right, example: "mysql://a" }, null],
    ["refuses its own default", { ...right, default: "mysql://a" }, null],
  ] as const) {
    it(`refuses a setting that ${what}, and names it`, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), "api-folder-"));
      t.after(() => rm(folder, { recursive: true }));
      const parse =
        "parse" in setting ? "" : 'parse: (text) => (text.startsWith("postgres:") ? text : undefined)';
      await mkdir(join(folder, "src"));
      await writeFile(
        join(folder, "src/api.ts"),
        `export const api = { settings: { DATABASE_URL: { ...${JSON.stringify(setting)}, ${parse} } } };`,
      );
      const part = what.split(" ").at(-1);
      await assert.rejects(loadApi(apiFolder(folder)), {
        name: "Error",
        message: message
          ? `The setting DATABASE_URL ${message}`
          : `The ${part} of the setting DATABASE_URL must be a URL, but its parse function rejects it`,
      });
    });
  }
});
