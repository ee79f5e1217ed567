import type { RunningServer } from "./server.ts";

/** What a container gets between SIGTERM and SIGKILL is 10 s with Docker and 30 s on Fargate. */
const DRAIN_MILLISECONDS = 9_500;

export interface ShutdownOptions {
  readonly starting: Promise<Pick<RunningServer, "announceStop" | "stop">>;
  /** How long requests are taken after a signal, while the health endpoint already says that this instance stops. */
  readonly delayMilliseconds: number;
  readonly exit: (code: number) => void;
}

export interface Shutdown {
  /** Of a signal. The first begins the delay, the next one ends it, and one more forces the end, with code 1. */
  stop(): Promise<void>;
  /** After a fault: answers what is in flight, without a delay, and ends with code 1. */
  fail(): Promise<void>;
}

/**
 * Stops a server as an orchestrator expects: it goes on to take requests until load balancers have noticed, then answers
 * what is in flight, and ends.
 */
export function createShutdown({ starting, delayMilliseconds, exit }: ShutdownOptions): Shutdown {
  let isStopping = false;
  let hasFailed = false;
  let endDelay: (() => void) | undefined;

  async function shutDown(): Promise<void> {
    isStopping = true;
    const server = await starting;
    server.announceStop();
    if (delayMilliseconds > 0 && !hasFailed) {
      await new Promise<void>((resolve) => {
        endDelay = resolve;
        setTimeout(resolve, delayMilliseconds);
      });
      endDelay = undefined;
    }
    const { wasForced } = await server.stop(DRAIN_MILLISECONDS);
    exit(wasForced || hasFailed ? 1 : 0);
  }

  return {
    async stop() {
      if (endDelay) endDelay();
      else if (isStopping) exit(1);
      else await shutDown();
    },
    async fail() {
      hasFailed = true;
      if (isStopping) endDelay?.();
      else await shutDown();
    },
  };
}
