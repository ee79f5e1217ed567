/** The command line of a release and of a rollback. */
import { parseArgs } from "node:util";
import { wholeNumber } from "@lambda-express-api/kit/setting-parsers.ts";
import type { ReleaseOptions } from "./release.ts";
import { ReleaseError } from "./release-error.ts";
import type { RollbackOptions } from "./rollback.ts";

/** CloudWatch is one minute behind. */
const MIN_MINUTES = 2;
const MAX_MINUTES = 120;
const DEFAULT_MINUTES = 5;

/** The folder of the API. */
interface ApiOption {
  readonly api: string;
}

/** @throws ReleaseError, in a sentence that shows how to write it. */
export function readReleaseOptions(args: string[]): ReleaseOptions & ApiOption {
  const usage = "npm run release -- --stage dev --canary 10 --minutes 5";
  const values = parsed(args, ["api", "stage", "canary", "minutes"], ["dry-run"], usage);
  const percent = numberOf(values, "canary", 1, 99);
  const minutes = numberOf(values, "minutes", MIN_MINUTES, MAX_MINUTES);
  if (minutes !== undefined && percent === undefined)
    throw new ReleaseError(
      "--minutes is how long a canary lasts, and there is none; add one, e.g. --canary 10.",
    );
  return {
    api: apiOf(values),
    stage: stageOf(values, usage),
    dryRun: values["dry-run"] === true,
    ...(percent !== undefined && { canary: { percent, minutes: minutes ?? DEFAULT_MINUTES } }),
  };
}

/** @throws ReleaseError, in a sentence that shows how to write it. */
export function readRollbackOptions(args: string[]): RollbackOptions & ApiOption {
  const usage = "npm run rollback -- --stage dev --to 12";
  const values = parsed(args, ["api", "stage", "to"], [], usage);
  const to = numberOf(values, "to", 1, 999_999);
  return { api: apiOf(values), stage: stageOf(values, usage), ...(to !== undefined && { to: String(to) }) };
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
      `Cannot read "${args.join(" ")}"; the options are ${known.join(", ")}, e.g. ${usage}`,
    );
  }
}

function apiOf({ api = "." }: Values): string {
  return String(api);
}

/** As SST takes it. */
function stageOf({ stage }: Values, usage: string): string {
  if (typeof stage === "string" && /^[A-Za-z0-9-]+$/.test(stage)) return stage;
  throw new ReleaseError(
    stage === undefined
      ? `--stage is missing; write it like: ${usage}`
      : `--stage is ${JSON.stringify(stage)}; write letters, digits and -, e.g. --stage dev.`,
  );
}

function numberOf(values: Values, name: string, minimum: number, maximum: number): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = wholeNumber(minimum, maximum)(String(text));
  if (value === undefined)
    throw new ReleaseError(
      `--${name} is ${JSON.stringify(text)}; write a number from ${minimum} to ${maximum}, e.g. --${name} 10.`,
    );
  return value;
}
