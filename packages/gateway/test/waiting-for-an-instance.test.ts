// More simultaneous requests than this machine runs instances: they wait, while the service would start more
// instances.

import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type LambdaFunction, runInWorkers, type WorkersOptions } from "../src/index.ts";
import { type Gate, startGate } from "./support/gate.ts";
import { type GatewayUnderTest, type StartedGateway, startGateway } from "./support/start-gateway.ts";

const probeFile = fileURLToPath(new URL("./functions/probe.ts", import.meta.url));

interface Busy {
  gateway: StartedGateway;
  gate: Gate;
  lines: string[];
  /** Resolves when the given number of requests have reached the function, running or waiting. */
  arrived(count: number): Promise<void>;
  /** Resolves when a request that had reached it was dropped. */
  left: Promise<void>;
  /** Occupies one instance until the gate opens. */
  occupy(): ReturnType<StartedGateway["send"]>;
}

async function startBusy(
  t: TestContext,
  workers: Partial<WorkersOptions>,
  underTest: GatewayUnderTest = {},
): Promise<Busy> {
  const lines: string[] = [];
  const gate = await startGate(t);
  const function_ = runInWorkers({ file: probeFile, log: (line) => lines.push(line), ...workers });
  t.after(() => function_.close());
  let count = 0;
  let onArrival = () => {};
  const left = Promise.withResolvers<void>();
  const counting: LambdaFunction = {
    invoke(payload, signal) {
      count += 1;
      onArrival();
      const invocation = function_.invoke(payload, signal);
      signal?.addEventListener("abort", () => left.resolve(), { once: true });
      return invocation;
    },
    close: () => function_.close(),
  };
  const gateway = await startGateway(t, { ...underTest, function: counting });
  return {
    gateway,
    gate,
    lines,
    left: left.promise,
    async arrived(wanted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      onArrival = () => count >= wanted && resolve();
      onArrival();
      await promise;
    },
    occupy: () => gateway.send({ path: `/?do=wait&until=${encodeURIComponent(gate.url)}` }),
  };
}

describe("more requests than instances", () => {
  it("300 parallel requests to three busy instances are all answered by the three", async (t) => {
    const { gateway, gate, lines, arrived, occupy } = await startBusy(t, { maximumInstances: 3 });
    const occupying = [occupy(), occupy(), occupy()];
    await gate.waiting(3);
    const waiting = Array.from({ length: 300 }, () => gateway.send());
    await arrived(303);
    gate.open();
    const answers = await Promise.all([...occupying, ...waiting]);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const instances = new Set(answers.map(({ text }) => JSON.parse(text).instance));
    assert.equal(instances.size, 3);
    assert.equal(lines.filter((line) => line.startsWith("INIT_START")).length, 3);
    assert.equal(lines.filter((line) => line.startsWith("START")).length, 303);
    assert.deepEqual(
      lines.filter((line) => line.startsWith("THROTTLED")),
      [],
    );
  });

  it("an instance that crashes makes room for waiting requests", async (t) => {
    const { gateway, gate, arrived, occupy } = await startBusy(t, { maximumInstances: 1 });
    const occupying = occupy();
    await gate.waiting(1);
    const crashing = gateway.send({ path: "/?do=crash" });
    await arrived(2);
    const waiting = gateway.send();
    await arrived(3);
    gate.open();
    const statuses = (await Promise.all([occupying, crashing, waiting])).map(({ status }) => status);
    assert.deepEqual(statuses, [200, 500, 200]);
  });

  it("a request whose caller leaves while it waits never runs, and leaves no trace", async (t) => {
    const recorded: string[] = [];
    const inspector = { record: ({ request }: { request: { path: string } }) => recorded.push(request.path) };
    const busy = await startBusy(t, { maximumInstances: 1 }, { inspector });
    const { gateway, gate, arrived, left, occupy } = busy;
    const occupying = occupy();
    await gate.waiting(1);
    const agent = new Agent();
    const leaving = httpRequest({ host: "127.0.0.1", port: gateway.port, path: "/leaves", agent });
    leaving.on("error", () => {});
    leaving.end();
    await arrived(2);
    leaving.destroy();
    await left;
    const staying = gateway.send();
    await arrived(3);
    gate.open();
    assert.equal((await occupying).status, 200);
    // The second event of the one instance, and not the third.
    assert.equal(JSON.parse((await staying).text).events, 2);
    assert.deepEqual(recorded, ["/", "/"]);
    agent.destroy();
  });

  it("a request that waits for an instance until the integration's time-out is a 503 and never runs", async (t) => {
    const api = { integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 30_000 } } as const;
    const options = { maximumInstances: 1, timeoutSeconds: 900 };
    const { gateway, gate, arrived, occupy } = await startBusy(t, options, { api });
    const first = gateway.send();
    assert.equal(JSON.parse((await first).text).events, 1);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const occupying = occupy();
    await gate.waiting(1);
    t.mock.timers.tick(29_999);
    const waiting = gateway.send();
    await arrived(3);
    t.mock.timers.tick(1);
    // The running one has had its 30 s, and the waiting one has not.
    assert.deepEqual(
      [(await occupying).status, (await occupying).text],
      [503, '{"message":"Service Unavailable"}'],
    );
    t.mock.timers.tick(29_999);
    const answer = await waiting;
    assert.deepEqual([answer.status, answer.text], [503, '{"message":"Service Unavailable"}']);
    const after = gateway.send();
    await arrived(4);
    gate.open();
    // The function of the first 503 ran to its end; the second one's event was dropped.
    assert.equal(JSON.parse((await after).text).events, 3);
  });

  it("closing the function drops waiting requests", async (t) => {
    const gate = await startGate(t);
    const function_ = runInWorkers({ file: probeFile, maximumInstances: 1, log: () => {} });
    const running = function_.invoke(JSON.stringify({ do: "wait", until: gate.url }));
    await gate.waiting(1);
    const waiting = function_.invoke("{}");
    await function_.close();
    assert.equal((await running).outcome, "failed");
    assert.equal((await waiting).outcome, "dropped");
  });
});

it("a function that is closed gives its waiting and its later callers 503, and the gateway closes at once", async (t) => {
  const gate = await startGate(t);
  const function_ = runInWorkers({ file: probeFile, maximumInstances: 1, log: () => {} });
  const gateway = await startGateway(t, { function: function_ });
  const running = gateway.send({ path: `/?do=wait&until=${encodeURIComponent(gate.url)}` });
  await gate.waiting(1);
  const waiting = gateway.send();
  await function_.close();
  const answers = await Promise.all([running, waiting, gateway.send()]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [500, 503, 503],
  );
  await gateway.close();
});

describe("limits that were requested", () => {
  it("reservedConcurrency counts waiting events too, and one line names it", async (t) => {
    const options = { maximumInstances: 1, reservedConcurrency: 2, functionName: "orders" };
    const { gateway, gate, lines, arrived, occupy } = await startBusy(t, options);
    const occupying = occupy();
    await gate.waiting(1);
    const waiting = gateway.send();
    await arrived(2);
    for (const _ of [1, 2]) assert.equal((await gateway.send()).status, 503);
    gate.open();
    assert.deepEqual([(await occupying).status, (await waiting).status], [200, 200]);
    assert.deepEqual(
      lines.filter((line) => line.startsWith("THROTTLED")),
      ["THROTTLED orders has 2 events in flight, its reservedConcurrency; raise it to accept more at once."],
    );
  });
});
