/** A stage at the stand-in, with time that passes only when somebody waits for it. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zipSync } from "fflate";
import { connect } from "../../src/release/aws.ts";
import { checkCalls } from "../../src/release/check-calls.ts";
import { type PermissionStatement, releasePermissions } from "../../src/release/permissions.ts";
import { createProgress } from "../../src/release/progress.ts";
import { type ReleaseOptions, type ReleaseWorld, release } from "../../src/release/release.ts";
import { ReleaseError } from "../../src/release/release-error.ts";
import { type RollbackOptions, rollback } from "../../src/release/rollback.ts";
import type { PackageRunner } from "./run-package.ts";
import {
  BUCKET,
  BUCKET_ARN,
  FUNCTION_ARN,
  FUNCTION_NAME,
  type StandInAws,
  startStandInAws,
} from "./stand-in-aws.ts";

export const STAGE = "test";

export const environment: Record<string, string> = {
  RUNTIME: "LAMBDA",
  NODE_ENV: "production",
  AWS_API_GW_STAGE_NAME: "mvp",
  JWT_ISSUER: "https://issuer.example.com",
  JWT_AUTHORIZED_AUDIENCES: "test-audience",
  JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "groups",
  FIREBASE_APP_API_KEY: "test-key",
};

/** What a version must answer first. */
export const [healthCall] = checkCalls(
  {
    stageName: "mvp",
    jwt: {
      issuer: "https://issuer.example.com",
      jwksUri: undefined,
      audiences: ["test-audience"],
      groupsClaim: "groups",
      verifyExpiration: true,
    },
  },
  Math.floor(Date.now() / 1000),
);

/** The files of a package, by name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Answers as the API does, and is small: for tests of what is around it. */
export function smallApi(name: string): Files {
  return {
    "bundle.mjs": `// ${name}
export const handler = async ({ requestContext: { authorizer, http } }) => {
  if (http.path.endsWith("/v1/manage/hc")) return { statusCode: 200 };
  if (!authorizer) return { statusCode: 401 };
  return { statusCode: authorizer.jwt.claims.groups === "[]" ? 403 : 200 };
};
`,
  };
}

/** What a stage has before its first release. */
export const placeholder: Files = {
  "bundle.mjs": "export const handler = async () => ({ statusCode: 503 });\n",
};

export function zipOf(files: Files): Uint8Array {
  const bytes = Object.entries(files).map(([name, content]) => [name, Buffer.from(content)] as const);
  return zipSync(Object.fromEntries(bytes));
}

export function writeFiles(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

export const permissions = releasePermissions({ functionArn: FUNCTION_ARN, bucketArn: BUCKET_ARN });

export interface StageOptions {
  /** Default: a placeholder, and a release. */
  readonly versions?: readonly Files[];
  readonly alias?: { readonly version: string; readonly description: string };
  readonly permissions?: readonly PermissionStatement[];
}

export interface Outcome {
  readonly lines: readonly string[];
  /** The sentences that it ended with; `undefined` where it did what it should. */
  readonly failure: string | undefined;
}

export interface RunOptions {
  readonly maxAttempts?: number;
  readonly signal?: AbortSignal;
  /** Is called when time has passed, with the minutes since the stage was made. */
  readonly onTime?: (minutes: number) => unknown;
  readonly functionName?: string;
}

export interface Stage {
  readonly aws: StandInAws;
  /** Versions that no caller may ever get. */
  readonly broken: Set<string>;
  release(files: Files, options?: Partial<ReleaseOptions> & RunOptions): Promise<Outcome>;
  rollback(options?: Partial<RollbackOptions> & RunOptions): Promise<Outcome>;
  now(): number;
  pass(minutes: number): void;
  /** Callers only get versions that have passed their check, and every one of them gets an answer. */
  assertCallersAreServed(): Promise<void>;
  close(): Promise<void>;
}

const START = Date.now();
const MINUTE_MILLISECONDS = 60_000;

export async function startStage(runner: PackageRunner, options: StageOptions = {}): Promise<Stage> {
  const { versions = [placeholder, smallApi("one")], alias = { version: "2", description: "Released: 2." } } =
    options;
  const aws = await startStandInAws({
    runner,
    permissions: options.permissions ?? permissions,
    environment,
    versions: versions.map(zipOf),
    alias,
  });
  const broken = new Set<string>();
  const initial = alias.version;
  let time = START;

  async function assertCallersAreServed(): Promise<void> {
    for (const { version, status } of await aws.callThroughAlias(healthCall?.event ?? {})) {
      assert.equal(broken.has(version), false, `callers get version ${version}, which is broken`);
      if (version === initial) continue;
      assert.equal(status, 200, `a caller of version ${version} got ${status}`);
      // Each kind of call was made of this very version, and got the answer it should.
      const statuses = new Set(
        aws.checked.filter((call) => call.version === version).map((call) => call.status),
      );
      assert.deepEqual([...statuses].sort(), [200, 401, 403], `version ${version} has not been checked`);
    }
  }
  // What happens at a moment of its own is remembered until somebody can be told.
  const violations: unknown[] = [];
  aws.onChange(() => assertCallersAreServed().catch((error) => void violations.push(error)));

  async function run(
    { maxAttempts, signal = new AbortController().signal, onTime, functionName = FUNCTION_NAME }: RunOptions,
    work: (world: Omit<ReleaseWorld, "build">) => Promise<void>,
  ): Promise<Outcome> {
    let written = "";
    const world = {
      aws: connect(functionName, BUCKET, {
        endpoint: aws.url,
        region: "eu-west-1",
        credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "not-secret" },
        ...(maxAttempts !== undefined && { maxAttempts }),
      }),
      progress: createProgress((text) => {
        written += text;
      }, false),
      signal,
      now: () => time,
      async wait(milliseconds: number) {
        time += milliseconds;
        await onTime?.((time - START) / MINUTE_MILLISECONDS);
      },
    };
    let failure: string | undefined;
    try {
      await work(world);
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      failure = error.message;
    }
    await assertCallersAreServed();
    if (violations.length > 0) throw violations[0];
    return { lines: written.split("\n").filter((line) => line !== ""), failure };
  }

  return {
    aws,
    broken,
    release: (files, { stage = STAGE, canary, dryRun = false, ...options } = {}) =>
      run(options, (world) =>
        release({ stage, canary, dryRun }, { ...world, build: async (folder) => writeFiles(folder, files) }),
      ),
    rollback: ({ stage = STAGE, to, ...options } = {}) =>
      run(options, (world) => rollback({ stage, to }, world)),
    now: () => time,
    pass(minutes) {
      time += minutes * MINUTE_MILLISECONDS;
    },
    assertCallersAreServed,
    close: () => aws.close(),
  };
}
