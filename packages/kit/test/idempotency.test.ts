/**
 * `Idempotency-Key`: in both runtimes, with both stores; and two processes with one table in dynalite, a
 * DynamoDB in process.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { after, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { defineApi } from "../src/api.ts";
import { ApiError } from "../src/errors/api-error.ts";
import { anyone } from "../src/route/access.ts";
import { defineRoute, type RouteReply } from "../src/route/define-route.ts";
import { dynamoStore } from "../src/shared-store/dynamo-store.ts";
import { createMemoryStore, memoryStore } from "../src/shared-store/memory-store.ts";
import type { SharedStore } from "../src/shared-store/shared-store.ts";
import { appTarget, handlerTarget, processTarget, type Target } from "../src/testing/targets.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { type Bank, paymentsApi } from "./fixtures/payments/api.ts";
import { type LocalTable, startLocalTable } from "./support/local-table.ts";

interface Sent {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly path?: string;
  readonly as?: string;
}

const caller = (target: () => Target, issuer: () => TestIssuer) =>
  async function send({ key, body = { amount: 1 }, path = "/v1/payments", as = "alice" }: Sent = {}) {
    const answer = await target().request({
      method: "POST",
      path,
      headers: {
        "content-type": "application/json",
        authorization: issuer().bearer([], { sub: as }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = answer.body.toString();
    const json = text.startsWith("{") ? JSON.parse(text) : undefined;
    return {
      ...answer,
      text,
      json,
      code: json?.error?.code,
      replayed: answer.headers["idempotent-replayed"],
    };
  };

let issuer: TestIssuer;
let table: LocalTable;
before(async () => {
  issuer = await startTestIssuer();
  table = await startLocalTable();
});
after(async () => {
  await issuer.close();
  await table.close();
});

for (const start of [appTarget, handlerTarget])
  for (const kind of ["the memory of the process", "DynamoDB"]) {
    const runtime = start === appTarget ? "the container" : "the function";
    describe(`an idempotency key, in ${runtime}, with a store in ${kind}`, () => {
      let target: Target;
      let store: SharedStore;
      let failing: Partial<SharedStore> = {};
      let calls: unknown[] = [];
      let pay: (body: unknown) => Promise<RouteReply>;
      let lines: string[] = [];
      before(async () => {
        store =
          kind === "DynamoDB"
            ? dynamoStore({ tableName: table.tableName, client: table.client })
            : createMemoryStore();
        const bank: Bank = {
          pay(body) {
            calls.push(body);
            return pay(body);
          },
        };
        const sharedStore: SharedStore = {
          limiterOf: (policy) => (failing.limiterOf ?? store.limiterOf)(policy),
          take: (key, claim) => (failing.take ?? store.take)(key, claim),
          keep: (...given) => (failing.keep ?? store.keep)(...given),
          release: (...given) => (failing.release ?? store.release)(...given),
        };
        const services = { bank, sharedStore };
        target = await start({ api: paymentsApi, issuer, services, write: (line) => lines.push(line) });
      });
      after(() => target.close());
      beforeEach(() => {
        calls = [];
        lines = [];
        failing = {};
        pay = async () => ({ status: 201, body: { paid: calls.length } });
      });
      const send = caller(
        () => target,
        () => issuer,
      );
      const newKey = () => crypto.randomUUID();

      it("repeats the first response with its headers, and the handler is called once", async () => {
        pay = async () => ({ status: 201, body: { paid: calls.length }, headers: { location: "/v1/p/1" } });
        const key = newKey();
        const [first, second] = [await send({ key }), await send({ key: `"${key}"` })];
        assert.deepEqual([first.status, first.text, first.replayed], [201, '{"paid":1}', undefined]);
        assert.deepEqual([second.status, second.text, second.replayed], [201, '{"paid":1}', "true"]);
        assert.equal(second.headers.location, "/v1/p/1");
        assert.equal(second.headers["content-type"], first.headers["content-type"]);
        assert.equal(calls.length, 1);
      });

      it("repeats a response of bytes, and one without a body", async () => {
        for (const reply of [
          { status: 200, body: new Uint8Array([0, 255, 10]) },
          { status: 204, body: undefined },
        ]) {
          pay = async () => reply;
          const key = newKey();
          const [first, second] = [await send({ key }), await send({ key })];
          assert.deepEqual([first.status, second.status], [reply.status, reply.status]);
          assert.deepEqual([...second.body], [...(reply.body ?? [])]);
          assert.equal(second.headers["content-type"], first.headers["content-type"]);
        }
        assert.equal(calls.length, 2);
      });

      it("repeats a refusal of the handler, under the new request's id", async () => {
        pay = async () => {
          throw new ApiError("100402", { reason: "No money", headers: { "x-hint": "tomorrow" } });
        };
        const key = newKey();
        await send({ key });
        const second = await send({ key });
        assert.deepEqual([second.status, second.code, second.json.message], [402, "100402", "No money"]);
        assert.equal(second.headers["x-hint"], "tomorrow");
        assert.equal(second.replayed, "true");
        assert.equal(second.json.error.requestId, second.headers["x-request-id"]);
        assert.equal(calls.length, 1);
      });

      it("is refused with 422 for another body or query, whatever the order of its fields", async () => {
        const key = newKey();
        assert.equal((await send({ key, body: { amount: 1, id: "a" } })).status, 201);
        assert.equal((await send({ key, body: '{ "id": "a", "amount": 1 }' })).status, 201);
        for (const sent of [{ body: { amount: 2, id: "a" } }, { path: "/v1/payments?amount=2" }]) {
          const { status, code } = await send({ key, ...sent });
          assert.deepEqual([status, code], [422, "001422"]);
        }
        assert.equal(calls.length, 1);
      });

      it("belongs to one caller, method and path", async () => {
        const key = newKey();
        for (const sent of [{}, { as: "bob" }, { path: "/v1/tips/1" }, { path: "/v1/tips/2" }])
          assert.deepEqual((await send({ key, ...sent })).json, { paid: calls.length });
        assert.equal(calls.length, 4);
      });

      it("is refused with 409 while the first request runs, and admits one of many simultaneous requests", async () => {
        let finish = (_reply: RouteReply) => {};
        const called = new Promise<void>((resolve) => {
          pay = () => {
            resolve();
            return new Promise((finished) => {
              finish = finished;
            });
          };
        });
        const key = newKey();
        const requests = Array.from({ length: 5 }, () => send({ key }));
        await called;
        const running = await send({ key });
        assert.deepEqual([running.status, running.code], [409, "001409"]);
        finish({ status: 201, body: { paid: "once" } });
        const statuses = (await Promise.all(requests)).map(({ status }) => status).sort();
        assert.deepEqual([statuses[0], calls.length], [201, 1]);
        assert.ok(statuses.every((status) => status === 201 || status === 409));
        assert.deepEqual((await send({ key })).json, { paid: "once" });
      });

      it("is free again after a 5xx response, thrown or returned by mistake", async () => {
        const key = newKey();
        for (const failure of [
          new ApiError("001503", { reason: "The bank is closed" }),
          new Error("a bug"),
          new ApiError("unknown", { reason: "a bug" }),
        ]) {
          pay = () => Promise.reject(failure);
          assert.ok((await send({ key })).status >= 500);
        }
        pay = async () => ({ status: 418, body: "not in the contract" });
        assert.equal((await send({ key })).status, 500);
        pay = async () => ({ status: 201, body: { paid: "at last" } });
        assert.deepEqual((await send({ key })).json, { paid: "at last" });
      });

      it("is not taken by a request that is refused before its handler", async () => {
        const key = newKey();
        assert.equal((await send({ key, body: { amount: "much" } })).status, 400);
        assert.equal((await send({ key, body: { amount: 3 } })).status, 201);
      });

      it("must be sent if it is required, may be left out if it is optional, and must be well-formed", async () => {
        const without = await send();
        assert.deepEqual([without.status, without.code], [400, "002400"]);
        assert.deepEqual(without.json.error.fields, [
          { in: "header", name: "idempotency-key", message: "is required" },
        ]);
        for (const key of ["a b", "k".repeat(256), '"', 'a"b', ""])
          assert.deepEqual([(await send({ key })).code, calls.length], ["001400", 0], key);
        const path = `/v1/tips/${newKey()}`;
        assert.equal((await send({ path })).status, 201);
        assert.equal((await send({ path })).replayed, undefined);
        assert.equal(calls.length, 2);
      });

      it("gets 503 when the store fails, and the handler is not called", async () => {
        failing = { take: () => Promise.reject(new Error("the table is gone")) };
        const { status, code, text } = await send({ key: newKey() });
        assert.deepEqual([status, code, calls.length], [503, "001503", 0]);
        assert.doesNotMatch(text, /table/);
        assert.match(lines.join("\n"), /the table is gone/);
      });

      it("keeps the caller's response when the store fails afterwards, and stays taken until the deadline", async () => {
        const key = newKey();
        failing = { keep: () => Promise.reject(new Error("the table is gone")) };
        assert.equal((await send({ key })).status, 201);
        assert.match(lines.join("\n"), /cannot be stored for its idempotency key.*the table is gone/);
        assert.equal((await send({ key })).status, 409);
        assert.equal(calls.length, 1);
      });

      it("counts rate limits in the store too: the remaining calls, and 429 with retry-after", async () => {
        const path = `/v1/tips/${newKey()}`;
        const left = [];
        for (let call = 0; call < 3; call++) left.push((await send({ path })).headers.ratelimit);
        assert.match(String(left), /^"tips";r=2;t=\d+,"tips";r=1;t=\d+,"tips";r=0;t=\d+$/);
        const { status, code, headers } = await send({ path });
        assert.deepEqual([status, code], [429, "001429"]);
        assert.equal(headers["ratelimit-policy"], '"tips";q=3;w=60');
        assert.match(String(headers.ratelimit), /^"tips";r=0;t=\d+$/);
        assert.match(String(headers["retry-after"]), /^[1-6]?\d$/);
        assert.equal((await send({ path: "/v1/tips/other" })).status, 201);
      });
    });

    it(`limits with the same name count together in a store in ${kind}, for ${runtime}`, async () => {
      const store =
        kind === "DynamoDB"
          ? dynamoStore({ tableName: table.tableName, client: table.client })
          : createMemoryStore();
      const name = crypto.randomUUID();
      const [few, many] = await Promise.all(
        [2, 4].map((limit) => store.limiterOf({ name, limit, windowSeconds: 60 })),
      );
      await few?.consume("a");
      await many?.consume("a");
      assert.equal((await many?.consume("a"))?.remainingPoints, 1);
      await assert.rejects(async () => few?.consume("a"), { consumedPoints: 4, remainingPoints: 0 });
      assert.equal((await few?.consume("b"))?.remainingPoints, 1);
    });

    describe(`a key of a store in ${kind}, in time (with a fake clock), for ${runtime}`, () => {
      it("ends at the deadline if no response was kept, and otherwise after 24 hours", async (t) => {
        const start = Date.now();
        t.mock.timers.enable({ apis: ["Date"], now: start });
        const store =
          kind === "DynamoDB"
            ? dynamoStore({ tableName: table.tableName, client: table.client })
            : createMemoryStore();
        const key = crypto.randomUUID();
        const claim = (token: string) => ({ token, fingerprint: "f", deadline: Date.now() + 29_000 });
        assert.equal(await store.take(key, claim("dies")), undefined);
        t.mock.timers.tick(28_000);
        assert.deepEqual(pick(await store.take(key, claim("early"))), ["f", undefined]);
        t.mock.timers.tick(3_000);
        assert.equal(await store.take(key, claim("heir")), undefined);

        assert.equal(await store.keep(key, "dies", "late", Date.now() + 1000), false);
        await store.release(key, "dies");
        assert.equal(await store.keep(key, "heir", "answer", Date.now() + 86_400_000), true);
        t.mock.timers.tick(86_399_000);
        assert.deepEqual(pick(await store.take(key, claim("again"))), ["f", "answer"]);
        t.mock.timers.tick(2_000);
        assert.equal(await store.take(key, claim("anew")), undefined);
      });
    });
  }

function pick(holder: { fingerprint: string; answer: string | undefined } | undefined) {
  return [holder?.fingerprint, holder?.answer];
}

describe("two processes on one store", () => {
  const entry = fileURLToPath(new URL("fixtures/payments/container.ts", import.meta.url));
  const processes: Target[] = [];
  const children: ChildProcess[] = [];
  const startProcess = processTarget(entry, {
    spawnServer(env) {
      const child = spawn(process.execPath, [entry], { env, stdio: ["ignore", "pipe", "inherit"] });
      children.push(child);
      return child;
    },
  });
  const start = async () => {
    const environment = { DYNAMODB_URL: table.endpoint };
    processes.push(await startProcess({ api: paymentsApi, issuer, environment }));
  };
  before(async () => {
    await start();
    await start();
  });
  after(() => Promise.all(processes.map((target) => target.close())));

  const send = (index: number, sent: Sent) =>
    caller(
      () => processes[index] ?? assert.fail(),
      () => issuer,
    )(sent);
  const bank = async (index: number, method: "GET" | "POST") => {
    const answer = await processes[index]?.request({ method, path: "/v1/bank" });
    return method === "GET" ? JSON.parse(String(answer?.body)).count : answer?.status;
  };
  const untilOneWaits = async (index: number) => {
    while ((await bank(index, "GET")) === 0);
  };

  it("do the work once: the second does not wait, and repeats the first one's response", async () => {
    const key = crypto.randomUUID();
    const first = send(0, { key });
    await untilOneWaits(0);
    assert.deepEqual((await send(1, { key })).code, "001409");
    await bank(0, "POST");
    const { json } = await first;
    const second = await send(1, { key });
    assert.deepEqual([second.status, second.json, second.replayed], [201, json, "true"]);
    assert.equal(json.paidBy, children[0]?.pid);
    assert.equal((await send(1, { key, body: { amount: 2 } })).code, "001422");
    assert.equal(await bank(1, "GET"), 0);
  });

  it("free the key of a dead process at its deadline, and then another one does the work", async () => {
    const key = crypto.randomUUID();
    const lost = send(0, { key }).catch(() => undefined);
    await untilOneWaits(0);
    children[0]?.kill("SIGKILL");
    await lost;
    assert.equal((await send(1, { key })).code, "001409");
    await passDeadlines();
    const retried = send(1, { key });
    await untilOneWaits(1);
    await bank(1, "POST");
    assert.deepEqual((await retried).json, { paidBy: children[1]?.pid });
  });

  /** Time passes in the table: claims that would have ended by then have ended. */
  async function passDeadlines(): Promise<void> {
    const { client, tableName: TableName } = table;
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    for (const { key, answer } of Items) {
      if (!key?.S?.startsWith("idempotency:") || answer) continue;
      const UpdateExpression = "SET #expire = :past";
      const ExpressionAttributeNames = { "#expire": "expire" };
      const ExpressionAttributeValues = { ":past": { N: "1" } };
      const change = { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues };
      await client.send(new UpdateItemCommand({ TableName, Key: { key }, ...change }));
    }
  }
});

describe("memoryStore", () => {
  const write: string[] = [];
  const log = { warn: (message: string) => void write.push(message) } as never;

  const several = [
    { runtime: "LAMBDA", workers: 1 },
    { runtime: "CONTAINERIZED", workers: 2 },
  ] as const;

  it("logs that each process counts by itself, and is refused in production if there are several", () => {
    memoryStore({ config: { runtime: "CONTAINERIZED", workers: 1, environment: "production" }, log });
    assert.match(String(write), /^limits and idempotency keys are kept in the memory of this process/);
    for (const config of several)
      assert.throws(
        () => memoryStore({ config: { ...config, environment: "production" }, log }),
        /use dynamoStore\(\) in Lambda, and with several/,
      );
  });

  it("works in development and tests in each runtime, with the same line in the log", () => {
    for (const environment of ["development", "test"] as const) {
      for (const config of several) {
        write.length = 0;
        memoryStore({ config: { ...config, environment }, log });
        assert.equal(write.length, 1);
      }
    }
  });
});

describe("an endpoint with idempotency", () => {
  const contract = {
    operationId: "pay",
    path: "/v1/pay",
    summary: "Pays.",
    responses: () => ({}),
  } as const;

  it("is refused for a method that changes nothing", () => {
    const { defineRoute } = defineApi({
      name: "typed",
      version: "1.0.0",
      description: "Typed.",
      services: { sharedStore: { create: () => createMemoryStore() } },
      routes: {},
    });
    assert.throws(
      () => defineRoute({ ...contract, method: "GET", idempotency: "optional" }),
      /^TypeError: pay: a GET changes nothing, so it needs no idempotency; leave it out$/,
    );
    defineRoute({ ...contract, method: "POST", idempotency: "required" });
  });

  it("does not compile in an API without the service, and fails there", async () => {
    // @ts-expect-error the API has no service sharedStore
    const unguarded = defineRoute({ ...contract, method: "POST", idempotency: "required" });
    const route = unguarded.handler(anyone(async () => ({ status: 204, body: undefined }) as never));
    const api = defineApi({
      name: "without",
      version: "1.0.0",
      description: "Has no store.",
      routes: { "POST /v1/pay": async () => route },
    });
    const lines: string[] = [];
    const target = await appTarget({ api, issuer, write: (line) => lines.push(line) });
    const headers = { "idempotency-key": "a" };
    assert.equal((await target.request({ method: "POST", path: "/v1/pay", headers })).status, 500);
    assert.match(String(lines), /the API has no service sharedStore/);
    await target.close();
  });
});
