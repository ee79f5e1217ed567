// Reads the local gateway's configuration from the resources of a synthesised deployment.

import type { ApiMapping, HttpApi, JwtAuthorizer, Route } from "@lambda-express-api/gateway";
import { type Graph, type Inputs, plain, type Resource } from "@lambda-express-api/infra/testing/graph.ts";

export interface DeployedApi {
  readonly api: HttpApi;
  /** The function behind the integration. */
  readonly lambda: {
    readonly name: string;
    /** For example `bundle.handler`. */
    readonly handler: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly memoryMegabytes: number;
    readonly timeoutSeconds: number;
  };
}

/**
 * Reads the one API of a graph.
 *
 * @throws Error for a route without an integration, an integration without an alias, an alias without a function, or a
 * gateway that may not invoke the function.
 */
export function deployedApi(graph: Graph): DeployedApi {
  const all = (type: string) =>
    graph.resources.filter((resource) => resource.type === type).map(withoutMarks);
  const one = (type: string, is: (inputs: Inputs, id: string) => boolean = () => true) => {
    const [found, ...more] = all(type).filter(({ inputs, name }) => is(inputs, name));
    if (!found || more.length > 0)
      throw new Error(`Expected one ${type}, and found ${found ? more.length + 1 : 0}`);
    return found;
  };

  const api = one("aws:apigatewayv2/api:Api");
  const ofApi = ({ inputs }: Resource) => inputs.apiId === api.name;
  const stage = one("aws:apigatewayv2/stage:Stage", ({ apiId }) => apiId === api.name);
  const routes = all("aws:apigatewayv2/route:Route").filter(ofApi);
  const integration = one("aws:apigatewayv2/integration:Integration", (_, id) =>
    routes.every(({ inputs }) => inputs.target === `integrations/${id}`),
  );
  const alias = one("aws:lambda/alias:Alias", ({ functionName, name }) =>
    String(integration.inputs.integrationUri).endsWith(`:function:${functionName}:${name}/invocations`),
  );
  const lambda = one("aws:lambda/function:Function", ({ name }) => name === alias.inputs.functionName);
  one(
    "aws:lambda/permission:Permission",
    ({ function: name, qualifier, principal, sourceArn }) =>
      name === lambda.inputs.name &&
      qualifier === alias.inputs.name &&
      principal === "apigateway.amazonaws.com" &&
      String(sourceArn).endsWith(`:${api.name}/${stage.inputs.name}/*`),
  );
  const domainNames = new Map(
    all("aws:apigatewayv2/domainName:DomainName").map(({ name, inputs }) => [name, inputs.domainName]),
  );

  return {
    api: {
      routes: routes.map(({ inputs }) => pick(inputs, ROUTE) as unknown as Route),
      authorizers: Object.fromEntries(
        all("aws:apigatewayv2/authorizer:Authorizer")
          .filter(ofApi)
          .map(({ name, inputs }) => [name, authorizerOf(inputs)]),
      ),
      integration: pick(integration.inputs, [
        "payloadFormatVersion",
        "timeoutMilliseconds",
      ]) as unknown as HttpApi["integration"],
      stages: [stageOf(stage.inputs)],
      corsConfiguration: api.inputs.corsConfiguration as NonNullable<HttpApi["corsConfiguration"]>,
      disableExecuteApiEndpoint: api.inputs.disableExecuteApiEndpoint === true,
      apiMappings: all("aws:apigatewayv2/apiMapping:ApiMapping")
        .filter(ofApi)
        .map(
          ({ inputs }) =>
            ({
              ...pick(inputs, ["apiMappingKey", "stage"]),
              // In an account, the id of a domain is its name.
              domainName: domainNames.get(String(inputs.domainName)) ?? inputs.domainName,
            }) as unknown as ApiMapping,
        ),
    },
    lambda: {
      name: String(lambda.inputs.name),
      handler: String(lambda.inputs.handler),
      environment: (lambda.inputs.environment as Inputs).variables as Record<string, string>,
      memoryMegabytes: Number(lambda.inputs.memorySize),
      timeoutSeconds: Number(lambda.inputs.timeout),
    },
  };
}

const ROUTE = ["routeKey", "operationName", "authorizationType", "authorizerId", "authorizationScopes"];

function authorizerOf({ identitySources, jwtConfiguration }: Inputs): JwtAuthorizer {
  const { issuer, audiences } = jwtConfiguration as { issuer: string; audiences: string[] };
  const [identitySource = ""] = identitySources as string[];
  return { identitySource, jwtConfiguration: { issuer, audience: audiences } };
}

function stageOf({ name, accessLogSettings, defaultRouteSettings, routeSettings }: Inputs) {
  const limits = routeSettings as {
    routeKey: string;
    throttlingRateLimit: number;
    throttlingBurstLimit: number;
  }[];
  return {
    stageName: String(name),
    accessLogSettings: { format: String((accessLogSettings as Inputs).format) },
    defaultRouteSettings: defaultRouteSettings as {
      throttlingRateLimit: number;
      throttlingBurstLimit: number;
    },
    routeSettings: Object.fromEntries(limits.map(({ routeKey, ...settings }) => [routeKey, settings])),
  };
}

function pick(inputs: Inputs, names: readonly string[]): Inputs {
  return Object.fromEntries(names.flatMap((name) => (name in inputs ? [[name, inputs[name] ?? null]] : [])));
}

function withoutMarks(resource: Resource): Resource {
  return { ...resource, inputs: plain(resource.inputs) as Inputs };
}
