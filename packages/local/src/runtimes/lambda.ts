// The API in its Lambda runtime behind the local API Gateway: same handler, same routes, same path.

import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { mistakeIn } from "@lambda-express-api/build/api-folder.ts";
import {
  createGateway,
  createInspector,
  type HttpApi,
  type Inspector,
  runInWorkers,
  type WorkersFunction,
} from "@lambda-express-api/gateway";
import { watchDirectory } from "@lambda-express-api/gateway/lambda/watch-directory.ts";
import type { HttpApiPlan } from "@lambda-express-api/infra/plan.ts";
import { settingsTable } from "@lambda-express-api/infra/settings.ts";
import type { Config } from "@lambda-express-api/kit/config.ts";
import { PlainError } from "../command.ts";
import type { LocalIdentity } from "../identity/local-identity.ts";
import { LOCAL_AWS_CALLER, LOCAL_REGION } from "../local-aws-caller.ts";
import type { LocalApi } from "../local-stack.ts";
import { apiEnvironment, readConfig } from "./api-environment.ts";
import { createGatewaySpans } from "./gateway-spans.ts";
import type { PlanRequest } from "./plan-worker.ts";
import type { Runtime, RuntimeOptions } from "./runtime.ts";

const STAGE = "mvp";
/** Stands for a custom domain. */
const DOMAIN = "localhost";

/** Each instance is a thread; further requests wait for a free one. AWS's default limit is a thousand. */
const INSTANCES = 50;

/** TypeScript in this repository, JavaScript in the published package. */
const planModule = new URL(`./plan-worker${extname(import.meta.url)}`, import.meta.url);

/** With `reload`, each save starts new instances and renews the gateway's routes. */
export async function startLambda({
  local,
  identity,
  port,
  reload = false,
  print,
}: RuntimeOptions): Promise<Runtime> {
  const { folder, api, mappingKey } = local;
  const environment = {
    ...apiEnvironment(local, identity),
    RUNTIME: "LAMBDA",
    AWS_API_GW_STAGE_NAME: STAGE,
    ...(mappingKey !== undefined && { AWS_API_GW_MAPPING_KEY: mappingKey }),
  };
  const config = readConfig(environment, "LAMBDA", api);
  const handler = runInWorkers({
    file: folder.lambdaEntry,
    functionName: api.name,
    maximumInstances: INSTANCES,
    environment,
    log: print,
    ...(reload && { watch: [folder.source] }),
  });
  const [description, sendSpans] = await Promise.all([
    describeApi(local, identity, config),
    createGatewaySpans(api, config, print),
    prepare(handler, folder.lambdaEntry),
  ]).catch(async (error) => {
    await handler.close();
    throw error;
  });
  const inspector = createInspector();
  const gateway = createGateway({
    api: description,
    function: handler,
    // Makes links and curl lines start with http.
    switches: { forwardedHeaders: "listener" },
    log: print,
    tracing: sendSpans !== undefined,
    inspector: {
      record(exchange) {
        inspector.record(exchange);
        sendSpans?.(exchange);
      },
    },
  });
  await gateway.listen(port);
  await listenBeside(inspector, port);
  const update = async () => gateway.update(await describeApi(local, identity, config));
  const watcher = reload && watchRoutes(folder.source, update, print);

  return {
    name: "LAMBDA",
    baseUrl: localUrl(new URL(gateway.url).port, mappingKey),
    features: config.features,
    inspectorUrl: inspector.url,
    died: new Promise(() => undefined),
    async close() {
      if (watcher) watcher.close();
      await inspector.close();
      await gateway.close();
      await handler.close();
    },
  };
}

/** @throws PlainError if the handler cannot be loaded, before a caller gets a 500. */
async function prepare(handler: WorkersFunction, entry: string): Promise<void> {
  const outcome = await handler.prepare();
  if (outcome.outcome !== "failed") return;
  const { errorMessage: message, stackTrace = [] } = outcome;
  throw new PlainError(`${entry} cannot be loaded: ${mistakeIn({ message, stack: stackTrace.join("\n") })}`);
}

/** The API's base URL behind the local gateway. */
export function localUrl(port: string, mappingKey: string | undefined): string {
  return `http://${DOMAIN}:${port}${mappingKey === undefined ? "" : `/${mappingKey}`}`;
}

/** Uses the next port, so that bookmarks keep working, or any free one if that is taken. */
async function listenBeside(inspector: Inspector, port: number): Promise<void> {
  await inspector.listen(port === 0 ? 0 : port + 1).catch(() => inspector.listen(0));
}

/** The plan, with the local gateway's additions: the address of the keys, and the stand-in for a custom domain. */
async function describeApi(
  { folder: { apiModule }, mappingKey }: LocalApi,
  identity: LocalIdentity,
  { jwt, features, ...config }: Config,
): Promise<HttpApi> {
  const routesPerApi = settingsTable.ROUTES_PER_API.parse(process.env.ROUTES_PER_API ?? "");
  const { authorizers, ...plan } = await planInWorker({
    apiModule,
    features,
    settings: {
      stageName: STAGE,
      jwtAuthorizer: { issuer: jwt.issuer, audiences: jwt.audiences },
      corsAllowOrigins: config.corsAllowOrigins,
      corsAllowHeaders: config.corsAllowHeaders,
      corsExposeHeaders: config.corsExposeHeaders,
      corsAllowCredentials: config.corsAllowCredentials,
      ...(routesPerApi !== undefined && { routesPerApi }),
      accessLogSubject: config.accessLogSubject,
    },
  });
  return {
    ...plan,
    region: LOCAL_REGION,
    awsCallers: [LOCAL_AWS_CALLER],
    authorizers: Object.fromEntries(
      Object.entries(authorizers).map(([id, authorizer]) => [
        id,
        { ...authorizer, jwksUri: identity.jwksUri },
      ]),
    ),
    apiMappings: [
      { domainName: DOMAIN, stage: STAGE, ...(mappingKey !== undefined && { apiMappingKey: mappingKey }) },
    ],
  };
}

/** In a separate thread, because a thread loads each module only once. */
function planInWorker(request: PlanRequest): Promise<HttpApiPlan> {
  const worker = new Worker(planModule, { workerData: request });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", (error) => reject(new PlainError(mistakeIn(error), { cause: error })));
  });
}

function watchRoutes(folder: string, update: () => Promise<void>, print: (line: string) => void) {
  const onSave = () =>
    void update().then(
      () => print("Reloaded."),
      (error) => print(`${error instanceof Error ? error.message : error}\nSave a file to try again.`),
    );
  return watchDirectory(folder, onSave, { ignore: isTest });
}

function isTest(file: string): boolean {
  return file.endsWith(".test.ts");
}
