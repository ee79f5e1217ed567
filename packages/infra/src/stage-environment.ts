import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/**
 * The environment of a stage, as `sst` reads it: what is set counts before `.env.<stage>`, and that before `.env`. What
 * is AWS's goes into this process too, from which the SDK takes its region and its credentials.
 */
export function readStageEnvironment(stage: string): Readonly<Record<string, string | undefined>> {
  const files = [".env", `.env.${stage}`].filter((file) => existsSync(file));
  const environment = {
    ...Object.assign({}, ...files.map((file) => parseEnv(readFileSync(file, "utf8")))),
    ...process.env,
  };
  for (const [name, value] of Object.entries(environment))
    if (name.startsWith("AWS_")) process.env[name] ??= String(value);
  return environment;
}
