/** The two commands as processes: arguments, environment, signals and exit codes. */
import { setTimeout } from "node:timers/promises";
import { ApiFolderError } from "@lambda-express-api/build/api-folder.ts";
import { API_NAME, functionNameOf } from "@lambda-express-api/infra/names.ts";
import { readSetting, SettingsError } from "@lambda-express-api/infra/settings.ts";
import { readStageEnvironment } from "@lambda-express-api/infra/stage-environment.ts";
import { readReleaseOptions, readRollbackOptions } from "./arguments.ts";
import { connect } from "./aws.ts";
import { createProgress } from "./progress.ts";
import { release } from "./release.ts";
import { ReleaseError } from "./release-error.ts";
import type { ReleaseTarget } from "./release-target.ts";
import { rollback } from "./rollback.ts";
import type { World } from "./world.ts";

/** Loads the API in a folder. */
export type LoadTarget = (folder: string) => Promise<ReleaseTarget>;

/** Runs a command in this process: prints messages, and sets the exit code to 1 after a failure. */
export async function runCommand(args: readonly string[], loadTarget: LoadTarget): Promise<void> {
  try {
    await perform(args, loadTarget);
  } catch (error) {
    const isSentence =
      error instanceof ReleaseError || error instanceof SettingsError || error instanceof ApiFolderError;
    if (!isSentence) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/**
 * Runs `release --stage dev [--shift AllAtOnce] [--ignore-alarms] [--dry-run]` or `rollback --stage dev [--to 12]` for the API
 * that `--api` names.
 *
 * @throws ReleaseError, SettingsError or ApiFolderError.
 */
export async function perform([command, ...args]: readonly string[], loadTarget: LoadTarget): Promise<void> {
  if (command === "release") {
    const options = readReleaseOptions(args);
    const bucket = readBucket(options.stage);
    const target = await loadTarget(options.api);
    await release(options, { ...worldOf(target, options.stage, bucket), target });
  } else if (command === "rollback") {
    const options = readRollbackOptions(args);
    readEnvironment(options.stage);
    const target = await loadTarget(options.api);
    await rollback(options, { ...worldOf(target, options.stage), target });
  } else {
    throw new ReleaseError(
      `Unknown command "${command ?? ""}"; use npm run release -- --stage dev, or npm run rollback -- --stage dev`,
    );
  }
}

function worldOf({ api }: ReleaseTarget, stage: string, bucket?: string): World {
  const isTerminal = process.stdout.isTTY === true && !process.env.CI;
  return {
    aws: connect(functionNameOf(api.name, stage, API_NAME), bucket),
    progress: createProgress((text) => process.stdout.write(text), isTerminal),
    now: Date.now,
    wait: (milliseconds) => setTimeout(milliseconds),
  };
}

/** @throws ReleaseError if the stage's code comes with `sst deploy`. */
function readEnvironment(stage: string): ReturnType<typeof readStageEnvironment> {
  const environment = readStageEnvironment(stage);
  if (readSetting("CODE_DELIVERY", environment) === "pipeline") return environment;
  throw new ReleaseError(
    `CODE_DELIVERY for the stage ${stage} is not pipeline, so sst deploy deploys its code; set CODE_DELIVERY=pipeline, for example in .env.${stage}, deploy the stage, then release.`,
  );
}

function readBucket(stage: string): string {
  const bucket = readSetting("RELEASE_BUCKET", readEnvironment(stage));
  if (bucket !== undefined) return bucket;
  throw new ReleaseError(
    `RELEASE_BUCKET is not set; set it to a bucket in the function's region, for example RELEASE_BUCKET=my-releases in .env.${stage}.`,
  );
}
