import cluster, { type Worker } from "node:cluster";
import type { Log } from "../log.ts";

const RESTART_PAUSE_MILLISECONDS = 1_000;

/**
 * Starts worker processes that share the port, replaces dead ones, and passes on the signal to stop: the
 * primary exits when the last worker has drained. A worker that was killed is replaced. One that fails to
 * start is not, because the same would happen again.
 *
 * Workers accept connections themselves. If the primary handed them out, a worker that dies before it takes
 * one would leave its caller without a response.
 */
export function startWorkers(count: number, log: Log): void {
  let stopping = false;
  const workers = new Set<Worker>();
  const listening = new Set<Worker>();
  const restarts = new Set<NodeJS.Timeout>();
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.on("fork", (worker) => {
    workers.add(worker);
    // A message to a worker that has just died is lost; its exit is handled separately.
    worker.on("error", () => {});
  });
  cluster.on("listening", (worker) => listening.add(worker));
  cluster.on("exit", (worker, code, signal) => {
    const { pid } = worker.process;
    workers.delete(worker);
    const wasListening = listening.delete(worker);
    if (stopping) {
      // Cut short by a further signal, or by the limit of its drain.
      if (code > 0) process.exitCode = 1;
      return;
    }
    if (!wasListening && !signal) {
      log.error("a worker cannot start", { pid, code, signal });
      process.exitCode = 1;
      stop();
      return;
    }
    const replacement = wasListening ? cluster.fork().process.pid : restartLater();
    log.error("a worker died and is replaced", { pid, code, signal, replacement });
  });
  for (let index = 0; index < count; index++) cluster.fork();

  /** What kills workers during the start may kill the next one too. */
  function restartLater(): void {
    const restart = setTimeout(() => {
      restarts.delete(restart);
      cluster.fork();
    }, RESTART_PAUSE_MILLISECONDS);
    restarts.add(restart);
  }

  /** A further signal reaches the workers too. */
  function stop(): void {
    stopping = true;
    for (const restart of restarts) clearTimeout(restart);
    for (const worker of workers) worker.process.kill("SIGTERM");
  }
  process.on("SIGINT", stop).on("SIGTERM", stop);
  process.on("uncaughtException", (error, origin) => {
    log.error("an unhandled error ends the process", { error, origin, pid: process.pid });
    process.exitCode = 1;
    if (!stopping) stop();
  });
}
