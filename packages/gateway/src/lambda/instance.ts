// One instance of the function, seen from outside: a worker thread with its own environment, modules and
// memory limit.

import { getCompileCacheDir } from "node:module";
import { dirname, extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { InstanceData, InstanceEvent, InstanceMessage } from "./instance-thread.ts";
import type { FunctionIdentity, Outcome } from "./lambda-function.ts";
import { describeFailure, taskTimedOut } from "./runtime.ts";

export interface InstanceOptions {
  file: string;
  exportName: string;
  identity: FunctionIdentity;
  environment: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  log: (line: string) => void;
}

export interface Instance {
  /** Loads the handler. After a `returned` outcome it accepts events. */
  initialise(): Promise<Outcome>;
  /** One event at a time. */
  invoke(event: Omit<InstanceEvent, "deadline">): Promise<Outcome>;
  /** True after a crash, an exit, a time-out or `end`. */
  hasEnded(): boolean;
  end(): Promise<void>;
}

// TypeScript beside TypeScript, JavaScript in the published package.
const threadModule = new URL(`./instance-thread${extname(import.meta.url)}`, import.meta.url);

// Lambda gives a start 10 s, and then a second one within the first event's time. Here the first start
// continues, because other work on this machine may have slowed it down.
const initialisationSeconds = 10;

class RuntimeExitError extends Error {
  override readonly name = "Runtime.ExitError";
}

export function startInstance(options: InstanceOptions): Instance {
  const { file, exportName, identity, timeoutSeconds, log } = options;
  const cacheOfThisVersion = getCompileCacheDir();
  const compileCache = cacheOfThisVersion && dirname(cacheOfThisVersion);
  const workerData: InstanceData = { file, exportName, identity, compileCache };
  const thread = new Worker(threadModule, {
    env: { ...runtimeEnvironment(options), ...options.environment },
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: identity.memorySize },
  });
  let underWay: PromiseWithResolvers<Outcome> | undefined;
  let crash: unknown;
  let hasEnded = false;

  thread.on("message", (message: InstanceMessage) => {
    if (message.type === "line") log(message.line);
    else underWay?.resolve(message.outcome);
  });
  thread.on("error", (error) => {
    hasEnded = true;
    crash = error;
    log(`${error instanceof Error ? error.stack : error}`);
  });
  // Arrives after all messages of the thread, while "error" may overtake the outcome of an answered event.
  thread.on("exit", (exitCode) => {
    hasEnded = true;
    crash ??= new RuntimeExitError(`Runtime exited with exit status ${exitCode}`);
    underWay?.resolve(describeFailure(crash));
  });

  async function within(seconds: number, phase: () => void): Promise<Outcome> {
    // A thread that ended between its start and its first event would never answer.
    if (hasEnded) return describeFailure(crash);
    underWay = Promise.withResolvers<Outcome>();
    const timer = setTimeout(() => {
      underWay?.resolve(taskTimedOut(seconds));
      void end();
    }, seconds * 1000);
    phase();
    const outcome = await underWay.promise;
    clearTimeout(timer);
    underWay = undefined;
    return outcome;
  }

  async function end(): Promise<void> {
    hasEnded = true;
    await thread.terminate();
  }

  return {
    initialise: () => within(initialisationSeconds + timeoutSeconds, () => {}),
    invoke: (event) =>
      within(timeoutSeconds, () => {
        const deadline = Date.now() + timeoutSeconds * 1000;
        thread.postMessage({ ...event, deadline } satisfies InstanceEvent);
      }),
    hasEnded: () => hasEnded,
    end,
  };
}

/**
 * Of the machine's environment an instance sees only PATH, because a function in the cloud sees none of it.
 */
function runtimeEnvironment({ file, identity }: InstanceOptions): Record<string, string> {
  return {
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(identity.memorySize),
    AWS_LAMBDA_FUNCTION_NAME: identity.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${identity.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: identity.logStreamName,
    AWS_REGION: "eu-west-1",
    LAMBDA_TASK_ROOT: dirname(file),
    PATH: process.env.PATH ?? "",
  };
}
