import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type AnyStages, STAGES_FILE, writtenFor } from "./stages.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What one place says of a stage's settings. */
export interface Source {
  readonly name: string;
  readonly values: Environment;
}

/**
 * The environment of a stage, as a deployment reads it: what is set counts before `.env.<stage>`, that before `.env`, and
 * that before `stages.ts`. What is AWS's goes into this process too, from which the SDK takes its region and its
 * credentials.
 */
export function readStageEnvironment(stage: string): Environment {
  const environment = Object.fromEntries(
    Object.entries(sourcedEnvironment(stageSources(stage))).map(([name, { value }]) => [name, value]),
  );
  for (const [name, value] of Object.entries(environment))
    if (name.startsWith("AWS_")) process.env[name] ??= value;
  return environment;
}

/** Where the settings of a stage come from: variables, as `sst` reads them, and what is written in code. */
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

/** Each value with the source that it counts from. A variable that is empty hides those after it, and counts as unset. */
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

/** What `stages.ts` of a project exports; nothing where there is no such file. */
export function readStages(folder: string): AnyStages {
  const file = join(folder, STAGES_FILE);
  return existsSync(file) ? createRequire(file)(file).stages : {};
}
