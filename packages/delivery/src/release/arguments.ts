/** The command lines of a release and of a rollback. */
import { parseArgs } from "node:util";
import { TRAFFIC_SHIFTS, type TrafficShift } from "@lambda-express-api/infra/traffic-shifts.ts";
import type { ReleaseOptions } from "./release.ts";
import { ReleaseError } from "./release-error.ts";
import type { RollbackOptions } from "./rollback.ts";

/** The folder of the API. */
interface ApiOption {
  readonly api: string;
}

/** @throws ReleaseError with an example of a valid command. */
export function readReleaseOptions(args: string[]): ReleaseOptions & ApiOption {
  const usage = "npm run release -- --stage dev --shift Canary10Percent5Minutes";
  const values = parsed(args, ["api", "stage", "shift"], ["ignore-alarms", "dry-run"], usage);
  return {
    api: apiOf(values),
    stage: stageOf(values, usage),
    dryRun: values["dry-run"] === true,
    ignoreAlarms: values["ignore-alarms"] === true,
    trafficShift: shiftOf(values),
  };
}

/** @throws ReleaseError with an example of a valid command. */
export function readRollbackOptions(args: string[]): RollbackOptions & ApiOption {
  const usage = "npm run rollback -- --stage dev --to 12";
  const values = parsed(args, ["api", "stage", "to"], [], usage);
  return { api: apiOf(values), stage: stageOf(values, usage), to: versionOf(values) };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parsed(args: string[], texts: string[], flags: string[], usage: string): Values {
  const options = Object.fromEntries([
    ...texts.map((name) => [name, { type: "string" } as const] as const),
    ...flags.map((name) => [name, { type: "boolean" } as const] as const),
  ]);
  try {
    return parseArgs({ args, options }).values as Values;
  } catch {
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new ReleaseError(
      `Cannot read "${args.join(" ")}"; the options are ${known.join(", ")}, for example ${usage}`,
    );
  }
}

function apiOf({ api = "." }: Values): string {
  return String(api);
}

/** A stage name that SST accepts. */
function stageOf({ stage }: Values, usage: string): string {
  if (typeof stage === "string" && /^[A-Za-z0-9-]+$/.test(stage)) return stage;
  throw new ReleaseError(
    stage === undefined
      ? `--stage is missing; for example: ${usage}`
      : `--stage is ${JSON.stringify(stage)}; use letters, digits and hyphens, for example --stage dev.`,
  );
}

function shiftOf({ shift }: Values): TrafficShift | undefined {
  if (shift === undefined) return undefined;
  const found = TRAFFIC_SHIFTS.find((name) => name === shift);
  if (found) return found;
  throw new ReleaseError(
    `--shift is ${JSON.stringify(shift)}; it must be one of ${TRAFFIC_SHIFTS.join(", ")}, for example --shift ${TRAFFIC_SHIFTS[1]}.`,
  );
}

function versionOf({ to }: Values): string | undefined {
  if (to === undefined || /^[1-9]\d{0,5}$/.test(String(to))) return to as string | undefined;
  throw new ReleaseError(`--to is ${JSON.stringify(to)}; use a version number, for example --to 12.`);
}
