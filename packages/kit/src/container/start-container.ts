/** Runs an API in a container: one process, or `WEB_CONCURRENCY` of them that share the port. */
import cluster from "node:cluster";
import type { Express } from "express";
import type { Api } from "../api.ts";
import { ConfigError, loadConfig } from "../config.ts";
import { createLog } from "../log.ts";
import { release } from "../release.ts";
import { startServer } from "./server.ts";
import { startWorkers } from "./workers.ts";

/** What a container gets between SIGTERM and SIGKILL is 10 s with Docker and 30 s on Fargate. */
const DRAIN_MILLISECONDS = 9_500;

export interface ContainerOptions {
  /** Is given the app before its first request: `app.use(...)`. */
  readonly configure?: (app: Express) => void;
}

/**
 * Starts an API as a container's process, and stops it on SIGTERM. A mistake in the environment ends the process with exit
 * code 1, and one sentence on stderr for each.
 */
export async function startContainer(api: Api, { configure }: ContainerOptions = {}): Promise<void> {
  const log = createLog();
  try {
    const config = loadConfig(process.env, { runtime: "CONTAINERIZED", settings: api.settings });
    if (!config.jwt.verifyExpiration)
      log.warn("JWT_VERIFY_TOKEN_EXPIRATION is off: expired tokens are accepted");
    if (cluster.isPrimary && config.workers > 1) return startWorkers(config.workers, log);

    const write = (line: string) => process.stdout.write(line);
    const starting = startServer(api, { config, log, write, configure });
    let stopping = false;
    const stop = async (signal: NodeJS.Signals) => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info("stopping", { signal, pid: process.pid });
      const { wasForced } = await (await starting).stop(DRAIN_MILLISECONDS);
      process.exit(wasForced ? 1 : 0);
    };
    // Before it says that it listens: whatever reads that may ask it to stop.
    process.on("SIGTERM", stop);
    // Ctrl-C reaches the whole process group: a worker waits for what its primary says.
    process.on("SIGINT", cluster.isWorker ? () => {} : stop);
    // The primary takes the port away before its signal comes: with nothing in flight a worker would be gone by then.
    if (cluster.isWorker) process.once("disconnect", () => setTimeout(() => {}, DRAIN_MILLISECONDS));
    log.info("listening", { url: (await starting).url, pid: process.pid, ...release(api) });
  } catch (error) {
    // A mistake in the environment is told in words; a stack would only bury them.
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else log.error("cannot start", { error });
    process.exit(1);
  }
}
