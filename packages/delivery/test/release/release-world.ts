/** A stage at the stand-in, where time passes only while something waits. */
import assert from "node:assert/strict";
import { ConfiguredRetryStrategy, DEFAULT_MAX_ATTEMPTS } from "@smithy/core/retry";
import { zipSync } from "fflate";
import { connect, type ReleaseAws } from "../../src/release/aws.ts";
import { checkCalls } from "../../src/release/check-calls.ts";
import { type PermissionStatement, releasePermissions } from "../../src/release/permissions.ts";
import { createProgress } from "../../src/release/progress.ts";
import { type ReleaseOptions, type ReleaseWorld, release } from "../../src/release/release.ts";
import { ReleaseError } from "../../src/release/release-error.ts";
import { type RollbackOptions, rollback } from "../../src/release/rollback.ts";
import type { PackageRunner } from "./run-package.ts";
import { type Files, routes, smallApi, targetOf } from "./small-api.ts";
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

/** The first check of a version. */
export const [healthCall] = checkCalls(
  {
    stageName: "mvp",
    jwt: {
      issuer: "https://issuer.example.com",
      jwksUri: undefined,
      audiences: ["test-audience"],
      groupsClaim: "groups",
      verifyExpiration: true,
      algorithms: ["RS256"],
      maxLifetimeHours: 24,
    },
  },
  Math.floor(Date.now() / 1000),
  routes,
);

/** The code before the first release. */
export const placeholder: Files = {
  "bundle.mjs": "export const handler = async () => ({ statusCode: 503 });\n",
};

export function zipOf(files: Files): Uint8Array {
  const bytes = Object.entries(files).map(([name, content]) => [name, Buffer.from(content)] as const);
  return zipSync(Object.fromEntries(bytes));
}

export const permissions = releasePermissions({ functionArn: FUNCTION_ARN, bucketArn: BUCKET_ARN });

export interface StageOptions {
  /** Default: a placeholder and one release. */
  readonly versions?: readonly Files[];
  readonly aliasVersion?: string;
  readonly isReleased?: boolean;
  readonly permissions?: readonly PermissionStatement[];
}

export interface Outcome {
  readonly lines: readonly string[];
  /** The message of its failure; `undefined` after a success. */
  readonly failure: string | undefined;
}

export interface RunOptions {
  readonly maxAttempts?: number;
  /** After it aborts, nothing more happens, not even error handling, as in a killed process. */
  readonly killed?: AbortSignal;
  /** Called when time has passed. */
  readonly onTime?: () => unknown;
  readonly functionName?: string;
}

export interface Stage {
  readonly aws: StandInAws;
  /** Versions that callers must never get. */
  readonly broken: Set<string>;
  release(files: Files, options?: Partial<ReleaseOptions> & RunOptions): Promise<Outcome>;
  rollback(options?: Partial<RollbackOptions> & RunOptions): Promise<Outcome>;
  /** AWS finishes a deployment, whether or not a command waits for it. */
  settle(): Promise<void>;
  /** Callers get only checked versions, and every call gets an answer. */
  assertCallersAreServed(): Promise<void>;
  close(): Promise<void>;
}

const START = Date.now();
const STEPS_TO_SETTLE = 10;
/** More waits than any release needs. */
const MAX_WAITS = 500;

export async function startStage(runner: PackageRunner, options: StageOptions = {}): Promise<Stage> {
  const { versions = [placeholder, smallApi("one")], aliasVersion = "2", isReleased = true } = options;
  const aws = await startStandInAws({
    runner,
    permissions: options.permissions ?? permissions,
    environment,
    versions: versions.map(zipOf),
    aliasVersion,
    isReleased,
  });
  const broken = new Set<string>();
  const initial = aliasVersion;
  let time = START;

  async function assertCallersAreServed(): Promise<void> {
    for (const { version, status } of await aws.callThroughAlias(healthCall?.event ?? {})) {
      assert.equal(broken.has(version), false, `callers get version ${version}, which is broken`);
      if (version === initial) continue;
      assert.equal(status, 200, `a caller of version ${version} got ${status}`);
      // This version got each kind of check, and answered as expected.
      const statuses = new Set(
        aws.checked.filter((call) => call.version === version).map((call) => call.status),
      );
      assert.deepEqual([...statuses].sort(), [200, 401, 403], `version ${version} has not been checked`);
    }
  }
  // Failures in callbacks are kept until they can be reported.
  const violations: unknown[] = [];
  aws.onChange(() => assertCallersAreServed().catch((error) => void violations.push(error)));

  async function run(
    { maxAttempts = DEFAULT_MAX_ATTEMPTS, killed, onTime, functionName = FUNCTION_NAME }: RunOptions,
    work: (world: Omit<ReleaseWorld, "target">) => Promise<void>,
  ): Promise<Outcome> {
    let written = "";
    let waits = 0;
    const connected = connect(functionName, BUCKET, {
      endpoint: aws.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "not-secret" },
      // Retries like the SDK, but without waiting.
      retryStrategy: new ConfiguredRetryStrategy(maxAttempts, 0),
    });
    const world = {
      aws: killed ? mortal(connected, killed) : connected,
      progress: createProgress((text) => {
        written += text;
      }, false),
      now: () => time,
      async wait(milliseconds: number) {
        time += milliseconds;
        assert.ok(++waits < MAX_WAITS, "it never stops waiting");
        await aws.advance();
        await onTime?.();
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
    release: (
      files,
      { stage = STAGE, trafficShift, ignoreAlarms = false, dryRun = false, ...options } = {},
    ) =>
      run(options, (world) =>
        release({ stage, trafficShift, ignoreAlarms, dryRun }, { ...world, target: targetOf(files) }),
      ),
    rollback: ({ stage = STAGE, to, ...options } = {}) =>
      run(options, (world) => rollback({ stage, to }, { ...world, target: targetOf(placeholder) })),
    async settle() {
      for (let step = 0; step < STEPS_TO_SETTLE; step += 1) await aws.advance();
    },
    assertCallersAreServed,
    close: () => aws.close(),
  };
}

/** Calls that never settle once the signal has aborted. */
function mortal(aws: ReleaseAws, killed: AbortSignal): ReleaseAws {
  return new Proxy(aws, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        try {
          return await member.apply(target, args);
        } finally {
          if (killed.aborted) await new Promise(() => {});
        }
      };
    },
  });
}
