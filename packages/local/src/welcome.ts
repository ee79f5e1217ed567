// The text that `npm start` prints when everything runs. A test executes its curl lines.

import { type LocalCaller, publicPath, type Route } from "@lambda-express-api/kit";
import { curl, curlForProvidersToken, curlForToken } from "./curl.ts";
import type { LocalIdentity } from "./identity/local-identity.ts";
import { LOCAL_AWS_CALLER, LOCAL_REGION } from "./local-aws-caller.ts";
import type { LocalCallers } from "./local-stack.ts";
import { DEFAULT_PORT } from "./options.ts";
import type { Runtime } from "./runtimes/runtime.ts";

export interface WelcomeOptions {
  readonly runtime: Pick<Runtime, "name" | "baseUrl" | "inspectorUrl">;
  readonly identity: Pick<LocalIdentity, "name" | "url" | "signInRequest">;
  readonly callers: LocalCallers;
  /** The endpoints that are on. */
  readonly routes: readonly Route[];
  /** The command that runs the demo, if the API has one. */
  readonly demoCommand: string | undefined;
  readonly reload: boolean;
  readonly startSeconds: number;
}

export function welcome(options: WelcomeOptions): string {
  const { runtime, identity, callers, demoCommand, reload, startSeconds } = options;
  const { name, baseUrl, inspectorUrl } = runtime;
  return [
    `\nReady in ${startSeconds.toFixed(1)} s`,
    [
      `  API       ${baseUrl} (RUNTIME=${name}${reload ? ", reloads when you save a file" : ""})`,
      ...docsLines(options),
      ...(inspectorUrl ? [`  Inspector ${inspectorUrl} (shows the gateway's latest requests)`] : []),
      `  Identity  ${identity.url} (${identity.name}, in memory)`,
    ].join("\n"),
    ...section("Callers", callerLines(Object.values(callers))),
    ...section("AWS caller for endpoints with iam(...)", awsCallerLines(options)),
    ...section("Try", callLines(options)),
    [
      ...(demoCommand ? [`Run the demo: ${demoCommand}`] : []),
      ...logsLine(inspectorUrl),
      "To stop, press Ctrl-C.\n",
    ].join("\n"),
  ].join("\n\n");
}

/** The command expects the inspector on the port after `--port`; the inspector may have another one than the API's next. */
function logsLine(inspectorUrl: string | undefined): readonly string[] {
  if (inspectorUrl === undefined) return [];
  const port = Number(new URL(inspectorUrl).port) - 1;
  const option = String(port) === DEFAULT_PORT ? "" : ` --port ${port}`;
  return [`To see a request's log and trace, use the ID in its response: npm run logs -- ID${option}`];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? [[title, ...lines.map((line) => `  ${line}`)].join("\n")] : [];
}

function callerLines(callers: readonly LocalCaller[]): readonly string[] {
  const width = Math.max(...callers.map(({ email }) => email.length));
  return callers.map(
    ({ email, password, groups }) =>
      `${email.padEnd(width)}  password ${password}  ${groups.join(", ") || "no group"}`,
  );
}

/** Only a gateway verifies signatures. */
function awsCallerLines({ routes, runtime: { name } }: WelcomeOptions): readonly string[] {
  if (name !== "LAMBDA" || !routes.some(({ access }) => access.type === "iam")) return [];
  const { accessKeyId, secretAccessKey, userArn } = LOCAL_AWS_CALLER;
  return [
    `export AWS_REGION=${LOCAL_REGION} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}  # ${userArn}`,
  ];
}

/** The root is a page only if the API has docs pages. */
function docsLines({ routes, runtime: { baseUrl } }: WelcomeOptions): readonly string[] {
  const urlOf = (operationId: string) => {
    const route = routes.find((route) => route.role === "docs" && route.operationId === operationId);
    return route && baseUrl + publicPath(route.path);
  };
  const [root, swagger, redoc] = [urlOf("getRoot"), urlOf("getDocs"), urlOf("getRedoc")];
  const pages = [
    ...(swagger ? [`  Docs      ${swagger} (Swagger UI)`] : []),
    ...(redoc ? [`  ReDoc     ${redoc}`] : []),
  ];
  if (pages.length === 0) return [];
  return [...(root ? [`  Page      ${root}`] : []), ...pages];
}

/** The health check, a sign-in, and an endpoint for each of two callers. */
function callLines({ routes, callers, identity, runtime: { baseUrl } }: WelcomeOptions): readonly string[] {
  const urlOf = ({ path }: Route) => baseUrl + publicPath(path);
  const health = routes.find(({ role }) => role === "health");
  const token = routes.find(({ role }) => role === "token");
  const [firstCaller] = Object.values(callers);
  const bearerOf = (caller: LocalCaller) =>
    token ? curlForToken(urlOf(token), caller) : curlForProvidersToken(identity.signInRequest(caller));
  return [
    ...(health ? [curl({ url: urlOf(health) })] : []),
    ...(token && firstCaller ? [curl({ url: urlOf(token), credentials: firstCaller })] : []),
    ...callableRoutes(routes, Object.values(callers))
      .slice(0, 2)
      .map(([route, caller]) => curl({ url: urlOf(route), bearer: bearerOf(caller) })),
  ];
}

/** For each caller, a different endpoint that needs only its token. */
function callableRoutes(
  routes: readonly Route[],
  callers: readonly LocalCaller[],
): readonly [Route, LocalCaller][] {
  const left = new Set(
    routes.filter(({ method, path, request }) => method === "GET" && !path.includes("{") && !request),
  );
  return callers.flatMap((caller) => {
    const route = [...left].find(({ access }) => isAllowed(access, caller));
    if (!route) return [];
    left.delete(route);
    return [[route, caller]];
  });
}

/** Tokens of the local identity provider have no scopes. */
function isAllowed(access: Route["access"], { groups }: LocalCaller): boolean {
  if (access.type !== "authenticated" || access.scopes.length > 0) return false;
  return access.groups.length === 0 || access.groups.some((group) => groups.includes(group));
}
