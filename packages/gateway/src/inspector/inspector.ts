// The inspector: keeps the last exchanges and shows them on a page on a separate port. It adds nothing to the
// API's own paths, and answers only at a loopback name, so that no website can read it through a visitor's
// browser.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AnsweredExchange } from "../exchange.ts";
import { inspectRequest } from "./inspected-request.ts";

export interface InspectorOptions {
  /** How many requests are kept. Default: 100. */
  capacity?: number;
}

export interface Inspector {
  record(exchange: AnsweredExchange): void;
  /** Without a port the system chooses one. */
  listen(port?: number, host?: string): Promise<void>;
  close(): Promise<void>;
  /** The page's address, as in `http://127.0.0.1:3001/_gateway`. */
  readonly url: string;
}

const files = new Map([
  ["/_gateway", { file: "page.html", type: "text/html; charset=utf-8" }],
  ["/_gateway/page.css", { file: "page.css", type: "text/css; charset=utf-8" }],
  ["/_gateway/page.js", { file: "page.js", type: "text/javascript; charset=utf-8" }],
]);

/** The bytes kept for a page that does not read, such as a sleeping tab; it reconnects when it wakes. */
const mostUnread = 16 * 1024 * 1024;

const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

export function createInspector({ capacity = 100 }: InspectorOptions = {}): Inspector {
  // As JSON, which every viewer gets and which takes the least memory.
  const newestFirst: string[] = [];
  const subscribers = new Set<ServerResponse>();
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [path = ""] = (incoming.url ?? "").split("?");
    const host = incoming.headers.host ?? "";
    const file = files.get(path);
    const send = (status: number, type: string, body: string | Buffer) =>
      outgoing.writeHead(status, { ...securityHeaders, "content-type": type }).end(body);

    if (!isLoopbackName(host)) send(403, "text/plain", "The inspector accepts requests to localhost only.");
    else if (incoming.method !== "GET") send(405, "text/plain", "The inspector is read-only.");
    else if (path === "/_gateway/requests.json")
      send(200, "application/json", `{"requests":[${newestFirst.join(",")}]}`);
    else if (path === "/_gateway/events") subscribe(outgoing);
    else if (file) send(200, file.type, await readFile(new URL(`./page/${file.file}`, import.meta.url)));
    else send(404, "text/plain", "The inspector is at /_gateway.");
  }

  function subscribe(outgoing: ServerResponse): void {
    outgoing.writeHead(200, { ...securityHeaders, "content-type": "text/event-stream" });
    outgoing.write(`retry: 1000\nevent: start\ndata: ${JSON.stringify({ capacity })}\n\n`);
    for (const request of newestFirst.toReversed()) outgoing.write(messageOf(request));
    subscribers.add(outgoing);
    outgoing.on("close", () => subscribers.delete(outgoing));
  }

  return {
    record(exchange) {
      const inspected = JSON.stringify(inspectRequest(exchange));
      newestFirst.unshift(inspected);
      newestFirst.length = Math.min(newestFirst.length, capacity);
      for (const subscriber of subscribers) {
        if (subscriber.writableLength > mostUnread) subscriber.destroy();
        else subscriber.write(messageOf(inspected));
      }
    },
    async listen(port = 0, host = "127.0.0.1") {
      await once(server.listen(port, host), "listening");
    },
    async close() {
      const closed = once(server.close(), "close");
      server.closeAllConnections();
      await closed;
    },
    get url() {
      const address = server.address() as AddressInfo | null;
      if (!address) throw new Error("The inspector has no address before listen() has resolved.");
      return `http://127.0.0.1:${address.port}/_gateway`;
    },
  };
}

function messageOf(request: string): string {
  return `data: ${request}\n\n`;
}

function isLoopbackName(host: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(host);
}
