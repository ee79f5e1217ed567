/** The API for a build or a local stack: a folder with its `src`. */
import { existsSync, globSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Api, Setting } from "@lambda-express-api/kit";
import { demandDistinct, loadRoute } from "@lambda-express-api/kit/enabled-routes.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { demandDocumentable } from "@lambda-express-api/kit/route/schema-faults.ts";

/** What is read from an API's folder. */
export interface ApiFolder {
  readonly root: string;
  readonly source: string;
  readonly lambdaEntry: string;
  readonly containerEntry: string;
  readonly apiModule: string;
  /** The functions started beside the API, by the names of the files in `src/jobs`. */
  readonly jobs: Readonly<Record<string, string>>;
  /** How `npm start` runs it; optional. */
  readonly localModule: string;
  /** What `npm run demo` calls; optional. */
  readonly demoModule: string;
}

/** A file in the API's folder is missing, or lacks a required export. */
export class ApiFolderError extends Error {}

export function apiFolder(folder: string): ApiFolder {
  const root = resolve(folder);
  const source = join(root, "src");
  return {
    root,
    source,
    lambdaEntry: join(source, "lambda.ts"),
    containerEntry: join(source, "container.ts"),
    apiModule: join(source, "api.ts"),
    jobs: jobsIn(join(source, "jobs")),
    localModule: join(source, "local.ts"),
    demoModule: join(source, "demo.ts"),
  };
}

function jobsIn(folder: string): Readonly<Record<string, string>> {
  const files = globSync("*.ts", { cwd: folder }).filter((file) => !file.endsWith(".test.ts"));
  return Object.fromEntries(files.sort().map((file) => [basename(file, ".ts"), join(folder, file)]));
}

/**
 * Loads the API that `src/api.ts` exports as `api`.
 *
 * @throws ApiFolderError if there is none, and for a setting that lacks a part or refuses its own example.
 */
export async function loadApi({ apiModule }: Pick<ApiFolder, "apiModule">): Promise<Api> {
  const api = await loadExport<Api>(apiModule, "api", "defineApi({ ... })");
  if (!api) {
    throw new ApiFolderError(
      `${apiModule} does not exist; use the folder of an API, for example --api packages/api`,
    );
  }
  for (const [name, setting] of Object.entries(api.settings)) demandSetting(name, setting);
  return api;
}

/** Types check this too, but an owner may not have run the type checker yet. */
function demandSetting(name: string, setting: Setting<unknown>): void {
  for (const part of ["description", "rule", "example"] as const) {
    if (typeof setting[part] !== "string" || setting[part] === "")
      throw new ApiFolderError(`The setting ${name} has no ${part}; write one, as text`);
  }
  if (typeof setting.parse !== "function")
    throw new ApiFolderError(
      `The setting ${name} does not have a parse function; add one, for example parse: matching(/^\\S+$/)`,
    );
  for (const part of ["example", "default"] as const) {
    const text = setting[part];
    if (text !== undefined && !isTaken(setting, text))
      throw new ApiFolderError(
        `The ${part} of the setting ${name} must be ${setting.rule}, but its parse function rejects it`,
      );
  }
}

function isTaken({ parse }: Setting<unknown>, text: string): boolean {
  try {
    return parse(text) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Loads what a module exports under a name.
 *
 * @param example a value of the right kind, for the sentence about a missing export.
 * @returns `undefined` if the file does not exist.
 * @throws ApiFolderError if the file cannot be loaded, or lacks the export.
 */
export async function loadExport<Value>(
  module: string,
  name: string,
  example: string,
): Promise<Value | undefined> {
  if (!existsSync(module)) return undefined;
  const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(module).href).catch(
    (error: unknown) => {
      throw new ApiFolderError(`${module} cannot be loaded: ${mistakeIn(error)}`, { cause: error });
    },
  );
  if (exported[name] === undefined)
    throw new ApiFolderError(`${module} must export ${name}: export const ${name} = ${example}`);
  return exported[name] as Value;
}

/** A line of a file in the API, as stacks name it. */
const PLACE = /(?:file:\/\/|\()(\/(?!\S*\/node_modules\/)[^\s():]+\.[cm]?[jt]s):(\d+)/;

/**
 * An error thrown by the owner's code, with its place: `boom (/home/me/shop/src/api.ts:12)`.
 *
 * @param error the thrown value, or only its message and stack.
 */
export function mistakeIn(error: unknown): string {
  const { message = String(error), stack = "" } = (error ?? {}) as Partial<Error>;
  const [, file, line] = PLACE.exec(stack) ?? [];
  return file === undefined || message.includes(file) ? message : `${message} (${file}:${line})`;
}

/**
 * Loads every endpoint of an API, enabled or not.
 *
 * @param passesOver decides whether an endpoint that fails with an error is left out.
 * @throws ApiFolderError that names the endpoint whose file cannot be loaded, or whose schemas cannot be
 *   documented.
 */
export async function loadEndpoints(
  { routes, routers = [] }: Pick<Api, "routes"> & Partial<Pick<Api, "routers">>,
  passesOver: (error: unknown) => boolean = () => false,
): Promise<readonly Route[]> {
  demandDistinct(routes);
  const loaded = await Promise.all(
    Object.entries(routes).map(async ([key, load]) => {
      try {
        return [await loadRoute(key, load)];
      } catch (error) {
        if (passesOver(error)) return [];
        throw new ApiFolderError(`${key} cannot be loaded: ${mistakeIn(error)}`, { cause: error });
      }
    }),
  );
  const endpoints = loaded.flat();
  const paths = Object.keys(routes).map((key) => key.replace(/^\S+ /, ""));
  const prefixes = routers.map(({ prefix }) => prefix);
  await demandDocumentable(endpoints, { paths, prefixes }).catch((error: Error) => {
    throw new ApiFolderError(error.message, { cause: error });
  });
  return endpoints;
}

/** The path of the endpoint whose role is `health`. @throws ApiFolderError if there is none. */
export async function healthPath(api: Api): Promise<string> {
  return healthPathOf(await loadEndpoints(api));
}

/** The same for endpoints that are already loaded. */
export function healthPathOf(endpoints: readonly Route[]): string {
  const health = endpoints.find(({ role }) => role === "health");
  if (!health)
    throw new ApiFolderError('No endpoint has the role "health", which the container\'s health check calls');
  return health.path;
}
