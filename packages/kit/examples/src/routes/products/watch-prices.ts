import { EventEmitter, on } from "node:events";
import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

/** A stand-in for a queue or for notifications from a database. */
export const prices = new EventEmitter<{ changed: [{ readonly sku: string; readonly price: number }] }>();

export const watchPrices = defineRoute({
  operationId: "watchPrices",
  method: "GET",
  path: "/v1/products/prices",
  summary: "Sends each price change as a server-sent event.",
  only: "container",
  responses: () => ({
    200: { description: "The changes.", contentType: "text/event-stream", stream: "endless" },
  }),
}).handler(anyone(async ({ signal }) => ({ status: 200, body: events(signal) })));

/** `signal` aborts when the caller disconnects. The iterator then ends and removes its listener. */
async function* events(signal: AbortSignal) {
  for await (const [change] of on(prices, "changed", { signal }))
    yield `event: price\ndata: ${JSON.stringify(change)}\n\n`;
}
