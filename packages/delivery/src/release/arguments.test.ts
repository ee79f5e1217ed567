import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readReleaseOptions, readRollbackOptions } from "./arguments.ts";

describe("the command line of a release", () => {
  it("needs no more than a stage", () => {
    assert.deepEqual(readReleaseOptions(["--stage", "dev"]), { api: ".", stage: "dev", dryRun: false });
    assert.deepEqual(readRollbackOptions(["--stage", "dev"]), { api: ".", stage: "dev" });
  });

  it("names the folder of the API", () => {
    const args = ["--api", "apis/shop", "--stage", "dev"];
    assert.equal(readReleaseOptions(args).api, "apis/shop");
    assert.equal(readRollbackOptions(args).api, "apis/shop");
  });

  it("takes a canary, which lasts five minutes unless it says otherwise", () => {
    assert.deepEqual(readReleaseOptions(["--stage", "dev", "--canary", "10", "--dry-run"]), {
      api: ".",
      stage: "dev",
      dryRun: true,
      canary: { percent: 10, minutes: 5 },
    });
    const { canary } = readReleaseOptions(["--stage", "dev", "--canary=1", "--minutes", "120"]);
    assert.deepEqual(canary, { percent: 1, minutes: 120 });
  });

  for (const [args, sentence] of [
    [[], /^--stage is missing; write it like: npm run release -- --stage dev /],
    [["--stage", "de v"], /^--stage is "de v"; write letters/],
    [["--stage", ""], /^--stage is ""; write letters/],
    [
      ["dev"],
      /^Cannot read "dev"; the options are --api, --stage, --canary, --minutes, --dry-run, e\.g\. npm run release/,
    ],
    [["--stage"], /^Cannot read "--stage"; the options are/],
    [["--stage", "dev", "--force"], /^Cannot read "--stage dev --force"/],
    [
      ["--stage", "dev", "--canary", "0"],
      /^--canary is "0"; write a number from 1 to 99, e\.g\. --canary 10\.$/,
    ],
    [["--stage", "dev", "--canary", "100"], /^--canary is "100"/],
    [["--stage", "dev", "--canary", "10%"], /^--canary is "10%"/],
    [
      ["--stage", "dev", "--canary", "10", "--minutes", "121"],
      /^--minutes is "121"; write a number from 2 to 120/,
    ],
    [
      ["--stage", "dev", "--canary", "10", "--minutes", "1"],
      /^--minutes is "1"; write a number from 2 to 120/,
    ],
    [["--stage", "dev", "--minutes", "5"], /^--minutes is how long a canary lasts, and there is none/],
  ] as const) {
    it(`is refused in a sentence: ${args.join(" ") || "nothing"}`, () => {
      assert.throws(() => readReleaseOptions([...args]), { name: "ReleaseError", message: sentence });
    });
  }

  for (const [args, sentence] of [
    [["--to", "3"], /^--stage is missing; write it like: npm run rollback -- --stage dev --to 12$/],
    [["--stage", "dev", "--to", "latest"], /^--to is "latest"; write a number/],
    [["--stage", "dev", "--to", "0"], /^--to is "0"/],
    [["--stage", "dev", "--canary", "10"], /^Cannot read/],
  ] as const) {
    it(`of a rollback is refused in a sentence: ${args.join(" ")}`, () => {
      assert.throws(() => readRollbackOptions([...args]), { name: "ReleaseError", message: sentence });
    });
  }
});
