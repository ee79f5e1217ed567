// Runs a handler as Lambda does: one event at a time in an instance, more instances for concurrent events,
// module state that lasts between the events of one instance, a cold start for each new one. Where Lambda
// would start hundreds of instances, this machine has a few, and further events wait for one.

import { randomBytes, randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { objectWith, ofType } from "../check-kinds.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { type Instance, startInstance } from "./instance.ts";
import { createInstancePool, type Initialisation, type ReadyInstance } from "./instance-pool.ts";
import type { InstanceEvent } from "./instance-thread.ts";
import type { Invocation, LambdaFunction, Outcome } from "./lambda-function.ts";
import { watchDirectory } from "./watch-directory.ts";

export interface WorkersOptions {
  /** The file with the handler, TypeScript or JavaScript. */
  file: string;
  /** Default: `handler`. */
  exportName?: string;
  functionName?: string;
  environment?: Readonly<Record<string, string>>;
  /** Megabytes; the heap limit of an instance. Default: 1024. */
  memorySize?: number;
  /** Default: 29. */
  timeoutSeconds?: number;
  /** How many instances this machine runs at once; further events wait for one. Default: 10. */
  maximumInstances?: number;
  /** The function's limit in the cloud: events beyond it are throttled. Default: none. */
  reservedConcurrency?: number;
  /**
   * Directories; when something in them changes, new events go to new instances, and old ones end after their
   * event.
   */
  watch?: readonly string[];
  /** Where the function's output and START, END and REPORT lines go. Default: standard output. */
  log?: (line: string) => void;
}

/** The log lines kept for one event. */
const mostLines = 1_000;

const optionsKind = objectWith({ file: ofType("string", '"handler.ts"') }, '{ file: "handler.ts" }');

export interface WorkersFunction extends LambdaFunction {
  /**
   * Starts an instance before the first event, like provisioned concurrency. A `returned` outcome: it is
   * ready.
   */
  prepare(): Promise<Outcome>;
}

export function runInWorkers(options: WorkersOptions): WorkersFunction {
  optionsKind(options, "options");
  const {
    functionName = "local",
    memorySize = 1024,
    timeoutSeconds = 29,
    maximumInstances = 10,
    reservedConcurrency = Number.POSITIVE_INFINITY,
  } = options;
  if (!(Number.isInteger(maximumInstances) && maximumInstances > 0)) {
    throw new ConfigurationError(
      `options.maximumInstances is ${maximumInstances}; write a whole number from 1 on, as in 10.`,
    );
  }
  const log = options.log ?? ((line: string) => process.stdout.write(`${line}\n`));
  const file = resolve(options.file);
  const pool = createInstancePool({ start, maximumInstances, maximumStarts: availableParallelism() });
  /** The lines of the instance's current event. */
  const linesOf = new Map<Instance, string[]>();
  let hasToldOfThrottling = false;
  const watchers = (options.watch ?? []).map((directory) => watchDirectory(directory, reload));

  return {
    prepare: () => pool.prepare(),
    async invoke(payload, signal, traceHeader) {
      const requestId = randomUUID();
      const notRun = { requestId, isColdStart: false, durationMilliseconds: 0 };
      if (pool.demand() === 0) hasToldOfThrottling = false;
      if (pool.demand() >= reservedConcurrency) {
        if (!hasToldOfThrottling) log(throttledLine(functionName, reservedConcurrency));
        hasToldOfThrottling = true;
        return { outcome: "throttled", ...notRun };
      }
      const arrivedAt = performance.now();
      const ready = await pool.take(signal);
      if (!ready) return { outcome: "dropped", ...notRun };
      const waitMilliseconds = performance.now() - arrivedAt;
      try {
        return { ...(await invokeIn(ready, { requestId, payload, traceHeader })), waitMilliseconds };
      } finally {
        pool.giveBack(ready.instance);
      }
    },
    async close() {
      for (const watcher of watchers) watcher.close();
      await pool.close();
    },
  };

  function start(): Instance {
    log(`INIT_START Runtime Version: nodejs:${process.versions.node}`);
    const date = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    const logStreamName = `${date}/[$LATEST]${randomBytes(16).toString("hex")}`;
    const instance = startInstance({
      file,
      exportName: options.exportName ?? "handler",
      identity: { functionName, memorySize, logStreamName },
      environment: options.environment ?? {},
      timeoutSeconds,
      log: (line) => tell(instance, line),
    });
    return instance;
  }

  function tell(instance: Instance, line: string): void {
    const lines = linesOf.get(instance);
    if (lines && lines.length < mostLines) lines.push(line);
    log(line);
  }

  async function invokeIn(
    { instance, initialisation }: ReadyInstance,
    event: Omit<InstanceEvent, "deadline">,
  ): Promise<Invocation> {
    const { requestId } = event;
    const lines: string[] = [];
    linesOf.set(instance, lines);
    const log = (line: string) => tell(instance, line);
    log(`START RequestId: ${requestId} Version: $LATEST`);
    const isReady = initialisation?.outcome.outcome !== "failed";
    const { outcome, milliseconds } = isReady
      ? await timed(() => instance.invoke(event))
      : { outcome: initialisation.outcome, milliseconds: 0 };
    if (!isReady) await instance.end();
    if (outcome.outcome === "failed") {
      const { errorType, errorMessage, stackTrace } = outcome;
      log(`${requestId}\tERROR\t${JSON.stringify({ errorType, errorMessage, stackTrace })}`);
    }
    log(`END RequestId: ${requestId}`);
    // Since August 2025 Lambda bills the initialisation too.
    const billed = milliseconds + (initialisation?.milliseconds ?? 0);
    log(
      [
        `REPORT RequestId: ${requestId}`,
        `Duration: ${milliseconds.toFixed(2)} ms`,
        `Billed Duration: ${Math.ceil(billed)} ms`,
        `Memory Size: ${memorySize} MB`,
        ...(initialisation ? [`Init Duration: ${initialisation.milliseconds.toFixed(2)} ms`] : []),
      ].join("\t"),
    );
    linesOf.delete(instance);
    return {
      ...outcome,
      requestId,
      lines,
      isColdStart: initialisation !== undefined,
      durationMilliseconds: milliseconds,
    };
  }

  function reload(): void {
    log(`RELOAD ${file}`);
    pool.renew();
  }
}

function throttledLine(functionName: string, reservedConcurrency: number): string {
  const events = reservedConcurrency === 1 ? "event" : "events";
  return `THROTTLED ${functionName} has ${reservedConcurrency} ${events} in flight, its reservedConcurrency; raise it to accept more at once.`;
}

async function timed(phase: () => Promise<Outcome>): Promise<Initialisation> {
  const startedAt = performance.now();
  const outcome = await phase();
  return { outcome, milliseconds: performance.now() - startedAt };
}
