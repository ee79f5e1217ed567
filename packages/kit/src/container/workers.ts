import cluster, { type Worker } from "node:cluster";
import type { Log } from "../log.ts";

const RESTART_PAUSE_MILLISECONDS = 1_000;

/**
 * Starts worker processes that share the port, replaces one that dies, and passes on the signal to stop: the primary
 * ends when the last worker has drained. A worker that ends its own start with an error is not replaced: the same would
 * happen again. One that was killed is.
 *
 * Workers accept connections themselves. Handed out by the primary, a connection would be lost with a worker that dies
 * before it has taken it, and its caller would never get an answer.
 */
export function startWorkers(count: number, log: Log): void {
  let stopping = false;
  const workers = new Set<Worker>();
  const listening = new Set<Worker>();
  const restarts = new Set<NodeJS.Timeout>();
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.on("fork", (worker) => {
    workers.add(worker);
    // A message to one that has just died is lost, and its exit is told by itself.
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

  /** Whatever kills workers while they start may kill the next one too. */
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
    log.error("an error that nothing handles ends the process", { error, origin, pid: process.pid });
    process.exitCode = 1;
    if (!stopping) stop();
  });
}
