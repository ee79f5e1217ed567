import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ApiFolderError, mistakeIn } from "@lambda-express-api/build/api-folder.ts";
import { type AnyStages, faultsOfStages, STAGES_FILE, writtenFor } from "./stages.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A stage's settings from one source. */
export interface Source {
  readonly name: string;
  readonly values: Environment;
}

/**
 * The environment of a stage as a deployment reads it: the process's variables, then `.env.<stage>`, then `.env`, then
 * `stages.ts`. AWS variables are also set in this process, because the SDK reads its region and credentials from it.
 */
export function readStageEnvironment(stage: string): Environment {
  const environment = Object.fromEntries(
    Object.entries(sourcedEnvironment(stageSources(stage))).map(([name, { value }]) => [name, value]),
  );
  for (const [name, value] of Object.entries(environment))
    if (name.startsWith("AWS_")) process.env[name] ??= value;
  return environment;
}

/**
 * A sentence for a stage without its own file and without an identity provider: a mistyped name, or a new stage. Each of its
 * settings would be reported as missing otherwise.
 */
export function stageWithoutFile(
  stage: string,
  environment: Environment,
  sources = stageSources(stage),
): string | undefined {
  const file = `.env.${stage}`;
  if (environment.IDENTITY_PROVIDER || environment.JWT_ISSUER) return undefined;
  if (sources.some(({ name }) => name === file)) return undefined;
  return `${file} does not exist, and IDENTITY_PROVIDER is not set; check the stage name, or copy .env.example to ${file} and enter your values.`;
}

/** The sources of a stage's settings: variables, as `sst` reads them, and code. */
export function stageSources(stage: string, folder = process.cwd()): readonly Source[] {
  const fileSource = (name: string): Source[] => {
    const file = join(folder, name);
    return existsSync(file) ? [{ name, values: parseEnv(readFileSync(file, "utf8")) }] : [];
  };
  return [
    { name: "the environment", values: process.env },
    ...fileSource(`.env.${stage}`),
    ...fileSource(".env"),
    { name: STAGES_FILE, values: writtenFor(stage, readStages(folder)) },
  ];
}

/** Each value with its source. An empty variable hides later sources and counts as unset. */
export function sourcedEnvironment(
  sources: readonly Source[],
): Readonly<Record<string, { readonly value: string; readonly source: string }>> {
  const written = sources.filter(({ name }) => name === STAGES_FILE);
  const variables = sources.filter(({ name }) => name !== STAGES_FILE);
  const valuesOf = (some: readonly Source[]) => {
    const first = some
      .toReversed()
      .flatMap(({ name: source, values }) =>
        Object.entries(values).map(([name, value = ""]) => [name, { value, source }] as const),
      );
    return Object.entries(Object.fromEntries(first)).filter(([, { value }]) => value !== "");
  };
  return Object.fromEntries([...valuesOf(written), ...valuesOf(variables)]);
}

/**
 * The export of a project's `stages.ts`; empty if there is no such file.
 *
 * @throws ApiFolderError if the file cannot be loaded, or its export has another form.
 */
export function readStages(folder: string): AnyStages {
  const file = join(folder, STAGES_FILE);
  if (!existsSync(file)) return {};
  const { stages } = load(file);
  const faults = faultsOfStages(stages);
  if (faults.length > 0) throw new ApiFolderError(faults.join("\n"));
  return stages;
}

function load(file: string): { readonly stages: AnyStages } {
  try {
    return createRequire(file)(file);
  } catch (error) {
    throw new ApiFolderError(`${STAGES_FILE} cannot be loaded: ${mistakeIn(error)}`, { cause: error });
  }
}
