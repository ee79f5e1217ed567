/** Finds faults in an API's deployment, whatever else its program creates. Each fault is a sentence. */
import { publicPath, routeKey } from "@lambda-express-api/kit/request/request-path.ts";
import { type Access, describeAccess } from "@lambda-express-api/kit/route/access.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { ALIAS_NAME } from "../names.ts";
import type { Settings } from "../settings.ts";
import { type Graph, type Inputs, masked, plain, type Resource } from "./graph.ts";
import { all, invokers, statements } from "./view.ts";

/** A `LambdaApi` in a graph. */
export interface DeployedApi {
  readonly name: string;
  readonly apiId: string;
  readonly functionName: string;
}

const COMPONENT = "lambda-express-api:infra:LambdaApi";

/**
 * Finds the components that serve an API.
 *
 * @throws Error if no `LambdaApi` has the name.
 */
export function deployedApis(graph: Graph, names: readonly string[]): readonly DeployedApi[] {
  return names.map((name) => {
    const component = graph.resources.find(
      (resource) => resource.type === COMPONENT && resource.name === name,
    );
    const child = (type: string) => all(graph, type).find(({ parent }) => parent === component?.urn);
    const httpApi = child("aws:apigatewayv2/api:Api");
    const alias = child("aws:lambda/alias:Alias");
    if (!httpApi || !alias)
      throw new Error(
        `There is no LambdaApi ${name}; name those of the program: deploymentSuite({ apis: [...] })`,
      );
    return { name, apiId: httpApi.name, functionName: String(alias.inputs.functionName) };
  });
}

/** Every endpoint has one route with its access rule, and every route belongs to an endpoint. */
export function routeFaults(
  graph: Graph,
  apis: readonly DeployedApi[],
  routes: readonly Route[],
  { jwtAuthorizer }: Pick<Settings, "jwtAuthorizer">,
): string[] {
  const authorizers = all(graph, "aws:apigatewayv2/authorizer:Authorizer");
  const doors = all(graph, "aws:apigatewayv2/route:Route")
    .filter(({ inputs }) => apis.some(({ apiId }) => apiId === inputs.apiId))
    .map(({ inputs }) => ({ key: String(inputs.routeKey), authorization: authorizationOf(inputs) }));
  const expected = routes.flatMap(expectedDoors);

  return [
    ...expected.flatMap(({ key, authorization, rule }) => {
      const found = doors.filter((door) => door.key === key);
      if (found.length !== 1) return [`${key} has ${found.length} routes at the gateway instead of one`];
      return found[0]?.authorization === authorization
        ? []
        : [`${key} is for ${rule}, but its route has the authorization ${found[0]?.authorization}`];
    }),
    ...doors
      .filter(({ key }) => !expected.some((other) => other.key === key))
      .map(({ key }) => `${key} is a route at the gateway without an endpoint`),
  ];

  function authorizationOf({ apiId, authorizationType, authorizerId, authorizationScopes }: Inputs): string {
    if (authorizationType !== "JWT") return String(authorizationType ?? "NONE");
    const { issuer, audiences } = (authorizers.find(
      ({ name, inputs }) => name === authorizerId && inputs.apiId === apiId,
    )?.inputs.jwtConfiguration ?? {}) as Inputs;
    return jwt(issuer, audiences, authorizationScopes ?? []);
  }

  function authorizationFor(access: Access): string {
    // An HTTP API does not know API keys, so the function checks them.
    if (access.type === "public" || access.type === "apiKey") return "NONE";
    if (access.type === "iam") return "AWS_IAM";
    return jwt(jwtAuthorizer.issuer, jwtAuthorizer.audiences, access.scopes);
  }

  /** An `ANY` route leaves preflights to the gateway's CORS; a GET may have a route for HEAD too. */
  function expectedDoors({ method, path, access, head, only }: Route) {
    if (only === "container") return [];
    const rule = describeAccess(access);
    const authorization = authorizationFor(access);
    const door = { key: routeKey(method, path), authorization, rule };
    const preflights = { key: `OPTIONS ${publicPath(path)}`, authorization: "NONE", rule: "preflights" };
    const key = routeKey("HEAD", path);
    const isOwn = routes.some((other) => routeKey(other.method, other.path) === key);
    if (method === "ANY") return [door, preflights];
    return head && !isOwn ? [door, { ...door, key }] : [door];
  }
}

function jwt(issuer: unknown, audiences: unknown, scopes: unknown): string {
  return `JWT ${JSON.stringify({ issuer, audiences, scopes })}`;
}

/** The API's functions are invoked only through the alias that a release moves, and have no function URL. */
export function invocationFaults(graph: Graph, apis: readonly DeployedApi[]): string[] {
  const mapped = all(graph, "aws:lambda/eventSourceMapping:EventSourceMapping").map(
    ({ name, inputs }) => `${name} -> ${inputs.functionName}`,
  );
  const integrated = all(graph, "aws:apigatewayv2/integration:Integration").map(
    ({ name, inputs }) => `${name} -> ${String(inputs.integrationUri).replace(/\/invocations$/, "")}`,
  );
  const invocations = [...invokers(graph), ...mapped, ...integrated];
  const urls = all(graph, "aws:lambda/functionUrl:FunctionUrl");

  return apis.flatMap(({ functionName }) => {
    const isThis = (target: string) => target.split(":function:").at(-1)?.split(":")[0] === functionName;
    return [
      ...invocations
        .filter((line) => isThis(targetOf(line)) && !line.endsWith(`${functionName}:${ALIAS_NAME}`))
        .map((line) => `${functionName} is invoked without its alias ${ALIAS_NAME}: ${line}`),
      ...urls
        .filter(({ inputs }) => isThis(String(inputs.functionName)))
        .map(({ name }) => `${name} is a URL of ${functionName} without an authorizer`),
    ];
  });
}

function targetOf(line: string): string {
  return line.split(" -> ").at(-1) ?? "";
}

/**
 * All rights of each function except writing its own log, by the name of its log: `Api`, or `CleanUp` for a job `clean-up`,
 * whose functions have one log.
 * Resources have their names in the program: `dynamodb:GetItem,dynamodb:PutItem on table/OrdersTable`.
 */
export function rightsOf(graph: Graph): Readonly<Record<string, readonly string[]>> {
  const names = new Map(graph.resources.map(({ name, inputs }) => [inputs.name, name]));
  const inProgram = (arn: string) =>
    arn
      .replace(/^arn:(?:[^:]*:){4}/, "")
      .split("/")
      .map((part) => names.get(part) ?? part)
      .join("/");
  const logOf = ({ inputs }: Resource) => String((inputs.loggingConfig as Inputs).logGroup);
  const byLog = Map.groupBy(all(graph, "aws:lambda/function:Function"), logOf);
  return Object.fromEntries(
    [...byLog].map(([logGroup, functions]) => [
      logGroup.split("-").at(-1),
      [...new Set(functions.flatMap((fn) => linesOf(fn, logGroup)))].sort(),
    ]),
  );

  function linesOf({ inputs }: Resource, logGroup: string): string[] {
    const role = all(graph, "aws:iam/role:Role").find(({ name }) => String(inputs.role).endsWith(`:${name}`));
    return statements(graph)
      .filter((statement) => statement.role === role?.inputs.name || statement.role === role?.name)
      .filter(({ resources }) => !resources.every((arn) => arn.endsWith(`:log-group:${logGroup}:*`)))
      .map(({ actions, resources }) => `${actions} on ${resources.map(inProgram)}`);
  }
}

/** A queue must not show a message again while its job may still be running: Lambda would refuse the mapping during the deployment. */
export function queueFaults(graph: Graph): string[] {
  const last = (arn: unknown) => String(arn).split(":").at(-1);
  return all(graph, "aws:lambda/eventSourceMapping:EventSourceMapping").flatMap(({ inputs }) => {
    const queue = all(graph, "aws:sqs/queue:Queue").find(
      ({ name, inputs: { name: nameAtAws } }) =>
        String(inputs.eventSourceArn).includes(":sqs:") &&
        [name, nameAtAws].includes(last(inputs.eventSourceArn) ?? ""),
    );
    const job = all(graph, "aws:lambda/function:Function").find(
      ({ inputs: { name } }) => name === String(inputs.functionName).split(":function:").at(-1),
    );
    const [visible, works] = [
      queue?.inputs.visibilityTimeoutSeconds ?? SQS_DEFAULT_SECONDS,
      job?.inputs.timeout,
    ];
    return queue && job && Number(visible) < Number(works)
      ? [
          `${queue.name} shows a message again after ${visible} s, but ${job.inputs.name} may work on it for ${works} s; give the queue visibilityTimeout: "${works} seconds" or more`,
        ]
      : [];
  });
}

/** SQS's default (API reference, CreateQueue, VisibilityTimeout). */
const SQS_DEFAULT_SECONDS = 30;

/** Shorter values would be found inside other words. */
const SHORTEST_SECRET = 8;

/** No secret setting's value is in clear text in a resource or in the deployment's output. */
export function secretFaults(graph: Graph, secrets: Readonly<Record<string, string>>): string[] {
  const texts = [
    ...graph.resources.map(({ name, inputs }) => [name, JSON.stringify(masked(inputs))] as const),
    ["the outputs", JSON.stringify([masked(graph.outputs), plain(graph.hints)])] as const,
  ];
  return Object.entries(secrets)
    .filter(([, value]) => value.length >= SHORTEST_SECRET)
    .flatMap(([secret, value]) =>
      texts
        .filter(([, text]) => text.includes(value))
        .map(([place]) => `${secret} is secret, but is in clear text in ${place}`),
    );
}
