import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, describe, it } from "node:test";
import { inspect } from "node:util";
import { apiOf } from "../test/fixtures/api.ts";
import { type Api, defineApi } from "./api.ts";
import { startServer } from "./container/server.ts";
import { ApiError } from "./errors/api-error.ts";
import { createHandler } from "./lambda/create-handler.ts";
import type { HttpResult } from "./lambda/event-adapter.ts";
import { createLog } from "./log.ts";
import { anyone } from "./route/access.ts";
import { defineRoute } from "./route/define-route.ts";
import {
  CLOSE_MILLISECONDS,
  createServices,
  type ServiceDefinition,
  type ServiceDefinitions,
  service,
} from "./services.ts";
import { wholeNumber } from "./setting-parsers.ts";
import { lambdaContext, payloadEvent } from "./testing/payload-event.ts";
import { noIssuer, testConfig, testEnvironment } from "./testing/test-environment.ts";

const settings = {
  POOL_SIZE: { description: "How many.", rule: "a number", example: "4", parse: wholeNumber(1, 9) },
};

/** Services made from definitions, and the log. */
function setUp(definitions: ServiceDefinitions, replaced: Readonly<Record<string, unknown>> = {}) {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  const config = testConfig({ settings });
  return {
    ...createServices(definitions, { config, log, replaced }),
    config,
    log,
    entries: () => lines.map((line) => JSON.parse(line)),
  };
}

/** `GET /v1/<name>`, which answers with its service. */
const routeOf = (name: string, path = `/v1/${name}`) =>
  defineRoute({
    operationId: name,
    method: "GET",
    path,
    summary: "Answers its service.",
    responses: (z) => ({ 200: { description: "The service.", schema: z.unknown() } }),
  }).handler(
    anyone(async ({ services }) => ({
      status: 200,
      body: await (services as Readonly<Record<string, Promise<unknown>>>)[name],
    })),
  );

describe("a service", () => {
  it("is created at its first use, and never again, not even by parallel requests", async () => {
    const made: string[] = [];
    const { services } = setUp({
      pool: service({ create: () => made.push("pool") }),
      client: service({
        async create() {
          await new Promise((resolve) => setImmediate(resolve));
          return made.push("client");
        },
      }),
    });
    assert.deepEqual(Object.keys(services), ["pool", "client"]);
    assert.deepEqual(made, []);
    assert.deepEqual(await Promise.all([services.client, services.client, services.client]), [1, 1, 1]);
    assert.equal(await services.client, 1);
    assert.deepEqual(made, ["client"]);
    assert.equal(await services.pool, 2);
    assert.deepEqual(made, ["client", "pool"]);
  });

  it("is created once even if it is undefined", async () => {
    let calls = 0;
    const { services } = setUp({
      migrated: service({
        create() {
          calls += 1;
        },
      }),
    });
    for (let time = 0; time < 3; time++) assert.equal(await services.migrated, undefined);
    assert.equal(calls, 1);
  });

  it("is created from the configuration with the API's own settings, the log, and other services", async () => {
    const pool = service({
      settings,
      create: ({ config, log }) => {
        const size: number = config.settings.POOL_SIZE;
        log.info("pool", { size });
        return { size };
      },
    });
    const orders = service({
      async create({ use }) {
        const { size } = await use(pool);
        return { list: () => `orders of ${size}` };
      },
    });
    const { services, entries } = setUp({ orders, pool });
    assert.equal((await (services.orders as Promise<{ list(): string }>)).list(), "orders of 4");
    assert.deepEqual(await services.pool, { size: 4 });
    assert.deepEqual(
      entries().map(({ message, size }) => [message, size]),
      [["pool", 4]],
    );
  });

  it("may use one that the API does not list, which is created once and closed like the others", async () => {
    const steps: string[] = [];
    const hidden = service({
      create: () => steps.push("hidden"),
      close: () => steps.push("close hidden"),
    });
    const open = (name: string) =>
      service({
        create: async ({ use }) => void steps.push(`${name} of ${await use(hidden)}`),
        close: () => steps.push(`close ${name}`),
      });
    const { services, close } = setUp({ first: open("first"), second: open("second") });
    await services.first;
    await services.second;
    await close();
    assert.deepEqual(steps, [
      "hidden",
      "first of 1",
      "second of 1",
      "close second",
      "close first",
      "close hidden",
    ]);
  });

  it("is replaced in tests, also for services that use it, and is then neither created nor closed", async () => {
    const steps: string[] = [];
    const pool = service({
      create: () => {
        steps.push("create");
        return "a pool";
      },
      close: () => steps.push("close"),
    });
    const orders = service({ create: async ({ use }) => `orders of ${await use(pool)}` });
    const { services, close } = setUp({ pool, orders }, { pool: "a fake" });
    assert.deepEqual([await services.pool, await services.orders], ["a fake", "orders of a fake"]);
    await close();
    assert.deepEqual(steps, []);
    const without = setUp({ pool }, { pool: undefined });
    assert.equal(await without.services.pool, undefined);
    assert.deepEqual(steps, []);
  });

  it("that cannot be created rejects with 001503 and its cause for all waiting requests, and the next one tries again", async () => {
    for (const fail of [
      () => {
        throw new Error("the database says no");
      },
      async () => {
        throw new Error("the database says no");
      },
    ]) {
      let calls = 0;
      const { services } = setUp({
        pool: service({
          create() {
            calls += 1;
            return calls === 1 ? fail() : "a pool";
          },
        }),
      });
      for (const result of await Promise.allSettled([services.pool, services.pool])) {
        assert.ok(result.status === "rejected" && result.reason instanceof ApiError);
        const { code, reason, cause } = result.reason;
        assert.deepEqual(
          [code, reason],
          ["001503", "A service behind this API is unavailable; try again later"],
        );
        assert.match(String(cause), /The service pool cannot be created/);
        assert.match(String((cause as Error).cause), /the database says no/);
      }
      assert.equal(calls, 1);
      assert.equal(await services.pool, "a pool");
    }
  });

  it("that nothing waits for does not end the process when it cannot be created", async () => {
    const { services } = setUp({ pool: service({ create: () => Promise.reject(new Error("no")) }) });
    void services.pool;
    // An unhandled rejection would fail this test.
    await new Promise((resolve) => setImmediate(resolve));
  });

  for (const read of [["first"], ["first", "second"]]) {
    it(`that depends on itself in a circle is an error that names the circle, for ${read.join(" and ")} at once`, async () => {
      const definitions: Record<string, ServiceDefinition<unknown>> = {
        first: service({ create: ({ use }) => use(definitions.second as ServiceDefinition<unknown>) }),
        second: service({ create: ({ use }) => use(definitions.first as ServiceDefinition<unknown>) }),
      };
      const { services, close } = setUp(definitions);
      const results = await Promise.allSettled(read.map((name) => services[name]));
      for (const result of results) {
        assert.ok(result.status === "rejected");
        assert.match(
          inspect(result.reason, { depth: 9 }),
          /in a circle: (first uses second uses first|second uses first uses second)/,
        );
      }
      await close();
    });
  }

  it("is closed in reverse order, after those that use it", async () => {
    const steps: string[] = [];
    const closing = (name: string) => async (value: string) => {
      assert.equal(value, name);
      steps.push(`closing ${name}`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`closed ${name}`);
    };
    const pool = service({ create: () => "pool", close: closing("pool") });
    const orders = service({
      create: async ({ use }) => use(pool).then(() => "orders"),
      close: closing("orders"),
    });
    const unused = service({ create: () => "unused", close: closing("unused") });
    const { services, close } = setUp({ orders, pool, unused });
    await services.orders;
    await close();
    assert.deepEqual(steps, ["closing orders", "closed orders", "closing pool", "closed pool"]);
    await close();
    assert.equal(steps.length, 4, "once");
  });

  it("that is still being created is closed too", async () => {
    const finish = Promise.withResolvers<string>();
    const closed: string[] = [];
    const { services, close } = setUp({
      pool: service({ create: () => finish.promise, close: (value) => closed.push(value) }),
    });
    void services.pool;
    const closing = close();
    finish.resolve("late");
    await closing;
    assert.deepEqual(closed, ["late"]);
  });

  it("that does not close in time is logged, and the others are closed", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const closed: string[] = [];
    const begun = Promise.withResolvers<void>();
    const { services, close, entries } = setUp({
      first: service({ create: () => "first", close: (value) => closed.push(value) }),
      stuck: service({
        create: () => "stuck",
        close: () => {
          begun.resolve();
          return new Promise(() => {});
        },
      }),
    });
    for (const name of ["first", "stuck"]) await services[name];
    const closing = close();
    await begun.promise;
    t.mock.timers.tick(CLOSE_MILLISECONDS);
    await closing;
    assert.deepEqual(closed, ["first"]);
    assert.deepEqual(
      entries().map(({ message, service, error }) => [message, service, error.message]),
      [["a service cannot be closed", "stuck", "It is not closed after 5 seconds"]],
    );
  });

  it("that cannot be closed is logged, and the others are closed", async () => {
    const closed: string[] = [];
    const failing = (how: () => unknown) => service({ create: () => "x", close: how });
    const { services, close, entries } = setUp({
      first: service({ create: () => "first", close: (value) => closed.push(value) }),
      throws: failing(() => {
        throw new Error("stuck");
      }),
      rejects: failing(() => Promise.reject(new Error("stuck too"))),
      last: service({ create: () => "last", close: (value) => closed.push(value) }),
    });
    for (const name of ["first", "throws", "rejects", "last"]) await services[name];
    await close();
    assert.deepEqual(closed, ["last", "first"]);
    assert.deepEqual(
      entries().map(({ level, message, service, error }) => [level, message, service, error.message]),
      [
        ["error", "a service cannot be closed", "rejects", "stuck too"],
        ["error", "a service cannot be closed", "throws", "stuck"],
      ],
    );
  });
});

describe("an API with services", () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function start(api: Api, services: Readonly<Record<string, unknown>> = {}) {
    const lines: string[] = [];
    const server = await startServer(api, {
      config: testConfig(api),
      log: createLog((line) => lines.push(line)),
      write: () => {},
      services,
    });
    stops.push(() => server.stop(0));
    return { ...server, entries: () => lines.map((line) => JSON.parse(line)) };
  }

  it("creates each once for all its requests, and only those that a request needs", async () => {
    const made: string[] = [];
    const create = (name: string) =>
      service({
        async create() {
          await new Promise((resolve) => setImmediate(resolve));
          made.push(name);
          return name;
        },
      });
    const definitions = { pool: create("pool"), other: create("other") };
    const api = apiOf([routeOf("pool"), routeOf("other")], { services: definitions });
    const { url } = await start(api);
    assert.deepEqual(made, []);
    const answers = await Promise.all(
      ["/v1/pool", "/v1/pool", "/v1/pool"].map(async (path) => (await fetch(url + path)).json()),
    );
    assert.deepEqual(answers, ["pool", "pool", "pool"]);
    assert.deepEqual(made, ["pool"]);
  });

  it("creates each once for a function's instance", async () => {
    let calls = 0;
    const counted = service({
      create() {
        calls += 1;
        return calls;
      },
    });
    const api = apiOf([routeOf("pool")], { services: { pool: counted } });
    const handler = createHandler(api, {
      environment: testEnvironment(api, noIssuer, { RUNTIME: "LAMBDA" }),
      log: createLog(() => {}),
    });
    assert.equal(calls, 0);
    for (let time = 0; time < 2; time++) {
      const event = payloadEvent({ method: "GET", path: "/v1/pool" });
      const { statusCode, body } = (await handler(event, lambdaContext())) as HttpResult;
      assert.deepEqual([statusCode, body], [200, "1"]);
    }
  });

  it("accepts a test's replacements, in both runtimes", async () => {
    const services = { pool: service({ create: () => assert.fail("was made") }) };
    const api = apiOf([routeOf("pool")], { services });
    const { url } = await start(api, { pool: "a fake" });
    assert.equal(await (await fetch(`${url}/v1/pool`)).json(), "a fake");
    const handler = createHandler(api, {
      environment: testEnvironment(api, noIssuer, { RUNTIME: "LAMBDA" }),
      log: createLog(() => {}),
      services: { pool: "a fake" },
    });
    const event = payloadEvent({ method: "GET", path: "/v1/pool" });
    assert.equal(((await handler(event, lambdaContext())) as HttpResult).body, '"a fake"');
  });

  it("returns 503 while one cannot be created, logs its cause, and returns 200 once it can", async () => {
    let isUp = false;
    const pool = service({
      create() {
        if (!isUp) throw new Error("connect ECONNREFUSED db.internal:5432");
        return "a pool";
      },
    });
    const { url, entries } = await start(apiOf([routeOf("pool")], { services: { pool } }));
    const refused = await fetch(`${url}/v1/pool`);
    const text = await refused.text();
    const { error, message } = JSON.parse(text);
    assert.deepEqual(
      [refused.status, error.code, error.reason, message],
      [503, "001503", "A service behind this API is unavailable; try again later", "Service Unavailable"],
    );
    assert.doesNotMatch(text, /db\.internal|pool/);
    const [entry, ...others] = entries();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [entry.level, entry.requestId, entry.error.cause.message, entry.error.cause.cause.message],
      [
        "error",
        error.requestId,
        "The service pool cannot be created",
        "connect ECONNREFUSED db.internal:5432",
      ],
    );
    isUp = true;
    const answered = await fetch(`${url}/v1/pool`);
    assert.deepEqual([answered.status, await answered.json()], [200, "a pool"]);
  });

  it("closes them when the server has stopped, in reverse order, and only after the last response", async () => {
    const steps: string[] = [];
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const closing = (name: string) =>
      service({ create: () => name, close: () => steps.push(`close ${name}`) });
    const api = defineApi({
      name: "shop",
      version: "1.0.0",
      description: "Sells.",
      services: { first: closing("first"), second: closing("second") },
      routes: { "GET /v1/slow": async () => slow },
    });
    const slow = defineRoute({
      operationId: "slow",
      method: "GET",
      path: "/v1/slow",
      summary: "Takes its time.",
      responses: (z) => ({ 200: { description: "Done.", schema: z.string() } }),
    }).handler(
      anyone(async ({ services }) => {
        const made = services as { first: Promise<string>; second: Promise<string> };
        await made.second;
        await made.first;
        entered.resolve();
        await finish.promise;
        steps.push("answer");
        return { status: 200, body: "done" };
      }),
    );
    const { url, stop } = await start(api);
    const answer = fetch(`${url}/v1/slow`);
    await entered.promise;
    const stopped = stop(60_000);
    // Time enough to close them all, if nothing waited for the answer.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(steps, []);
    finish.resolve();
    assert.equal((await answer).status, 200);
    assert.deepEqual(await stopped, { wasForced: false });
    assert.deepEqual(steps, ["answer", "close first", "close second"]);
  });

  it("closes them even if a response had to be cut off", async () => {
    const entered = Promise.withResolvers<void>();
    let isClosed = false;
    const pool = service({
      create: () => "a pool",
      close() {
        isClosed = true;
      },
    });
    const stuck = defineRoute({
      operationId: "stuck",
      method: "GET",
      path: "/v1/stuck",
      summary: "Waits until the caller has gone.",
      responses: (z) => ({ 200: { description: "Never.", schema: z.string() } }),
    }).handler(
      anyone(async ({ services, signal }) => {
        await (services as { pool: Promise<string> }).pool;
        entered.resolve();
        await once(signal, "abort");
        return { status: 200, body: "too late" };
      }),
    );
    const { url, stop } = await start(apiOf([stuck], { services: { pool } }));
    const lost = assert.rejects(fetch(`${url}/v1/stuck`));
    await entered.promise;
    assert.deepEqual(await stop(1), { wasForced: true });
    await lost;
    assert.equal(isClosed, true);
  });

  it("stops even if one cannot be closed, logs it, and closes the others", async () => {
    let isClosed = false;
    const broken = service({ create: () => "broken", close: () => Promise.reject(new Error("stuck")) });
    const fine = service({
      create: () => "fine",
      close() {
        isClosed = true;
      },
    });
    const api = apiOf([routeOf("fine"), routeOf("broken")], { services: { fine, broken } });
    const { url, stop, entries } = await start(api);
    for (const name of ["fine", "broken"]) assert.equal((await fetch(`${url}/v1/${name}`)).status, 200);
    assert.deepEqual(await stop(60_000), { wasForced: false });
    assert.equal(isClosed, true);
    assert.deepEqual(
      entries().map(({ message, service, error }) => [message, service, error.message]),
      [["a service cannot be closed", "broken", "stuck"]],
    );
  });
});

/** Never called: the type checker reports an error if this compiles. */
export function typesOfServices() {
  const pool = service({ settings, create: ({ config }) => ({ size: config.settings.POOL_SIZE }) });

  // @ts-expect-error a setting that is not among those of the service
  service({ settings, create: ({ config }) => config.settings.OTHER });
  // @ts-expect-error without settings there are none to read
  service({ create: ({ config }) => config.settings.POOL_SIZE });
  // @ts-expect-error what is closed is what was created
  service({ create: () => ({ size: 1 }), close: (value) => value.end() });
  // @ts-expect-error another service has the type of what it creates
  service({ create: async ({ use }) => (await use(pool)).length });
  service({ create: async ({ use }) => (await use(pool)).size.toFixed() });
}
