// An address that answers only when a test says so: what a function waits for without a clock.

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface Gate {
  url: string;
  /** Resolves when so many are waiting at once. */
  waiting(count: number): Promise<void>;
  /** Lets all who wait go on. */
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
