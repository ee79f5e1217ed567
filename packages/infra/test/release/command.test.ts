// The commands as they are typed, with the API as it is built, at a stand-in for AWS.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { environment, permissions, placeholder, zipOf } from "./release-world.ts";
import { createPackageRunner, type PackageRunner } from "./run-package.ts";
import { BUCKET, type StandInAws, startStandInAws } from "./stand-in-aws.ts";

const MAIN = fileURLToPath(new URL("../../src/release/main.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const DIRECTLY = [process.execPath, MAIN];
const THROUGH_NPM = ["npm", "--prefix", ROOT, "run", "--silent"];

const settings = { CODE_DELIVERY: "pipeline", RELEASE_BUCKET: BUCKET };
const identity = {
  AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "not-secret",
  AWS_REGION: "eu-west-1",
};

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("npm run release and npm run rollback, at a stand-in for AWS", () => {
  let runner: PackageRunner;
  let aws: StandInAws;
  let folder: string;
  before(async () => {
    runner = createPackageRunner();
    folder = mkdtempSync(join(tmpdir(), "stage-"));
    aws = await startStandInAws({
      runner,
      permissions,
      environment,
      versions: [zipOf(placeholder)],
      alias: { version: "1", description: "" },
      takesTime: false,
    });
  });
  after(async () => {
    await aws.close();
    await runner.close();
    rmSync(folder, { recursive: true });
  });

  /** In a folder without an `.env`, and without what else this machine knows of AWS. */
  async function run(
    args: readonly string[],
    variables: Record<string, string> = { ...settings, ...identity },
    onStart: (child: ChildProcess) => void = () => {},
    [program = "", ...before]: readonly string[] = DIRECTLY,
  ): Promise<Ended> {
    const child = spawn(program, [...before, ...args], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: aws.url,
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        ...variables,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onStart(child);
    const [stdout, stderr, [exitCode]] = await Promise.all([
      // A test may stop reading; and a pipe is open until the last process that can write to it has ended.
      text(child.stdout).catch(() => ""),
      text(child.stderr).catch(() => ""),
      once(child, "exit"),
    ]);
    return { exitCode, stdout, stderr };
  }

  it("release this API, whose bundle answers its check, and then have nothing to release", async () => {
    const first = await run(["release", "--stage", "test"]);
    assert.equal(first.exitCode, 0, first.stderr);
    assert.match(first.stdout, /^check {4}version 2 answered 5 calls as it should$/m);
    assert.match(first.stdout, /^Version 2 is live for all callers, \d+ s after the start\.$/m);
    assert.ok([...first.stdout].every((character) => character >= " " || character === "\n"));
    assert.deepEqual([aws.alias.version, aws.alias.description], ["2", "Released: 2."]);

    const second = await run(["release", "--stage", "test"]);
    assert.equal(second.exitCode, 0, second.stderr);
    assert.match(second.stdout, /Version 2 is this code, and all callers have it: nothing to release/);
    assert.equal(aws.objects.size, 1);
  });

  /** Sends a signal as soon as callers are divided. */
  const inCanary = (signal: NodeJS.Signals) => (child: ChildProcess) =>
    aws.onChange(async () => {
      if (Object.keys(aws.alias.weights).length > 0) child.kill(signal);
    });
  const CANARY = ["--stage", "test", "--canary", "10"];

  for (const [title, signal] of [
    ["Ctrl-C comes", "SIGINT"],
    ["it is told to end", "SIGTERM"],
    ["its terminal is closed", "SIGHUP"],
  ] as const) {
    it(`fall back and exit with 1 when ${title} in a canary`, async () => {
      aws.configure({ ...environment, CORS_ALLOW_ORIGINS: "https://example.com" });
      const { exitCode, stderr } = await run(["release", ...CANARY], undefined, inCanary(signal));
      assert.equal(exitCode, 1);
      assert.equal(stderr, 'It stopped at "canary": Somebody stopped it.\nCallers are on version 2.\n');
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
    });
  }

  it("fall back when npm, which runs them, is told to end in a canary", async () => {
    aws.configure({ ...environment, CORS_ALLOW_ORIGINS: "https://example.com" });
    await run(["release", "--", ...CANARY], undefined, inCanary("SIGTERM"), THROUGH_NPM);
    assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
  });

  it("go on when nobody reads any more what they say", async () => {
    aws.configure({ ...environment, CORS_ALLOW_ORIGINS: "https://example.com" });
    const next = aws.versions().at(-1);
    const { exitCode } = await run(["release", "--stage", "test"], undefined, (child) => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
    assert.equal(exitCode, 0);
    assert.equal(aws.alias.version, next);
  });

  it("look at the stage before they build", async () => {
    const { stdout, stderr } = await run(["release", "--stage", "nowhere"]);
    assert.match(stderr, /^It stopped at "look": /);
    assert.equal(stdout, "");
  });

  it("take their settings from the stage's own file", async () => {
    const file = join(folder, ".env.filed");
    writeFileSync(
      file,
      Object.entries({ ...settings, ...identity })
        .map((pair) => `${pair.join("=")}\n`)
        .join(""),
    );
    const { exitCode, stderr } = await run(["rollback", "--stage", "filed", "--to", "2"], {});
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /not authorized|You may not do lambda:GetAlias on lambda-express-api-filed-Api:latest/,
    );
  });

  const { CODE_DELIVERY: _, ...otherDelivery } = settings;
  const { RELEASE_BUCKET: __, ...noBucket } = settings;
  const { AWS_REGION: ___, ...noRegion } = identity;
  const refused: [title: string, args: string[], variables: Record<string, string>, sentence: RegExp][] = [
    [
      "a stage whose code sst deploy brings",
      ["release"],
      { ...otherDelivery, ...identity },
      /^CODE_DELIVERY of the stage test is not pipeline/,
    ],
    [
      "a rollback of such a stage",
      ["rollback"],
      { ...otherDelivery, ...identity },
      /^CODE_DELIVERY of the stage test is not pipeline/,
    ],
    [
      "no bucket",
      ["release"],
      { ...noBucket, ...identity },
      /^RELEASE_BUCKET is not set; name a bucket .*RELEASE_BUCKET=my-releases/,
    ],
    [
      "a bucket that is none",
      ["release"],
      { ...settings, ...identity, RELEASE_BUCKET: "s3://x" },
      /^RELEASE_BUCKET is wrong/,
    ],
    [
      "no credentials",
      ["rollback"],
      { ...settings, AWS_REGION: "eu-west-1" },
      /AWS does not know who is asking .*sign in with: aws sso login/,
    ],
    [
      "no region",
      ["rollback"],
      { ...settings, ...noRegion },
      /The region is not set; set AWS_REGION, e\.g\. AWS_REGION=eu-west-1/,
    ],
    [
      "a command that is misspelt",
      ["relase"],
      { ...settings, ...identity },
      /^There is no command "relase"; write it like: npm run release -- --stage dev, or npm run rollback -- --stage dev$/m,
    ],
    [
      "a folder for temporary files that is not there",
      ["release"],
      { ...settings, ...identity, TMPDIR: "/nowhere" },
      /^It stopped at "build": No folder can be made in \/nowhere; set TMPDIR to one that can be written, e\.g\. TMPDIR=\/tmp\.$/m,
    ],
    [
      "an option that there is not",
      ["rollback", "--fast"],
      { ...settings, ...identity },
      /^Cannot read "--fast --stage test"; the options are --stage, --to, e\.g\. npm run rollback/,
    ],
  ];
  for (const [title, [command = "", ...args], variables, sentence] of refused) {
    it(`refuse in a sentence: ${title}`, async () => {
      const before = aws.alias.revisionId;
      const { exitCode, stderr } = await run([command, ...args, "--stage", "test"], variables);
      assert.equal(exitCode, 1);
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /^ {4}at /m);
      assert.equal(aws.alias.revisionId, before);
    });
  }
});
