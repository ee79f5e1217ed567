import type { RunningServer } from "./server.ts";

/** Between SIGTERM and SIGKILL a container gets 10 s with Docker and 30 s on Fargate. */
const DRAIN_MILLISECONDS = 9_500;

export interface ShutdownOptions {
  readonly starting: Promise<Pick<RunningServer, "announceStop" | "stop">>;
  /**
   * How long requests are accepted after a signal, while the health endpoint already reports that this
   * instance stops.
   */
  readonly delayMilliseconds: number;
  readonly exit: (code: number) => void;
}

export interface Shutdown {
  /** Handles a signal. The first begins the delay, the next ends it, and one more forces the exit with code 1. */
  stop(): Promise<void>;
  /** After a fault: answers requests in flight without a delay, and exits with code 1. */
  fail(): Promise<void>;
}

/**
 * Stops a server as orchestrators expect: it accepts requests until load balancers have noticed, then answers
 * those in flight and exits.
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
