// The API in its Lambda runtime behind the local API Gateway: the same handler, the same plan of routes, the same path.

import { Worker } from "node:worker_threads";
import { type Config, ConfigError, loadConfig } from "@lambda-express-api/api/config.ts";
import {
  createGateway,
  createInspector,
  type HttpApi,
  type Inspector,
  runInWorkers,
} from "@lambda-express-api/gateway";
import { watchDirectory } from "@lambda-express-api/gateway/lambda/watch-directory.ts";
import type { HttpApiPlan } from "@lambda-express-api/infra/plan.ts";
import { PlainError } from "../command.ts";
import type { LocalIdentity } from "../identity/local-identity.ts";
import { apiEnvironment } from "./api-environment.ts";
import type { PlanRequest } from "./plan-worker.ts";
import type { Runtime } from "./runtime.ts";

const STAGE = "mvp";
const MAPPING_KEY = "express";
/** The host under which the mapping key counts, as a custom domain's would. */
const DOMAIN = "localhost";

/** In the cloud there are a thousand; here each instance is a thread of this machine, and further requests wait for one. */
const INSTANCES = 50;

export interface LambdaOptions {
  identity: LocalIdentity;
  /** 0 is any free port. */
  port: number;
  entry: string;
  /** A folder; a save below it gives new events to new instances, and the gateway its routes anew. */
  reloadOn?: string | undefined;
  print: (line: string) => void;
}

export async function startLambda({
  identity,
  port,
  entry,
  reloadOn,
  print,
}: LambdaOptions): Promise<Runtime> {
  const environment = {
    ...apiEnvironment(identity),
    RUNTIME: "LAMBDA",
    AWS_API_GW_STAGE_NAME: STAGE,
    AWS_API_GW_MAPPING_KEY: MAPPING_KEY,
  };
  const config = readConfig(environment);
  const handler = runInWorkers({
    file: entry,
    functionName: "lambda-express-api",
    maximumInstances: INSTANCES,
    environment,
    log: print,
    ...(reloadOn && { watch: [reloadOn] }),
  });
  const inspector = createInspector();
  const gateway = createGateway({
    api: await describeApi(identity, config),
    function: handler,
    // So that links and curl lines say http, and not the cloud's https.
    switches: { forwardedHeaders: "listener" },
    log: print,
    inspector,
  });
  await gateway.listen(port);
  await listenBeside(inspector, port);
  const watcher =
    reloadOn && watchRoutes(reloadOn, async () => gateway.update(await describeApi(identity, config)), print);

  return {
    name: "LAMBDA",
    baseUrl: `http://${DOMAIN}:${new URL(gateway.url).port}/${MAPPING_KEY}`,
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

/** The function would say the same, but only when it is called. */
function readConfig(environment: Readonly<Record<string, string>>): Config {
  try {
    return loadConfig(environment, "LAMBDA");
  } catch (error) {
    throw error instanceof ConfigError ? new PlainError(error.message) : error;
  }
}

/** On the next port, where a bookmark finds it again; on any free one if that is taken. */
async function listenBeside(inspector: Inspector, port: number): Promise<void> {
  await inspector.listen(port === 0 ? 0 : port + 1).catch(() => inspector.listen(0));
}

/** The plan, with what only a local gateway needs: where the keys are, and the domain that stands for a custom one. */
async function describeApi(identity: LocalIdentity, config: Config): Promise<HttpApi> {
  const { authorizers, ...plan } = await planInWorker({
    stageName: STAGE,
    jwtAuthorizer: { issuer: config.jwt.issuer, audiences: config.jwt.audiences },
    corsAllowOrigins: config.corsAllowOrigins,
    features: config.features,
  });
  return {
    ...plan,
    authorizers: Object.fromEntries(
      Object.entries(authorizers).map(([id, authorizer]) => [
        id,
        { ...authorizer, jwksUri: identity.jwksUri },
      ]),
    ),
    apiMappings: [{ domainName: DOMAIN, apiMappingKey: MAPPING_KEY, stage: STAGE }],
  };
}

/** In a thread of its own, because a module that has been loaded once is never read again. */
function planInWorker(settings: PlanRequest): Promise<HttpApiPlan> {
  const worker = new Worker(new URL("./plan-worker.ts", import.meta.url), { workerData: settings });
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
}

function watchRoutes(folder: string, update: () => Promise<void>, print: (line: string) => void) {
  const onSave = () =>
    void update().then(
      () => print("Reloaded."),
      (error) => print(`${error instanceof Error ? error.message : error}\nWaiting for the next save.`),
    );
  return watchDirectory(folder, onSave, { ignore: isTest });
}

function isTest(file: string): boolean {
  return file.endsWith(".test.ts");
}
