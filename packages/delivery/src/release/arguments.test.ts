import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readReleaseOptions, readRollbackOptions } from "./arguments.ts";

describe("the command line of a release", () => {
  it("needs only a stage", () => {
    assert.deepEqual(readReleaseOptions(["--stage", "dev"]), {
      api: ".",
      stage: "dev",
      dryRun: false,
      ignoreAlarms: false,
      trafficShift: undefined,
    });
    assert.deepEqual(readRollbackOptions(["--stage", "dev"]), { api: ".", stage: "dev", to: undefined });
  });

  it("names the folder of the API", () => {
    const args = ["--api", "apis/shop", "--stage", "dev"];
    assert.equal(readReleaseOptions(args).api, "apis/shop");
    assert.equal(readRollbackOptions(args).api, "apis/shop");
  });

  it("accepts AWS's shifts and the flags", () => {
    const flags = ["--dry-run", "--ignore-alarms"];
    assert.deepEqual(
      readReleaseOptions(["--stage", "dev", "--shift", "Linear10PercentEvery1Minute", ...flags]),
      {
        api: ".",
        stage: "dev",
        dryRun: true,
        ignoreAlarms: true,
        trafficShift: "Linear10PercentEvery1Minute",
      },
    );
  });

  for (const [args, sentence] of [
    [[], /^--stage is missing; for example: npm run release -- --stage dev /],
    [["--stage", "de v"], /^--stage is "de v"; use letters/],
    [["--stage", ""], /^--stage is ""; use letters/],
    [
      ["dev"],
      /^Cannot read "dev"; the options are --api, --stage, --shift, --ignore-alarms, --dry-run, for example npm run release/,
    ],
    [["--stage"], /^Cannot read "--stage"; the options are/],
    [["--stage", "dev", "--force"], /^Cannot read "--stage dev --force"/],
    [
      ["--stage", "dev", "--shift", "canary"],
      /^--shift is "canary"; it must be one of AllAtOnce, .*, for example --shift Canary10Percent5Minutes\.$/,
    ],
  ] as const) {
    it(`is refused with a clear message: ${args.join(" ") || "nothing"}`, () => {
      assert.throws(() => readReleaseOptions([...args]), { name: "ReleaseError", message: sentence });
    });
  }

  for (const [args, sentence] of [
    [["--to", "3"], /^--stage is missing; for example: npm run rollback -- --stage dev --to 12$/],
    [["--stage", "dev", "--to", "latest"], /^--to is "latest"; use a version number/],
    [["--stage", "dev", "--to", "0"], /^--to is "0"/],
    [["--stage", "dev", "--shift", "AllAtOnce"], /^Cannot read/],
  ] as const) {
    it(`of a rollback is refused with a clear message: ${args.join(" ")}`, () => {
      assert.throws(() => readRollbackOptions([...args]), { name: "ReleaseError", message: sentence });
    });
  }
});
