// What Docker makes of the compose files, as far as they go: the services of all of them, later files over earlier ones,
// and a service's options as those of a `run`.

import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** What a service of ours may say. Anything else has to be understood here first. */
export interface Service {
  readonly build: { readonly context: string; readonly target?: string; readonly args?: Texts };
  readonly image: string;
  readonly ports?: readonly string[];
  /** `null`: as the terminal has it, or not at all. */
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly mem_limit: string;
}

type Texts = Readonly<Record<string, string>>;
type Services = Readonly<Record<string, Service>>;

const ROOT = new URL("../../", import.meta.url);

/** The content of a compose file, by its name. */
export function readComposeFile(name: string): { readonly services: Services } {
  return parse(readFileSync(new URL(name, ROOT), "utf8"));
}

/** The services of some compose files: of one service, environments are put together, and the later file wins. */
export function composed(...names: readonly string[]): Services {
  const services: Record<string, Service> = {};
  for (const name of names) {
    for (const [service, later] of Object.entries(readComposeFile(name).services)) {
      const earlier = services[service];
      const environment = { ...earlier?.environment, ...later.environment };
      services[service] = { ...earlier, ...later, environment };
    }
  }
  return services;
}

/** A service's options for `docker run`, but for its environment and its ports. */
export function runOptions({
  read_only,
  cap_drop,
  security_opt,
  mem_limit,
  build: _build,
  image: _image,
  ports: _ports,
  environment: _environment,
  depends_on: _dependsOn,
  ...others
}: Service): string[] {
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw new Error(`The compose files have options that no test knows: ${unknown}`);
  return [
    ...(read_only ? ["--read-only"] : []),
    ...cap_drop.map((capability) => `--cap-drop=${capability}`),
    ...security_opt.map((option) => `--security-opt=${option}`),
    `--memory=${mem_limit}`,
  ];
}
