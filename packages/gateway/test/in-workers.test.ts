// What a handler can rely on in worker instances, as in Lambda.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type Invocation, type LambdaFunction, runInWorkers, type WorkersOptions } from "../src/index.ts";
import { startGate } from "./support/gate.ts";
import { startGateway } from "./support/start-gateway.ts";

interface Probe {
  function: LambdaFunction;
  invoke(event: object): Promise<Invocation>;
  /** What the function returned; fails the test if it did not return. */
  returned<Result>(event: object): Promise<Result>;
  lines: string[];
}

interface Counted {
  instance: string;
  events: number;
}

function probe(t: TestContext, options: Partial<WorkersOptions> = {}): Probe {
  const lines: string[] = [];
  const file = fileURLToPath(new URL("./functions/probe.ts", import.meta.url));
  const function_ = runInWorkers({ file, log: (line) => lines.push(line), ...options });
  t.after(() => function_.close());
  const invoke = (event: object) => function_.invoke(JSON.stringify(event));
  return {
    function: function_,
    invoke,
    async returned<Result>(event: object) {
      const invocation = await invoke(event);
      assert.ok(invocation.outcome === "returned", JSON.stringify(invocation));
      return JSON.parse(invocation.payload) as Result;
    },
    lines,
  };
}

function assertFailed(invocation: Invocation, errorType: string, errorMessage: RegExp): void {
  assert.ok(invocation.outcome === "failed", JSON.stringify(invocation));
  assert.equal(invocation.errorType, errorType);
  assert.match(invocation.errorMessage, errorMessage);
}

describe("instances", () => {
  it("keep their module state between events", async (t) => {
    const { returned } = probe(t);
    const first = await returned<Counted>({});
    const second = await returned<Counted>({});
    assert.deepEqual([first.events, second.events], [1, 2]);
    assert.equal(first.instance, second.instance);
  });

  it("are separate for concurrent events, and then kept", async (t) => {
    const { returned } = probe(t);
    const gate = await startGate(t);
    const wait = { do: "wait", until: gate.url };
    const underWay = Promise.all([returned<Counted>(wait), returned<Counted>(wait)]);
    await gate.waiting(2);
    gate.open();
    const results = await underWay;
    assert.deepEqual(
      results.map(({ events }) => events),
      [1, 1],
    );
    assert.notEqual(results[0].instance, results[1].instance);
    const again = await returned<Counted>({});
    assert.ok(results.some(({ instance }) => instance === again.instance));
  });

  it("one event more than reservedConcurrency is throttled, and the next one is not", async (t) => {
    const { invoke } = probe(t, { reservedConcurrency: 1 });
    const gate = await startGate(t);
    const first = invoke({ do: "wait", until: gate.url });
    await gate.waiting(1);
    assert.equal((await invoke({})).outcome, "throttled");
    gate.open();
    assert.equal((await first).outcome, "returned");
    assert.equal((await invoke({})).outcome, "returned");
  });

  it("throttling names its limit in one line, until no event is in flight", async (t) => {
    const { invoke, lines } = probe(t, { reservedConcurrency: 1, functionName: "orders" });
    const throttled = () => lines.filter((line) => line.startsWith("THROTTLED"));
    for (const row of [1, 2]) {
      const gate = await startGate(t);
      const underWay = invoke({ do: "wait", until: gate.url });
      await gate.waiting(1);
      await invoke({});
      await invoke({});
      assert.equal(throttled().length, row);
      gate.open();
      await underWay;
    }
    assert.equal(
      throttled()[0],
      "THROTTLED orders has 1 event in flight, its reservedConcurrency; raise it to accept more at once.",
    );
  });

  it("the first event of an instance is a cold start, further ones are not", async (t) => {
    const { invoke, lines } = probe(t);
    assert.deepEqual([(await invoke({})).isColdStart, (await invoke({})).isColdStart], [true, false]);
    const reports = lines.filter((line) => line.startsWith("REPORT"));
    assert.match(reports[0] ?? "", /\tInit Duration: [\d.]+ ms$/);
    assert.match(
      reports[1] ?? "",
      /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 1024 MB$/,
    );
    assert.equal(lines.filter((line) => line.startsWith("INIT_START")).length, 1);
  });

  it("a cold start's initialisation is billed, and a warm event's duration alone", async (t) => {
    const { invoke, lines } = probe(t);
    await invoke({});
    await invoke({});
    const numbers = lines
      .filter((line) => line.startsWith("REPORT"))
      .map((line) => ({
        duration: Number(/\tDuration: ([\d.]+) ms/.exec(line)?.[1]),
        billed: Number(/\tBilled Duration: (\d+) ms/.exec(line)?.[1]),
        init: Number(/\tInit Duration: ([\d.]+) ms/.exec(line)?.[1] ?? 0),
      }));
    assert.deepEqual([numbers.length, numbers.map(({ init }) => init > 1)], [2, [true, false]]);
    for (const { duration, billed, init } of numbers) {
      // The printed durations are rounded to hundredths.
      assert.ok(
        Math.abs(billed - (duration + init) - 0.5) <= 0.52,
        JSON.stringify({ duration, billed, init }),
      );
    }
  });

  it("an instance sees the given environment and nothing of the machine's but PATH", async (t) => {
    const { returned } = probe(t, { environment: { STAGE: "mvp" }, functionName: "orders", memorySize: 512 });
    const environment = await returned<Record<string, string>>({ do: "environment" });
    assert.equal(environment.STAGE, "mvp");
    assert.equal(environment.AWS_LAMBDA_FUNCTION_NAME, "orders");
    assert.equal(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, "512");
    assert.ok(!("HOME" in environment));
  });

  it("memorySize is the limit of an instance's heap", async (t) => {
    const { returned } = probe(t, { memorySize: 128 });
    const { maxOldGenerationSizeMb } = await returned<{ maxOldGenerationSizeMb: number }>({ do: "limits" });
    assert.equal(maxOldGenerationSizeMb, 128);
  });

  it("the context has what Lambda's has", async (t) => {
    const { invoke } = probe(t, { functionName: "orders", memorySize: 512, timeoutSeconds: 3 });
    const invocation = await invoke({ do: "context" });
    assert.ok(invocation.outcome === "returned");
    const { remaining, logStreamName, ...context } = JSON.parse(invocation.payload);
    assert.deepEqual(context, {
      awsRequestId: invocation.requestId,
      callbackWaitsForEmptyEventLoop: true,
      functionName: "orders",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:orders",
      logGroupName: "/aws/lambda/orders",
      memoryLimitInMB: "512",
    });
    assert.match(logStreamName, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    assert.ok(remaining > 0 && remaining <= 3_000, String(remaining));
  });
});

describe("failures of the function", () => {
  it("a throw fails the event and keeps the instance", async (t) => {
    const { invoke, returned } = probe(t);
    assertFailed(await invoke({ do: "throw" }), "TypeError", /^asked to throw$/);
    assert.equal((await returned<Counted>({})).events, 2);
  });

  const ending: [does: string, errorType: string, errorMessage: RegExp][] = [
    ["exit", "Runtime.ExitError", /exit status 3/],
    ["crash", "Error", /asked to crash/],
    ["reject later", "Error", /asked to reject/],
  ];
  for (const [does, errorType, errorMessage] of ending) {
    it(`${does} fails the event and ends the instance; the next event starts a new one`, async (t) => {
      const { invoke, returned } = probe(t);
      await invoke({});
      assertFailed(await invoke({ do: does }), errorType, errorMessage);
      assert.equal((await returned<Counted>({})).events, 1);
    });
  }

  it("an event that exceeds the time-out fails and ends the instance", async (t) => {
    const { invoke, returned } = probe(t, { timeoutSeconds: 0.5 });
    await invoke({});
    assertFailed(await invoke({ do: "hang" }), "Sandbox.Timedout", /^Task timed out after 0.50 seconds$/);
    assert.equal((await returned<Counted>({})).events, 1);
  });

  it("an instance that crashes between two events has responded to the first and does not get the second", async (t) => {
    const crashed = Promise.withResolvers<void>();
    const log = (line: string) => line.startsWith("Error: asked to crash afterwards") && crashed.resolve();
    const { invoke, returned } = probe(t, { log });
    assert.equal((await invoke({ do: "crash afterwards" })).outcome, "returned");
    await crashed.promise;
    assert.equal((await returned<Counted>({})).events, 1);
  });

  it("an instance that ends before its first event fails that event at once", async (t) => {
    const { invoke } = probe(t, { environment: { FALL_OVER: "1" } });
    assertFailed(await invoke({ do: "hang" }), "Runtime.ExitError", /Runtime exited/);
  });

  it("a module that does not load fails each event with its error", async (t) => {
    const { invoke } = probe(t, { file: fileURLToPath(new URL("./functions/broken.ts", import.meta.url)) });
    assertFailed(await invoke({}), "RangeError", /asked not to load/);
    assertFailed(await invoke({}), "RangeError", /asked not to load/);
  });

  it("an export that is missing or not a function is Runtime.HandlerNotFound", async (t) => {
    assertFailed(await probe(t, { exportName: "missing" }).invoke({}), "Runtime.HandlerNotFound", /missing/);
    assertFailed(
      await probe(t, { exportName: "notAFunction" }).invoke({}),
      "Runtime.HandlerNotFound",
      /notAFunction/,
    );
  });

  it("a result over 6 MB is Function.ResponseSizeTooLarge", async (t) => {
    const { invoke } = probe(t);
    assertFailed(
      await invoke({ do: "big", bytes: 6_291_456 }),
      "Function.ResponseSizeTooLarge",
      /6291456 bytes/,
    );
  });

  it("behind the gateway a crash is a 500 and the next request is served", async (t) => {
    const gateway = await startGateway(t, { function: probe(t).function });
    assert.equal((await gateway.send({ path: "/?do=crash" })).text, '{"message":"Internal Server Error"}');
    assert.equal((await gateway.send({ path: "/?do=exit" })).status, 500);
    assert.equal((await gateway.send()).status, 200);
  });
});

describe("output of the function", () => {
  it("console lines have time, request id and level, and come between START and END", async (t) => {
    const { invoke, lines } = probe(t);
    const { requestId } = await invoke({ do: "log" });
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    const expected = [
      /^INIT_START /,
      new RegExp(`^START RequestId: ${requestId} Version: \\$LATEST$`),
      new RegExp(`^${time}\t${requestId}\tINFO\tone\rtwo \\{ three: 3 \\}$`),
      new RegExp(`^${time}\t${requestId}\tERROR\tbad$`),
      /^raw$/,
      new RegExp(`^END RequestId: ${requestId}$`),
      new RegExp(`^REPORT RequestId: ${requestId}\t`),
    ];
    assert.equal(lines.length, expected.length, lines.join("\n"));
    for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? "", pattern);
  });

  it("belongs to its event, however it was written", async (t) => {
    const { invoke, lines } = probe(t);
    const { lines: ofFirst } = await invoke({ do: "write" });
    assert.deepEqual(ofFirst?.slice(1, 3), ["by descriptor", "part"]);
    assert.deepEqual(ofFirst, lines.slice(1), "all but the start of the instance");
    const second = await invoke({ do: "throw" });
    assert.equal(second.lines?.filter((line) => line.includes(second.requestId)).length, 4);
    assert.equal(second.lines?.length, 4);
  });

  it("a failure is logged with its type, message and stack", async (t) => {
    const { invoke, lines } = probe(t);
    const { requestId } = await invoke({ do: "throw" });
    const line = lines.find((text) => text.startsWith(`${requestId}\tERROR\t`)) ?? "";
    assert.match(line, /"errorType":"TypeError","errorMessage":"asked to throw","stackTrace":\["TypeError/);
  });
});

describe("reload", () => {
  it("after a save, new events run the new code, and events in flight end on the old one", async (t) => {
    const directory = await mkdtemp(join(tmpdir(), "gateway-reload-"));
    t.after(() => rm(directory, { recursive: true }));
    const file = join(directory, "handler.mjs");
    const source = (version: number) => `export async function handler({ until }) {
      if (until) await fetch(until);
      return ${version};
    }`;
    await writeFile(file, source(1));
    const gate = await startGate(t);
    const reloaded = Promise.withResolvers<void>();
    const log = (line: string) => {
      if (line.startsWith("RELOAD")) reloaded.resolve();
    };
    const { invoke, returned } = probe(t, { file, watch: [directory], log });
    assert.equal(await returned({}), 1);
    const underWay = returned({ until: gate.url });
    await gate.waiting(1);
    await writeFile(file, source(2));
    await reloaded.promise;
    const fresh = await invoke({});
    assert.deepEqual([fresh.outcome === "returned" && fresh.payload, fresh.isColdStart], ["2", true]);
    gate.open();
    assert.equal(await underWay, 1);
    assert.equal(await returned({}), 2);
  });
});
