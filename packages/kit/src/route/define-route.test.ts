import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { anyone, auth } from "./access.ts";
import { defineRoute, type Route } from "./define-route.ts";

describe("defineRoute", () => {
  const contract = {
    operationId: "getThing",
    method: "GET",
    summary: "Gets a thing.",
    responses: (z: typeof import("zod")) => ({ 200: { description: "A thing.", schema: z.string() } }),
  } as const;

  it("keeps the contract, with who may call", () => {
    const route: Route = defineRoute({ ...contract, path: "/v1/things/{thingId}" }).handler(
      auth({ groups: ["STAFF"], scopes: ["read:things"] }, async () => ({ status: 200, body: "x" })),
    );
    assert.equal(route.operationId, "getThing");
    assert.deepEqual(route.access, { type: "authenticated", groups: ["STAFF"], scopes: ["read:things"] });
  });

  it("refuses a handler without an access rule, with a clear message", () => {
    const bare = (async () => ({ status: 200, body: "x" })) as never;
    assert.throws(() => defineRoute({ ...contract, path: "/v1/things" }).handler(bare), {
      message: /^getThing does not say who may call it: .*auth\(.*anyone\(/,
    });
  });

  it("refuses options that only GET has, with a clear message", () => {
    const post = { ...contract, method: "POST", path: "/v1/things" } as const;
    assert.throws(() => defineRoute({ ...post, head: true }), {
      message: "getThing is POST; only GET can have head",
    });
    assert.throws(() => defineRoute({ ...post, etag: true }), {
      message: "getThing is POST; only GET can have etag",
    });
  });

  it("refuses to let shared caches keep the responses of an endpoint that identifies its caller", () => {
    const define = (cacheControl: string) => defineRoute({ ...contract, path: "/v1/things", cacheControl });
    const handler = async () => ({ status: 200, body: "x" }) as const;
    for (const cacheControl of ["public, max-age=60", "Public", "s-maxage=60"]) {
      assert.throws(() => define(cacheControl).handler(auth(handler)), {
        message: `getThing identifies its caller, but ${cacheControl} lets caches share its responses; use private`,
      });
      assert.ok(define(cacheControl).handler(anyone(handler)));
    }
    assert.ok(define("private, max-age=60").handler(auth(handler)));
  });

  for (const path of [
    "v1/things",
    "/v1/things/:id",
    "/v1/{a}{b}",
    "/v1/x{a}",
    "/v1/{path+}/more",
    "/v1//things",
    "/v1/{}",
    "/v1/*",
    "/v1/a b",
    "/v1/%20",
  ]) {
    it(`refuses ${path}, which API Gateway would refuse, and shows a valid path`, () => {
      assert.throws(
        () => defineRoute({ ...contract, path }),
        (error: Error) => error.message.includes(path) && error.message.includes("/v1/orders/{orderId}"),
      );
    });
  }

  for (const path of ["/", "/v1/", "/v1/openapi.json", "/v1/a/{b}/c", "/v1/files/{path+}", "/v1/a-b_c~d.e"]) {
    it(`accepts ${path}`, () => assert.doesNotThrow(() => defineRoute({ ...contract, path })));
  }
});

/*
 * Code that must not compile. `npm run check` type-checks this file: if a line below compiles, its directive
 * is unused, and that is an error.
 */
const contract = {
  operationId: "getThing",
  method: "GET",
  path: "/v1/things/{thingId}",
  summary: "Gets a thing.",
  request: (z: typeof import("zod")) => ({ query: z.object({ limit: z.coerce.number() }) }),
  responses: (z: typeof import("zod")) => ({
    200: { description: "A thing.", schema: z.object({ size: z.number() }) },
    404: { description: "None.", schema: z.null() },
  }),
} as const;

const route = defineRoute(contract);

export const compiles: readonly Route[] = [
  defineRoute(contract).handler(
    auth({ groups: ["STAFF"] }, async ({ principal, claims, params, query }) => {
      const subject: string = principal.subject;
      const claim: unknown = claims.email;
      const id: string = params.thingId;
      const limit: number = query.limit;
      return claim
        ? { status: 200, body: { size: limit + id.length + subject.length } }
        : { status: 404, body: null };
    }),
  ),
  defineRoute(contract).handler(
    auth(async ({ principal }) => ({ status: 200, body: { size: principal.groups.length } })),
  ),
  defineRoute(contract).handler(anyone(async () => ({ status: 200, body: { size: 1 } }))),
];

/** Never called: it must not even compile. */
export function mustNotCompile(): void {
  // @ts-expect-error an endpoint without an access rule is not a route
  const withoutAccess: Route = route;

  // @ts-expect-error a bare handler has no access rule
  route.handler(async () => ({ status: 200, body: { size: 1 } }));

  // @ts-expect-error the handler of a public endpoint has no claims
  route.handler(anyone(async ({ claims }) => ({ status: 200, body: { size: Number(claims) } })));

  // @ts-expect-error nor has it a principal
  route.handler(anyone(async ({ principal }) => ({ status: 200, body: { size: Number(principal) } })));

  // @ts-expect-error an answer that is not in the contract
  route.handler(anyone(async () => ({ status: 200, body: { size: "big" } })));

  // @ts-expect-error a status that is not in the contract
  route.handler(anyone(async () => ({ status: 201, body: { size: 1 } })));

  // @ts-expect-error a variable that is not in the path
  route.handler(anyone(async ({ params }) => ({ status: 200, body: { size: params.other.length } })));

  // @ts-expect-error a body without a schema does not reach the handler
  route.handler(anyone(async ({ body }) => ({ status: 200, body: { size: Number(body) } })));

  // @ts-expect-error nor do its bytes, unless the contract asks for them
  route.handler(anyone(async ({ rawBody }) => ({ status: 200, body: { size: rawBody.length } })));

  defineRoute({ ...contract, rawBody: true }).handler(
    anyone(async ({ rawBody }) => ({ status: 200, body: { size: rawBody.length } })),
  );

  const answers = defineRoute({
    ...contract,
    responses: (z) => ({
      200: { description: "A thing.", schema: z.string() },
      302: { description: "It is there." },
      304: { description: "The caller has it.", schema: z.undefined() },
    }),
  });
  answers.handler(anyone(async () => ({ status: 302, headers: { location: "/" } })));
  answers.handler(anyone(async () => ({ status: 304, cookies: [{ name: "a", value: "b" }] })));
  answers.handler(anyone(async () => ({ status: 200, body: "x", file: { name: "ä.txt" } })));

  // @ts-expect-error a body where the contract has none
  answers.handler(anyone(async () => ({ status: 302, body: "x" })));

  // @ts-expect-error no body where the contract has one
  answers.handler(anyone(async () => ({ status: 200 })));

  // @ts-expect-error a cookie that does not say its value
  answers.handler(anyone(async () => ({ status: 302, cookies: [{ name: "a" }] })));

  const stream = { description: "It.", contentType: "text/plain", stream: "finite" } as const;
  const finite = defineRoute({ ...contract, responses: () => ({ 200: stream }) });
  finite.handler(anyone(async () => ({ status: 200, body: Readable.from([]) })));
  finite.handler(anyone(async () => ({ status: 200, body: new ReadableStream<Uint8Array>() })));

  // @ts-expect-error text where the contract has a stream
  finite.handler(anyone(async () => ({ status: 200, body: "x" })));

  // @ts-expect-error an endless stream behind an HTTP API
  defineRoute({ ...contract, responses: () => ({ 200: { ...stream, stream: "endless" } }) });

  const events = { description: "It.", contentType: "text/event-stream", stream: "endless" } as const;
  // @ts-expect-error the same among other answers
  defineRoute({ ...contract, responses: () => ({ 200: events, 204: { description: "None." } }) });
  defineRoute({ ...contract, only: "container", responses: () => ({ 200: events }) });

  // @ts-expect-error a media type has two parts
  defineRoute({ ...contract, consumes: ["json"] });

  // @ts-expect-error an empty list of groups
  auth({ groups: [] }, async () => ({ status: 200, body: { size: 1 } }));
  void withoutAccess;
}
