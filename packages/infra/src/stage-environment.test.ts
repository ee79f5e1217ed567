import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Source, sourcedEnvironment, stageSources } from "./stage-environment.ts";

describe("the environment of a stage", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stage-"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, ".env"), "A=of .env\nB=of .env\nC=of .env\n");
    writeFileSync(join(folder, ".env.dev"), "B=of .env.dev\nC=\nE=\n");
    writeFileSync(
      join(folder, "stages.ts"),
      'export const stages: object = { dev: { A: "written", D: ["written", "twice"], E: 7 }, other: { A: 1 } };',
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const sources = (environment: Source["values"]): readonly Source[] =>
    stageSources("dev", folder).map((source) =>
      source.name === "the environment" ? { ...source, values: environment } : source,
    );

  it("comes from the process, then .env.<stage>, then .env, then stages.ts, and an empty variable is unset", () => {
    const found = sourcedEnvironment(sources({ B: "of the process" }));
    assert.deepEqual(found, {
      A: { value: "of .env", source: ".env" },
      B: { value: "of the process", source: "the environment" },
      D: { value: "written,twice", source: "stages.ts" },
      E: { value: "7", source: "stages.ts" },
    });
  });

  it("comes from the variables only if there is no stages.ts", () => {
    rmSync(join(folder, "stages.ts"));
    assert.equal(sourcedEnvironment(sources({})).D, undefined);
  });
});
