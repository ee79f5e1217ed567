import cluster, { type Worker } from "node:cluster";
import type { Log } from "../log.ts";

/**
 * Starts worker processes that share the port, replaces one that dies, and passes on the signal to stop: the primary
 * ends when the last worker has drained. A worker that cannot even start is not replaced: the same would happen again.
 */
export function startWorkers(count: number, log: Log): void {
  let stopping = false;
  const workers = new Set<Worker>();
  const listening = new Set<Worker>();
  cluster.on("fork", (worker) => {
    workers.add(worker);
    // A message to one that has just died is lost, and its exit is told by itself.
    worker.on("error", () => {});
  });
  cluster.on("listening", (worker) => listening.add(worker));
  cluster.on("exit", (worker, code, signal) => {
    const { pid } = worker.process;
    workers.delete(worker);
    if (stopping) {
      // Cut short by a second signal, or by the limit of its drain.
      if (code > 0) process.exitCode = 1;
      return;
    }
    if (!listening.delete(worker)) {
      log.error("a worker cannot start", { pid, code, signal });
      process.exitCode = 1;
      stop();
      return;
    }
    log.error("a worker died and is replaced", { pid, code, signal });
    cluster.fork();
  });
  for (let index = 0; index < count; index++) cluster.fork();

  /** A second signal reaches the workers too, and forces them. */
  function stop(): void {
    stopping = true;
    for (const worker of workers) {
      // First, because it closes the port here and now: else a late connection would wait for a worker in vain.
      worker.disconnect();
      worker.process.kill("SIGTERM");
    }
  }
  process.on("SIGINT", stop).on("SIGTERM", stop);
}
