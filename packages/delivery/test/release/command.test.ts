// Tests the commands as processes with a stand-in for AWS: arguments, environment and signals.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ApiFolderError } from "@lambda-express-api/build/api-folder.ts";
import { perform } from "../../src/release/command.ts";
import { ReleaseError } from "../../src/release/release-error.ts";
import { releaseTarget } from "../../src/release/release-target.ts";
import { environment, permissions, placeholder, zipOf } from "./release-world.ts";
import { createPackageRunner, type PackageRunner } from "./run-package.ts";
import { smallApi, targetOf } from "./small-api.ts";
import { BUCKET, type StandInAws, startStandInAws } from "./stand-in-aws.ts";

const fileOf = (specifier: string) => fileURLToPath(import.meta.resolve(specifier));
const MAIN = join(import.meta.dirname, "../../src/release/main.ts");
const API = join(fileOf("@lambda-express-api/infra/test/fixtures/api/src/api.ts"), "../..");
/** The command as a project's scripts run it. */
const FIXTURE = (command: string) => [process.execPath, MAIN, command, "--api", API];
/** The same command with an API that needs no build. */
const SMALL = [process.execPath, join(import.meta.dirname, "small-command.ts")];

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

let runner: PackageRunner;
let folder: string;
before(() => {
  runner = createPackageRunner();
  folder = mkdtempSync(join(tmpdir(), "stage-"));
});
after(async () => {
  await runner.close();
  rmSync(folder, { recursive: true });
});

/** A stage with these versions, where all callers get the last. */
const startStage = (versions: readonly Uint8Array[]): Promise<StandInAws> =>
  startStandInAws({
    runner,
    permissions,
    environment,
    versions,
    aliasVersion: String(versions.length),
    takesTime: false,
  });

/** Without this machine's AWS settings. */
function environmentOf({ url }: StandInAws, variables: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return {
    PATH,
    NODE_COMPILE_CACHE,
    AWS_ENDPOINT_URL: url,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    ...variables,
  };
}

/** Replaces this process's environment. */
function become(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
}

/** Runs in a folder without `.env`. */
async function run(
  aws: StandInAws,
  [program = "", ...args]: readonly string[],
  variables: Record<string, string> = { ...settings, ...identity },
  onStart: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: folder,
    env: environmentOf(aws, variables),
    stdio: ["ignore", "pipe", "pipe"],
  });
  onStart(child);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    // A test may stop reading, and a pipe stays open until its last writer has ended.
    text(child.stdout).catch(() => ""),
    text(child.stderr).catch(() => ""),
    once(child, "exit"),
  ]);
  return { exitCode, stdout, stderr };
}

describe("the commands as processes (stand-in for AWS)", { concurrency: 2 }, () => {
  describe("with the fixture API", () => {
    it("release the API, whose bundle passes its check, and roll it back", async () => {
      const aws = await startStage([zipOf(placeholder), zipOf(smallApi("before"))]);
      try {
        const first = await run(aws, [...FIXTURE("release"), "--stage", "test"]);
        assert.equal(first.exitCode, 0, first.stderr);
        assert.match(first.stdout, /^check {4}version 3 responded as expected to 4 requests$/m);
        assert.match(first.stdout, /^Version 3 receives all traffic, \d+ s after the release started\.$/m);
        assert.ok([...first.stdout].every((character) => character >= " " || character === "\n"));
        assert.equal(aws.alias.version, "3");

        const back = await run(aws, [...FIXTURE("rollback"), "--stage", "test"]);
        assert.equal(back.exitCode, 0, back.stderr);
        assert.equal(aws.alias.version, "2");
      } finally {
        await aws.close();
      }
    });
  });

  describe("the command, with a small API", () => {
    /** A separate stage for each test, because tests run concurrently. */
    async function withStage(use: (aws: StandInAws) => Promise<void>): Promise<void> {
      const aws = await startStage([zipOf(placeholder), zipOf(smallApi("before"))]);
      try {
        await use(aws);
      } finally {
        await aws.close();
      }
    }

    it("if it is ended while AWS moves callers, has said that AWS continues, and AWS does", () =>
      withStage(async (aws) => {
        const args = ["release", "--stage", "test", "--shift", "Canary10Percent5Minutes"];
        const { exitCode, stdout } = await run(aws, [...SMALL, ...args], undefined, (child) =>
          aws.onCall(async (index) => {
            if (aws.calls[index]?.action === "codedeploy:GetDeployment") child.kill("SIGTERM");
          }),
        );
        assert.equal(exitCode, null);
        assert.match(
          stdout,
          /^Deployment d-2 shifts traffic .* CodeDeploy continues even if this command stops/m,
        );
        assert.deepEqual(aws.alias.weights, { 3: 0.1 });
        while (Object.keys(aws.alias.weights).length > 0) await aws.advance();
        assert.equal(aws.alias.version, "3");
      }));

    it("exits with 1 and a message about its arguments or settings, without a stack", () =>
      withStage(async (aws) => {
        const variables = { ...settings, RELEASE_BUCKET: "s3://x" };
        const { exitCode, stderr } = await run(aws, [...SMALL, "release", "--stage", "test"], variables);
        assert.equal(exitCode, 1);
        assert.match(stderr, /^RELEASE_BUCKET is invalid/);
        assert.doesNotMatch(stderr, /^ {4}at /m);
      }));
  });
});

describe("the command refuses with a clear message, and moves no caller,", () => {
  let aws: StandInAws;
  const own = { ...process.env };
  before(async () => {
    aws = await startStage([zipOf(placeholder), zipOf(smallApi("before"))]);
  });
  afterEach(() => become(own));
  after(() => aws.close());

  const { CODE_DELIVERY: _, ...otherDelivery } = settings;
  const { RELEASE_BUCKET: __, ...noBucket } = settings;
  const { AWS_REGION: ___, ...noRegion } = identity;
  const refused: [title: string, args: string[], variables: Record<string, string>, sentence: RegExp][] = [
    [
      "a stage whose code comes with sst deploy",
      ["release"],
      { ...otherDelivery, ...identity },
      /^CODE_DELIVERY for the stage test is not pipeline/,
    ],
    [
      "a rollback of such a stage",
      ["rollback"],
      { ...otherDelivery, ...identity },
      /^CODE_DELIVERY for the stage test is not pipeline/,
    ],
    [
      "no bucket",
      ["release"],
      { ...noBucket, ...identity },
      /^RELEASE_BUCKET is not set; set it to a bucket .*RELEASE_BUCKET=my-releases/,
    ],
    [
      "no credentials",
      ["rollback"],
      { ...settings, AWS_REGION: "eu-west-1" },
      /AWS does not accept your credentials .*sign in with aws sso login/,
    ],
    [
      "no region",
      ["rollback"],
      { ...settings, ...noRegion },
      /The region is not set; set AWS_REGION, for example AWS_REGION=eu-west-1/,
    ],
    [
      "a misspelt command",
      ["relase"],
      { ...settings, ...identity },
      /^Unknown command "relase"; use npm run release -- --stage dev, or npm run rollback -- --stage dev$/m,
    ],
    [
      "a missing folder for temporary files",
      ["release"],
      { ...settings, ...identity, TMPDIR: "/nowhere" },
      /^The step "build" failed: Cannot create a folder in \/nowhere; set TMPDIR to a writable folder, for example TMPDIR=\/tmp\.$/m,
    ],
    [
      "an unknown option",
      ["rollback", "--fast"],
      { ...settings, ...identity },
      /^Cannot read "--fast --stage test"; the options are --api, --stage, --to, for example npm run rollback/,
    ],
  ];
  for (const [title, [command = "", ...args], variables, sentence] of refused) {
    it(`for ${title}`, async () => {
      become(environmentOf(aws, variables));
      await assert.rejects(
        perform([command, ...args, "--stage", "test"], async () => targetOf(smallApi("new"))),
        (error) => error instanceof ReleaseError && sentence.test(error.message),
      );
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
    });
  }

  it("for a stage that does not exist, before it builds", async () => {
    become(environmentOf(aws, { ...settings, ...identity }));
    const target = { ...targetOf({}), build: () => assert.fail("it builds") };
    await assert.rejects(
      perform(["release", "--stage", "nowhere"], async () => target),
      /The step "look" failed: /,
    );
  });

  it("for another stage's function, with settings from that stage's file", async (t) => {
    become(environmentOf(aws, {}));
    const lines = Object.entries({ ...settings, ...identity }).map((pair) => `${pair.join("=")}\n`);
    writeFileSync(join(folder, ".env.filed"), lines.join(""));
    const here = process.cwd();
    t.after(() => process.chdir(here));
    process.chdir(folder);
    await assert.rejects(
      perform(["rollback", "--stage", "filed", "--to", "2"], async () => targetOf({})),
      /not authorized|You do not have permission to call lambda:GetAlias on fixture-api-filed-Api:latest/,
    );
  });

  it("for a folder without an API", async () => {
    become(environmentOf(aws, { ...settings, ...identity }));
    await assert.rejects(perform(["release", "--api", folder, "--stage", "test"], releaseTarget), (error) => {
      assert.ok(error instanceof ApiFolderError);
      assert.match(error.message, /^\S+\/src\/api\.ts does not exist; [^\n]+ --api packages\/api$/);
      return true;
    });
  });
});
