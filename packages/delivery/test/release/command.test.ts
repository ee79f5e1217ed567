// The commands as processes, at a stand-in for AWS: what they are told by arguments, environment and signals.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { perform } from "../../src/release/command.ts";
import { ReleaseError } from "../../src/release/release-error.ts";
import { environment, permissions, placeholder, zipOf } from "./release-world.ts";
import { createPackageRunner, type PackageRunner } from "./run-package.ts";
import { smallApi, targetOf } from "./small-api.ts";
import { BUCKET, type StandInAws, startStandInAws } from "./stand-in-aws.ts";

const fileOf = (specifier: string) => fileURLToPath(import.meta.resolve(specifier));
const MAIN = join(import.meta.dirname, "../../src/release/main.ts");
const API = join(fileOf("@lambda-express-api/infra/test/fixtures/api/src/api.ts"), "../..");
/** As the scripts of a project run it. */
const FIXTURE = (command: string) => [process.execPath, MAIN, command, "--api", API];
/** The same, whose API takes no time to build. */
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

/** A stage whose versions are these, all callers being on the last. */
const startStage = (versions: readonly Uint8Array[], description: string): Promise<StandInAws> =>
  startStandInAws({
    runner,
    permissions,
    environment,
    versions,
    alias: { version: String(versions.length), description },
    takesTime: false,
  });

/** Without what else this machine knows of AWS. */
function environmentOf({ url }: StandInAws, variables: Record<string, string>): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: url,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    ...variables,
  };
}

/** Gives this process an environment in the place of its own. */
function become(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
}

/** In a folder without an `.env`. */
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
    // A test may stop reading; and a pipe is open until the last process that can write to it has ended.
    text(child.stdout).catch(() => ""),
    text(child.stderr).catch(() => ""),
    once(child, "exit"),
  ]);
  return { exitCode, stdout, stderr };
}

describe("the commands as processes, at a stand-in for AWS", { concurrency: 2 }, () => {
  describe("with the fixture API", () => {
    it("release it, whose bundle answers its check, and take it back", async () => {
      const aws = await startStage([zipOf(placeholder), zipOf(smallApi("before"))], "Released: 2.");
      try {
        const first = await run(aws, [...FIXTURE("release"), "--stage", "test"]);
        assert.equal(first.exitCode, 0, first.stderr);
        assert.match(first.stdout, /^check {4}version 3 answered 4 calls as it should$/m);
        assert.match(first.stdout, /^Version 3 is live for all callers, \d+ s after the start\.$/m);
        assert.ok([...first.stdout].every((character) => character >= " " || character === "\n"));
        assert.deepEqual([aws.alias.version, aws.alias.description], ["3", "Released: 3 2."]);

        const back = await run(aws, [...FIXTURE("rollback"), "--stage", "test"]);
        assert.equal(back.exitCode, 0, back.stderr);
        assert.equal(aws.alias.version, "2");
      } finally {
        await aws.close();
      }
    });
  });

  describe("the command, with a small API", () => {
    /** A stage of its own, for tests that run at once. */
    async function withStage(use: (aws: StandInAws) => Promise<void>): Promise<void> {
      const aws = await startStage([zipOf(placeholder), zipOf(smallApi("before"))], "Released: 2.");
      try {
        await use(aws);
      } finally {
        await aws.close();
      }
    }

    /** Sends a signal as soon as callers are divided. */
    const inCanary = (aws: StandInAws, signal: NodeJS.Signals) => (child: ChildProcess) =>
      aws.onChange(async () => {
        if (Object.keys(aws.alias.weights).length > 0) child.kill(signal);
      });
    const CANARY = ["release", "--stage", "test", "--canary", "10"];

    for (const [title, signal] of [
      ["Ctrl-C comes", "SIGINT"],
      ["it is told to end", "SIGTERM"],
      ["its terminal is closed", "SIGHUP"],
    ] as const) {
      it(`falls back and exits with 1 when ${title} in a canary`, () =>
        withStage(async (aws) => {
          const { exitCode, stderr } = await run(
            aws,
            [...SMALL, ...CANARY],
            undefined,
            inCanary(aws, signal),
          );
          assert.equal(exitCode, 1);
          assert.equal(stderr, 'It stopped at "canary": Somebody stopped it.\nCallers are on version 2.\n');
          assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
        }));
    }

    it("falls back when npm, which runs it, is told to end in a canary", () =>
      withStage(async (aws) => {
        const scripts = { command: SMALL.map((word) => `'${word}'`).join(" ") };
        writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts }));
        const npm = ["npm", "run", "--silent", "command", "--", ...CANARY];
        await run(aws, npm, undefined, inCanary(aws, "SIGTERM"));
        assert.ok(aws.calls.filter(({ action }) => action === "lambda:UpdateAlias").length === 2);
        assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
      }));

    it("goes on when nobody reads any more what it says", () =>
      withStage(async (aws) => {
        const { exitCode } = await run(aws, [...SMALL, "release", "--stage", "test"], undefined, (child) => {
          child.stdout?.destroy();
          child.stderr?.destroy();
        });
        assert.equal(exitCode, 0);
        assert.equal(aws.alias.version, "3");
      }));

    it("looks at the stage before it builds", () =>
      withStage(async (aws) => {
        const { stdout, stderr } = await run(aws, [...SMALL, "release", "--stage", "nowhere"]);
        assert.match(stderr, /^It stopped at "look": /);
        assert.equal(stdout, "");
      }));

    it("takes its settings from the stage's own file", () =>
      withStage(async (aws) => {
        const lines = Object.entries({ ...settings, ...identity }).map((pair) => `${pair.join("=")}\n`);
        writeFileSync(join(folder, ".env.filed"), lines.join(""));
        const { exitCode, stderr } = await run(
          aws,
          [...SMALL, "rollback", "--stage", "filed", "--to", "2"],
          {},
        );
        assert.equal(exitCode, 1);
        assert.match(stderr, /not authorized|You may not do lambda:GetAlias on fixture-api-filed-Api:latest/);
      }));

    it("ends with 1 after a sentence about a folder without an API", () =>
      withStage(async (aws) => {
        for (const command of ["release", "rollback"]) {
          const args = [process.execPath, MAIN, command, "--api", folder, "--stage", "test"];
          const { exitCode, stderr } = await run(aws, args);
          assert.equal(exitCode, 1);
          assert.match(stderr, /^\S+\/src\/api\.ts does not exist; [^\n]+ --api packages\/api\n$/);
        }
      }));

    it("ends with 1 after a sentence about its arguments or its settings, and shows no stack", () =>
      withStage(async (aws) => {
        for (const [variables, sentence] of [
          [{}, /^CODE_DELIVERY of the stage test is not pipeline/],
          [{ ...settings, RELEASE_BUCKET: "s3://x" }, /^RELEASE_BUCKET is wrong/],
        ] as const) {
          const { exitCode, stderr } = await run(aws, [...SMALL, "release", "--stage", "test"], variables);
          assert.equal(exitCode, 1);
          assert.match(stderr, sentence);
          assert.doesNotMatch(stderr, /^ {4}at /m);
        }
      }));
  });
});

describe("the command refuses in a sentence, and moves no caller,", () => {
  let aws: StandInAws;
  const own = { ...process.env };
  before(async () => {
    aws = await startStage([zipOf(placeholder), zipOf(smallApi("before"))], "Released: 2.");
  });
  afterEach(() => become(own));
  after(() => aws.close());

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
      /^Cannot read "--fast --stage test"; the options are --api, --stage, --to, e\.g\. npm run rollback/,
    ],
  ];
  for (const [title, [command = "", ...args], variables, sentence] of refused) {
    it(`for ${title}`, async () => {
      become(environmentOf(aws, variables));
      const { signal } = new AbortController();
      await assert.rejects(
        perform([command, ...args, "--stage", "test"], async () => targetOf(smallApi("new")), signal),
        (error) => error instanceof ReleaseError && sentence.test(error.message),
      );
      assert.deepEqual([aws.alias.version, aws.alias.weights], ["2", {}]);
    });
  }
});
