/** The API that a build is given: a folder with its `src`. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Api } from "@lambda-express-api/kit";
import { loadRoutes } from "@lambda-express-api/kit/enabled-routes.ts";

/** What a build reads of the folder of an API. */
export interface ApiFolder {
  readonly root: string;
  readonly lambdaEntry: string;
  readonly containerEntry: string;
  readonly apiModule: string;
}

export function apiFolder(folder: string): ApiFolder {
  const root = resolve(folder);
  const source = (name: string) => join(root, "src", name);
  return {
    root,
    lambdaEntry: source("lambda.ts"),
    containerEntry: source("container.ts"),
    apiModule: source("api.ts"),
  };
}

/** Loads the API that `src/api.ts` exports as `api`. */
export async function loadApi({ apiModule }: Pick<ApiFolder, "apiModule">): Promise<Api> {
  const { api } = (await import(pathToFileURL(apiModule).href)) as { readonly api?: Api };
  if (!api) throw new Error(`${apiModule} must export api: export const api = defineApi({ ... })`);
  return api;
}

/** The path of the endpoint whose role is `health`. @throws Error where there is none. */
export async function healthPath(api: Api): Promise<string> {
  const health = (await loadRoutes(api)).find(({ role }) => role === "health");
  if (!health)
    throw new Error('No endpoint has the role "health", which the container\'s health check calls');
  return health.path;
}
