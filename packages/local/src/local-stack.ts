/** How an API runs locally: the owner's `src/local.ts`, with defaults derived from the API. */
import { type ApiFolder, loadApi, loadEndpoints, loadExport } from "@lambda-express-api/build/api-folder.ts";
import type { Api, LocalCaller, LocalStack, Route } from "@lambda-express-api/kit";

export type LocalCallers = Readonly<Record<string, LocalCaller>>;

/** An API, and how it runs locally. */
export interface LocalApi {
  readonly folder: ApiFolder;
  readonly api: Api;
  readonly mappingKey: string | undefined;
  readonly callers: LocalCallers;
}

/**
 * Reads `src/local.ts`. Loads the API only if that file names no callers.
 *
 * @throws ApiFolderError if the file does not export `local`.
 */
export async function readLocalStack(folder: ApiFolder): Promise<Omit<LocalApi, "folder" | "api">> {
  const local = await loadExport<LocalStack>(folder.localModule, "local", '{ mappingKey: "shop" }');
  return {
    mappingKey: local?.mappingKey,
    callers:
      local?.callers ?? callersOf((await loadEndpoints(await loadApi(folder))).map(({ access }) => access)),
  };
}

/**
 * Loads an API with all its endpoints, and how it runs locally.
 *
 * @throws ApiFolderError if the folder has no API, or a file of it cannot be loaded.
 */
export async function loadLocalApi(folder: ApiFolder): Promise<LocalApi> {
  const api = await loadApi(folder);
  await loadEndpoints(api);
  return { folder, api, ...(await readLocalStack(folder)) };
}

/** Three callers: one in the group that the fewest endpoints accept, one in all groups, and one in no group. */
function callersOf(rules: readonly Route["access"][]): LocalCallers {
  const endpointsOf = new Map<string, number>();
  for (const group of rules.flatMap((rule) => (rule.type === "authenticated" ? rule.groups : [])))
    endpointsOf.set(group, (endpointsOf.get(group) ?? 0) + 1);
  const groups = [...endpointsOf].sort(([, a], [, b]) => a - b).map(([group]) => group);
  const caller = (name: string, groups: readonly string[]): LocalCaller => ({
    email: `${name}@example.com`,
    password: "not-secret",
    displayName: name,
    groups,
  });
  return {
    user: caller("user", groups.slice(0, 1)),
    admin: caller("admin", groups),
    nobody: caller("nobody", []),
  };
}
