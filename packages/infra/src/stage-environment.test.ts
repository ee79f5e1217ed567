import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ApiFolderError } from "@lambda-express-api/build/api-folder.ts";
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

  for (const [title, code, sentence] of [
    [
      "an object in place of a value",
      '{ dev: { TAGS: { team: "x" } } }',
      /^stages\.ts sets TAGS for dev to an object; use a string, a number or a list of strings\.$/,
    ],
    [
      "a list of other values",
      "{ dev: { TAGS: [1] } }",
      /^stages\.ts sets TAGS for dev to a list that contains values other than strings; use a string, /,
    ],
    ["a boolean", "{ dev: { ALARMS: true } }", /^stages\.ts sets ALARMS for dev to true; use a string, /],
    ["null in place of a value", "{ dev: { ALARMS: null } }", /^stages\.ts sets ALARMS for dev to null; /],
    [
      "a stage without an object",
      "{ dev: null }",
      /^stages\.ts sets the stage dev to null; use an object: dev: \{\}$/,
    ],
    [
      "a list of stages",
      "[]",
      /^stages\.ts must export an object named stages: export const stages = \{ dev: \{\} \};$/,
    ],
    ["half-saved code", "{ dev: {;", /^stages\.ts cannot be loaded: .* \(\S+\/stages\.ts:1\)$/],
    [
      "code that throws",
      "{ dev: { A: lots } }",
      /^stages\.ts cannot be loaded: lots is not defined \(\S+\/stages\.ts:1\)$/,
    ],
  ] as const)
    it(`is refused with a sentence that names stages.ts and the setting, for ${title}`, () => {
      const other = join(folder, title.replaceAll(" ", "-"));
      mkdirSync(other);
      writeFileSync(join(other, "stages.ts"), `export const stages: object = ${code};`);
      assert.throws(
        () => stageSources("dev", other),
        (error) => {
          assert.ok(error instanceof ApiFolderError);
          assert.match(error.message, sentence);
          return true;
        },
      );
    });

  it("is refused if stages.ts does not export stages", () => {
    const other = join(folder, "other");
    mkdirSync(other);
    writeFileSync(join(other, "stages.ts"), "export const stage = {};");
    assert.throws(() => stageSources("dev", other), /^Error: stages\.ts must export an object named stages/);
  });

  it("comes from the variables only if there is no stages.ts", () => {
    rmSync(join(folder, "stages.ts"));
    assert.equal(sourcedEnvironment(sources({})).D, undefined);
  });
});
