// Finds the API and stage of a request, from its host and path (docs/behaviour.md §1.5, §3.1 step 1 and
// §6.2).

import { gatewayErrors, RefusedError } from "./gateway-error.ts";
import { type ApiMapping, apiIdOf, type HttpApi, type Stage } from "./http-api.ts";
import type { Switches } from "./switches.ts";

export interface Endpoint<Api> {
  api: Api;
  stage: Stage;
  /**
   * The path that routes are matched against: without stage and mapping key, and empty if nothing else is
   * left.
   */
  routePath: string;
  /** `rawPath` and `requestContext.http.path`. */
  eventPath: string;
  /** `$context.customDomain.basePathMatched`: the mapping key. */
  basePathMatched?: string;
}

/** `path` is decoded. Throws RefusedError if nothing is served there. */
export type EndpointResolver<Api> = (domainName: string, path: string) => Endpoint<Api>;

interface ResolvedMapping<Api> {
  key: string;
  stage: Stage;
  api: Api;
}

export function createEndpointResolver<Api extends { description: HttpApi }>(
  apis: readonly Api[],
  switches: Pick<Switches, "stageInCustomDomainPath" | "mappingMiss">,
): EndpointResolver<Api> {
  const mappingsByDomain = new Map<string, ResolvedMapping<Api>[]>();
  for (const api of apis) {
    for (const mapping of api.description.apiMappings ?? []) {
      const domain = mapping.domainName.toLowerCase();
      const resolved = {
        key: mapping.apiMappingKey ?? "",
        stage: mappedStage(api.description, mapping),
        api,
      };
      mappingsByDomain.set(domain, [...(mappingsByDomain.get(domain) ?? []), resolved]);
    }
  }
  for (const mappings of mappingsByDomain.values()) mappings.sort((a, b) => b.key.length - a.key.length);

  return (domainName, path) => {
    const mappings = mappingsByDomain.get(domainName);
    return mappings ? customDomain(mappings, path) : executeApi(domainName, path);
  };

  function customDomain(mappings: readonly ResolvedMapping<Api>[], path: string): Endpoint<Api> {
    for (const { key, stage, api } of mappings) {
      const routePath = key === "" ? path : withoutPrefix(path, `/${key}`);
      if (routePath === undefined) continue;
      const keepsStage = stage.stageName !== "$default" && switches.stageInCustomDomainPath === "kept";
      const eventPath = keepsStage ? `/${stage.stageName}${routePath}` : routePath || "/";
      const endpoint = { api, stage, routePath, eventPath };
      return key === "" ? endpoint : { ...endpoint, basePathMatched: key };
    }
    throw new RefusedError(switches.mappingMiss === 404 ? gatewayErrors.notFound : gatewayErrors.forbidden);
  }

  function executeApi(domainName: string, path: string): Endpoint<Api> {
    const [label] = domainName.split(".");
    const api = apis.length === 1 ? apis[0] : apis.find(({ description }) => apiIdOf(description) === label);
    if (!api || api.description.disableExecuteApiEndpoint) throw new RefusedError(gatewayErrors.forbidden);
    for (const stage of api.description.stages) {
      const routePath =
        stage.stageName === "$default" ? undefined : withoutPrefix(path, `/${stage.stageName}`);
      if (routePath !== undefined) return { api, stage, routePath: routePath || "/", eventPath: path };
    }
    const stage = api.description.stages.find(({ stageName }) => stageName === "$default");
    if (!stage) throw new RefusedError(gatewayErrors.notFound);
    return { api, stage, routePath: path, eventPath: path };
  }
}

/** Removes the prefix on a segment boundary: `/expressfoo` does not have the prefix `/express`. */
function withoutPrefix(path: string, prefix: string): string | undefined {
  if (path === prefix) return "";
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

function mappedStage(api: HttpApi, mapping: ApiMapping): Stage {
  const stage = api.stages.find(({ stageName }) => stageName === mapping.stage);
  if (!stage) throw new TypeError(`No stage ${mapping.stage}`);
  return stage;
}
