import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import supertest from "supertest";
import { apiOf } from "../../test/fixtures/api.ts";
import { anyone } from "../route/access.ts";
import { defineRoute, type HandlerContext } from "../route/define-route.ts";
import { testApp } from "../testing/test-app.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;

/** A service that an endpoint calls, and an app with that endpoint. */
async function start(t: TestContext, call: (url: string, context: HandlerContext) => Promise<unknown>) {
  const received: IncomingHttpHeaders[] = [];
  const service = createServer(({ headers, url }, response) => {
    received.push(headers);
    // The other path is never answered.
    if (url === "/") response.end();
  });
  await once(service.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    service.closeAllConnections();
    service.close();
  });
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const route = defineRoute({
    operationId: "callService",
    method: "GET",
    path: "/v1/call",
    summary: "Calls the service.",
    responses: (z) => ({ 200: { description: "Called.", schema: z.unknown() } }),
  }).handler(anyone(async (context) => ({ status: 200, body: (await call(url, context)) ?? null })));
  return { app: testApp(apiOf([route])), received };
}

describe("the fetch of a handler", () => {
  it("sends the trace in addition to the given headers", async (t) => {
    const { app, received } = await start(t, async (url, { fetch }) => {
      await fetch(url, { headers: { "x-own": "1" } });
      await fetch(new Request(url, { headers: { "x-own": "2" } }));
    });
    await supertest(app).get("/v1/call").set({ traceparent, tracestate: "a=b" }).expect(200);
    assert.deepEqual(
      received.map((headers) => [headers["x-own"], headers.tracestate]),
      [
        ["1", "a=b"],
        ["2", "a=b"],
      ],
    );
    for (const headers of received)
      assert.match(String(headers.traceparent), RegExp(`^00-${TRACE}-(?!00f067)`));
  });

  it("keeps a given traceparent", async (t) => {
    const own = traceparent.replace(TRACE, "0af7651916cd43dd8448eb211c80319c");
    const { app, received } = await start(t, async (url, { fetch }) => {
      await fetch(url, { headers: { traceparent: own } });
    });
    await supertest(app).get("/v1/call").set({ traceparent, tracestate: "a=b" }).expect(200);
    assert.deepEqual([received[0]?.traceparent, received[0]?.tracestate], [own, undefined]);
  });

  it("provides the headers for other clients, and changes nothing global", async (t) => {
    const before = globalThis.fetch;
    const { app, received } = await start(t, async (url, { trace }) => {
      await fetch(url);
      return trace.headers;
    });
    const { body } = await supertest(app).get("/v1/call").set({ traceparent }).expect(200);
    assert.match(body.traceparent, RegExp(`^00-${TRACE}-`));
    assert.equal(received[0]?.traceparent, undefined);
    assert.equal(globalThis.fetch, before);
  });

  it("is aborted with the request, or by its own signal", async (t) => {
    const own = new AbortController();
    const { app } = await start(t, async (url, { fetch }) => {
      const asked = fetch(`${url}/never`, { signal: own.signal }).catch((error) => error.message);
      own.abort(new Error("enough"));
      return asked;
    });
    const { body } = await supertest(app).get("/v1/call").expect(200);
    assert.equal(body, "enough");
  });
});
