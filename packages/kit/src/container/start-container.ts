/** Runs an API in a container: one process, or `WEB_CONCURRENCY` of them that share the port. */
import cluster from "node:cluster";
import type { Express } from "express";
import type { Api } from "../api.ts";
import { type Config, ConfigError, loadConfig, secretValues } from "../config.ts";
import { awsCallersEndpoints, enabledRoutes } from "../enabled-routes.ts";
import { createLog, type Log, withoutSecrets, writeToStdout } from "../log.ts";
import { release } from "../release.ts";
import { startServer } from "./server.ts";
import { createShutdown } from "./shutdown.ts";
import { startWorkers } from "./workers.ts";

export interface ContainerOptions {
  /** Receives the app before its first request: `app.use(...)`. */
  readonly configure?: (app: Express) => void;
}

/**
 * Starts an API as a container's process, and stops it on SIGTERM or on an unhandled error: requests in
 * flight are answered first. Mistakes in the environment end the process with exit code 1, and one sentence
 * on stderr for each.
 */
export function startContainer(api: Api, options: ContainerOptions = {}): void {
  void start(api, options);
}

async function start(api: Api, { configure }: ContainerOptions): Promise<void> {
  const write = withoutSecrets(writeToStdout, secretValues(process.env, api.settings));
  const log = createLog(write);
  try {
    const config = loadConfig(process.env, { runtime: "CONTAINERIZED", settings: api.settings });
    if (!config.jwt.verifyExpiration)
      log.warn("JWT_VERIFY_TOKEN_EXPIRATION is off: expired tokens are accepted");
    if (cluster.isPrimary && config.workers > 1) return startWorkers(config.workers, log);

    const starting = startServer(api, { config, log, write, configure });
    const shutdown = createShutdown({
      starting,
      delayMilliseconds: config.drainDelaySeconds * 1000,
      exit: (code) => process.exit(code),
    });
    const stop = (signal: NodeJS.Signals) => {
      log.info("stopping", { signal, pid: process.pid });
      void shutdown.stop();
    };
    // Before it reports that it listens: the reader of that line may stop it at once.
    process.on("SIGTERM", stop);
    // Ctrl-C reaches the whole process group: a worker waits for its primary.
    process.on("SIGINT", cluster.isWorker ? () => {} : stop);
    process.on("uncaughtException", (error, origin) => {
      log.error("an unhandled error ends the process", { error, origin, pid: process.pid });
      void shutdown.fail();
    });
    log.info("listening", { url: (await starting).url, pid: process.pid, ...release(api) });
    if (!cluster.isWorker || cluster.worker?.id === 1) await warnOfAwsCallers(api, config, log);
  } catch (error) {
    // A mistake in the environment is explained in sentences; a stack would bury them.
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else log.error("cannot start", { error });
    process.exit(1);
  }
}

/**
 * The route keys of endpoints for AWS callers. The build fills them in; otherwise the start would load every
 * endpoint.
 */
declare const AWS_CALLERS_ENDPOINTS: readonly string[] | undefined;

/** Only API Gateway verifies AWS signatures, so in a container these endpoints refuse every caller. */
async function warnOfAwsCallers(api: Api, { features }: Config, log: Log): Promise<void> {
  const endpoints =
    typeof AWS_CALLERS_ENDPOINTS === "undefined"
      ? // A file that cannot be loaded fails the requests that need it, but not the start.
        awsCallersEndpoints(await enabledRoutes(api, features).catch(() => []))
      : AWS_CALLERS_ENDPOINTS;
  if (endpoints.length > 0)
    log.warn("endpoints for AWS callers return 403 in a container: only API Gateway verifies signatures", {
      endpoints,
    });
}
