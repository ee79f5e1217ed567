import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Router } from "express";
import { type ApiDefinition, defineApi, type MountedRouter, type RouteLoaders } from "./api.ts";
import { settings as kitSettings, type OwnSettings } from "./config.ts";
import { ApiError } from "./errors/api-error.ts";
import { catalogue } from "./errors/catalogue.ts";
import { lazyRecord } from "./lazy-record.ts";
import { anyone, auth } from "./route/access.ts";
import type { Route } from "./route/define-route.ts";
import { service } from "./services.ts";
import { oneOf, wholeNumber } from "./setting-parsers.ts";

const about = { name: "shop", version: "1.0.0", description: "Sells.", routes: {} };
const setting = { description: "A number.", rule: "a number", example: "1", parse: wholeNumber(0, 9) };
const soldOut = { status: 409, title: "Sold out", message: "The shop has no more of it" };

const define = (
  more: Partial<ApiDefinition<OwnSettings, Record<never, never>, Record<string, typeof soldOut>>>,
) => defineApi({ ...about, ...more });

describe("defineApi", () => {
  it("keeps what it is given, and adds no defaults", () => {
    const api = define({});
    assert.deepEqual([api.name, api.version, api.description], ["shop", "1.0.0", "Sells."]);
    assert.deepEqual([api.settings, api.services, api.routes, api.routers], [{}, {}, {}, []]);
    assert.deepEqual(api.errors, catalogue);
    assert.deepEqual(api.middleware({ config: undefined as never, services: undefined as never }), []);
    assert.equal(
      api.groupRefusal(["STAFF", "ADMINS"], []),
      "Only members of STAFF or ADMINS may call this endpoint",
    );
  });

  it("reads several lists of routes as one, in which a later list counts", async () => {
    const load = async () => ({}) as Route;
    const [first, second] = [
      { "GET /a": load, "GET /b": load },
      { "GET /b": async () => ({}) as Route, "GET /c": load },
    ];
    const { routes } = define({ routes: [first, second] });
    assert.deepEqual({ ...routes }, { ...first, ...second });
    assert.equal(routes["GET /d"], undefined);
  });

  it("does not read a list of routes: a start does not pay for each endpoint", () => {
    const unread: RouteLoaders = lazyRecord(
      () => assert.fail("an endpoint was read"),
      () => assert.fail("the keys were read"),
    );
    for (const routes of [unread, [unread, {}]]) define({ routes });
  });

  it("knows the kit's error codes and its own", () => {
    const { errors } = define({ errors: { "100409": soldOut } });
    assert.deepEqual(errors, { ...catalogue, "100409": soldOut });
  });

  it("takes a setting, an error code and a router besides the kit's", () => {
    const router = { operationId: "legacy", prefix: "/v1/legacy", summary: "Old." } as const;
    assert.doesNotThrow(() =>
      define({
        settings: { MAX_ORDERS: setting, toString: setting },
        errors: { "100409": soldOut },
        routers: [{ ...router, access: { type: "public" }, router: () => Router() }],
      }),
    );
  });

  for (const name of Object.keys(kitSettings)) {
    it(`refuses the setting ${name}, which the kit already has`, () => {
      assert.throws(() => define({ settings: { MAX_ORDERS: setting, [name]: setting } }), {
        name: "TypeError",
        message: `The setting ${name} exists already; give yours another name`,
      });
    });
  }

  for (const code of Object.keys(catalogue)) {
    it(`refuses the error code ${code}, which the kit already has`, () => {
      assert.throws(() => define({ errors: { "100409": soldOut, [code]: soldOut } }), {
        name: "TypeError",
        message: `The error code ${code} exists already; give yours another one`,
      });
    });
  }

  for (const [what, code, changed] of [
    ["five digits", "10404", {}],
    ["letters", "soldOut", {}],
    ["the status 200", "100200", { status: 200 }],
    ["the status 999", "100999", { status: 999 }],
    ["no status", "100409", { status: undefined }],
    ["no title", "100409", { title: undefined }],
    ["a number as its message", "100409", { message: 7 }],
  ] as const) {
    it(`refuses an error code with ${what}`, () => {
      assert.throws(() => define({ errors: { [code]: { ...soldOut, ...changed } as never } }), {
        name: "TypeError",
        message: `The error code ${code} needs six digits, a status from 400 to 599, a title and a message`,
      });
    });
  }

  for (const [headers, sentence] of [
    [{ "x y": "a" }, '"x y" cannot be the name of a header'],
    [{ "x-y": 7 }, "The header x-y must be a string"],
  ] as const) {
    it(`refuses an error code with headers that cannot be sent: ${JSON.stringify(headers)}`, () => {
      assert.throws(() => define({ errors: { "100409": { ...soldOut, headers } as never } }), {
        name: "TypeError",
        message: sentence,
      });
    });
  }

  const mounted = (prefix: string): MountedRouter => ({
    operationId: "legacy",
    prefix,
    summary: "Old.",
    access: { type: "public" },
    router: () => Router(),
  });

  for (const prefix of [
    "",
    "/",
    "v1/legacy",
    "/v1/legacy/",
    "/v1//legacy",
    "/v1/{tenant}/legacy",
    "/v1/{proxy+}",
    "/v1/:tenant",
    "/v1/*legacy",
    "/v1/le gacy",
    "/v1/legacy?",
    "/v1/%20",
    "/v1/grüße",
  ]) {
    it(`refuses to mount a router at ${prefix || "nothing"}, and shows a valid prefix`, () => {
      assert.throws(() => define({ routers: [mounted("/v1/fine"), mounted(prefix)] }), {
        name: "TypeError",
        message: `legacy: a router cannot be mounted at ${prefix}; write a path like /v1/legacy`,
      });
    });
  }

  for (const prefix of ["/v1/legacy", "/legacy", "/v1/a-b_c~d.e/f"]) {
    it(`mounts a router at ${prefix}`, () =>
      assert.doesNotThrow(() => define({ routers: [mounted(prefix)] })));
  }
});

const api = defineApi({
  ...about,
  settings: {
    MAX_ORDERS: { ...setting, default: "5" },
    REGION: { ...setting, optional: true, parse: oneOf("eu", "us") },
    GREETING: { ...setting, default: "hello", parse: (text) => text.trim() },
  },
  services: {
    clock: service({ create: () => ({ now: () => 7 }) }),
    pool: service({ create: async () => ({ query: async (sql: string) => sql.length }) }),
  },
  errors: { "100409": soldOut },
  middleware: ({ config, services }) => [
    async (_request, response, next) => {
      const clock: { now(): number } = await services.clock;
      const most: number = config.settings.MAX_ORDERS;
      const region: "eu" | "us" | undefined = config.settings.REGION;
      response.setHeader("x-most", `${config.settings.GREETING.length} ${most + clock.now()} ${region}`);
      next();
    },
  ],
});

const contract = {
  operationId: "getOrder",
  method: "GET",
  path: "/v1/orders/{orderId}",
  summary: "Gets an order.",
  responses: (z: typeof import("zod")) => ({ 200: { description: "The order.", schema: z.number() } }),
} as const;

describe("the functions that an API's endpoints import", () => {
  it("make a route whose handler knows the API's settings and services", () => {
    const route = api.defineRoute({ ...contract, errors: ["100409", "001429"] }).handler(
      auth({ groups: ["STAFF"] }, async ({ config, services, params }) => {
        const most: number = config.settings.MAX_ORDERS;
        const region: "eu" | "us" | undefined = config.settings.REGION;
        const pool = await services.pool;
        const size: number = await pool.query(`${params.orderId} ${region}`);
        return { status: 200, body: most + size + (await services.clock).now() };
      }),
    );
    assert.equal(route.operationId, "getOrder");
    assert.deepEqual(route.errors, ["100409", "001429"]);
  });

  it("make errors whose codes the app knows", () => {
    const error = new api.ApiError("100409", { reason: "No tea" });
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, "100409");
  });
});

/** Never called: the type checker reports an error if this compiles. */
export function typesOfAnApi() {
  const done = { status: 200, body: 1 } as const;
  const route = api.defineRoute(contract);

  const bare = defineApi(about).defineRoute(contract);
  // @ts-expect-error an API without settings has none
  bare.handler(anyone(async ({ config }) => ({ ...done, body: config.settings.MAX_ORDERS })));
  // @ts-expect-error middleware knows no setting that the API does not declare
  defineApi({ ...about, settings: { A: setting }, middleware: ({ config }) => [config.settings.B] });
  // @ts-expect-error middleware knows no service that the API does not declare
  defineApi({ ...about, middleware: ({ services }) => [services.pool] });
  // @ts-expect-error a setting that the API does not declare
  route.handler(anyone(async ({ config }) => ({ ...done, body: config.settings.OTHER })));
  // @ts-expect-error a setting has the type that its parser gives
  route.handler(anyone(async ({ config }) => ({ ...done, text: config.settings.MAX_ORDERS.length })));
  // @ts-expect-error an optional setting may be unset
  route.handler(anyone(async ({ config }) => ({ ...done, text: config.settings.REGION.length })));
  // @ts-expect-error a service that the API does not declare
  route.handler(anyone(async ({ services }) => ({ ...done, body: await services.other })));
  // @ts-expect-error a service is a promise
  route.handler(anyone(async ({ services }) => ({ ...done, body: services.clock.now() })));
  // @ts-expect-error a service has the type of what is created
  route.handler(anyone(async ({ services }) => ({ ...done, body: (await services.clock).later() })));
  // @ts-expect-error an error code that neither the kit nor the API has
  api.defineRoute({ ...contract, errors: ["100410"] });
  // @ts-expect-error an error code that neither the kit nor the API has
  new api.ApiError("100410", { reason: "x" });
  // @ts-expect-error the kit's settings are not the API's own
  api.defineRoute(contract).handler(anyone(async ({ config }) => ({ ...done, body: config.settings.PORT })));
  // @ts-expect-error the caller's claims are there by `auth` alone
  route.handler(anyone(async ({ claims }) => ({ ...done, claims })));
}
