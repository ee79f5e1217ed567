// Interprets compose files as Docker does, for the options that they use: merges their services, where later files override
// earlier ones, and converts a service's options to those of `run`.

import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** The supported options of a service. Others must be implemented here first. */
export interface Service {
  readonly build: { readonly context: string; readonly target?: string; readonly args?: Texts };
  readonly image: string;
  readonly ports?: readonly string[];
  /** `null`: the shell's value, if it is set. */
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

/** The content of a compose file, by name. */
export function readComposeFile(name: string): { readonly services: Services } {
  return parse(readFileSync(new URL(name, ROOT), "utf8"));
}

/** The services of some compose files. Environments of the same service are merged, and later files override earlier ones. */
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

/** A service's options for `docker run`, without environment and ports. */
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
  if (unknown.length > 0)
    throw new Error(`The compose files have unsupported options: ${unknown}; add them here`);
  return [
    ...(read_only ? ["--read-only"] : []),
    ...cap_drop.map((capability) => `--cap-drop=${capability}`),
    ...security_opt.map((option) => `--security-opt=${option}`),
    `--memory=${mem_limit}`,
  ];
}
