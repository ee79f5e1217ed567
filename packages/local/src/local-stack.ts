/** How an API is run locally: what its owner says in `src/local.ts`, and what follows from the API where it says nothing. */
import { type ApiFolder, loadApi, loadEndpoints, loadExport } from "@lambda-express-api/build/api-folder.ts";
import type { Api, LocalCaller, LocalStack, Route } from "@lambda-express-api/kit";

export type LocalCallers = Readonly<Record<string, LocalCaller>>;

/** An API, and how it is run locally. */
export interface LocalApi {
  readonly folder: ApiFolder;
  readonly api: Api;
  readonly mappingKey: string | undefined;
  readonly callers: LocalCallers;
}

/**
 * Reads `src/local.ts`. The API itself is loaded only where that leaves the callers out.
 *
 * @throws ApiFolderError for a file that does not export what it must.
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
 * Loads an API with all of its endpoints, and how it is run locally.
 *
 * @throws ApiFolderError for a folder that holds no API, and for what cannot be loaded of it.
 */
export async function loadLocalApi(folder: ApiFolder): Promise<LocalApi> {
  const api = await loadApi(folder);
  await loadEndpoints(api);
  return { folder, api, ...(await readLocalStack(folder)) };
}

/** A caller in the group that opens the fewest endpoints, one in all groups, and one in none. */
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
