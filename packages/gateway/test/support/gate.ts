// A URL that answers only when a test says so: functions wait for it instead of a clock.

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface Gate {
  url: string;
  /** Resolves when the given number of callers are waiting. */
  waiting(count: number): Promise<void>;
  /** Releases all waiting callers. */
  open(): void;
}

export async function startGate(test: TestContext): Promise<Gate> {
  const waiters: ServerResponse[] = [];
  let onArrival = () => {};
  const server = createServer((_, outgoing) => {
    waiters.push(outgoing);
    onArrival();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async waiting(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      onArrival = () => waiters.length >= count && resolve();
      onArrival();
      await promise;
    },
    open() {
      for (const waiter of waiters.splice(0)) waiter.end();
    },
  };
}
