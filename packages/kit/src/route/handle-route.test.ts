import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import supertest from "supertest";
import { apiOf } from "../../test/fixtures/api.ts";
import { probeRoutes } from "../../test/support/probe-routes.ts";
import { ApiError } from "../errors/api-error.ts";
import { testApp } from "../testing/test-app.ts";
import { startTestIssuer, type TestIssuer } from "../testing/test-issuer.ts";
import { anyone, auth } from "./access.ts";
import { defineRoute } from "./define-route.ts";

describe("a response that breaks its contract", () => {
  async function brokenAnswer(environment: string) {
    const lines: string[] = [];
    const logged = Promise.withResolvers<void>();
    const write = (line: string) => {
      lines.push(line);
      if (line.includes('"request"')) logged.resolve();
    };
    const app = testApp(apiOf(probeRoutes), { environment: { NODE_ENV: environment }, write });
    const { status, text } = await supertest(app).get("/v1/probe/broken");
    // The line of the access log comes last.
    await logged.promise;
    return { status, text, lines };
  }

  for (const environment of ["development", "test"]) {
    it(`fails in ${environment}, and the log names the field that the contract does not mention`, async () => {
      const { status, text, lines } = await brokenAnswer(environment);
      assert.equal(status, 500);
      assert.doesNotMatch(text, /passwordHash|5f4dcc3b/);
      const log = lines.join("");
      assert.match(
        log,
        /The response of breaksContract breaks its contract: not in the schema: passwordHash/,
      );
      assert.doesNotMatch(log, /5f4dcc3b/);
    });
  }

  it("is sent unchanged in production, where responses are not compared with their contract", async () => {
    const { status, text, lines } = await brokenAnswer("production");
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), { name: "alice", passwordHash: "5f4dcc3b" });
    assert.equal(lines.length, 1, "its line of the access log, and no other");
  });
});

describe("an error code that the endpoint does not list", () => {
  async function refusal(environment: string, code: "001404" | "001503", errors: readonly "001404"[] = []) {
    const lines: string[] = [];
    const getTea = defineRoute({
      operationId: "getTea",
      method: "GET",
      path: "/v1/tea",
      summary: "Gets tea.",
      responses: (z) => ({ 200: { description: "Tea.", schema: z.string() } }),
      errors,
    }).handler(
      anyone(async () => {
        throw new ApiError(code, { reason: "No tea" });
      }),
    );
    const write = (line: string) => lines.push(line);
    const app = testApp(apiOf([getTea]), { environment: { NODE_ENV: environment }, write });
    const { status } = await supertest(app).get("/v1/tea");
    return { status, log: lines.join("") };
  }

  for (const environment of ["development", "test"]) {
    it(`is a 500 in ${environment}, and the log names the operation and the code`, async () => {
      const { status, log } = await refusal(environment, "001404");
      assert.equal(status, 500);
      assert.match(log, /getTea throws the error 001404, which it does not list; add the code to its errors/);
    });
  }

  it("is sent if the endpoint lists it, and if the kit returns it at any endpoint", async () => {
    assert.equal((await refusal("test", "001404", ["001404"])).status, 404);
    assert.equal((await refusal("test", "001503")).status, 503);
  });

  it("is sent in production", async () => {
    assert.equal((await refusal("production", "001404")).status, 404);
  });
});

for (const contentType of [undefined, "application/json", "application/json; charset=utf-8"])
  it(`a string of the contract's type ${contentType ?? "(default)"} is sent as JSON`, async () => {
    const getName = defineRoute({
      operationId: "getName",
      method: "GET",
      path: "/v1/name",
      summary: "Answers a name.",
      responses: (z) => ({
        200: { description: "It.", schema: z.string(), ...(contentType !== undefined && { contentType }) },
      }),
    }).handler(anyone(async () => ({ status: 200, body: "hello" })));
    const { text, headers } = await supertest(testApp(apiOf([getName]))).get("/v1/name");
    assert.deepEqual([text, headers["content-type"]], ['"hello"', "application/json; charset=utf-8"]);
  });

describe("an endpoint whose schemas cannot be documented", () => {
  const countThings = defineRoute({
    operationId: "countThings",
    method: "GET",
    path: "/v1/things",
    summary: "Counts.",
    request: (z) => ({ query: z.object({ from: z.object({ year: z.string() }).optional() }) }),
    responses: (z) => ({ 200: { description: "The count.", schema: z.int() } }),
  }).handler(anyone(async () => ({ status: 200, body: 5 })));

  for (const environment of ["development", "test"]) {
    it(`returns 500 in ${environment}, and the log names operation and field`, async () => {
      const lines: string[] = [];
      const options = { environment: { NODE_ENV: environment }, write: (line: string) => lines.push(line) };
      await supertest(testApp(apiOf([countThings]), options))
        .get("/v1/things")
        .expect(500);
      assert.match(
        lines.join(""),
        /countThings: query from: text has no objects; use JSON, or name each field/,
      );
    });
  }

  it("works in production", async () => {
    const app = testApp(apiOf([countThings]), { environment: { NODE_ENV: "production" } });
    await supertest(app).get("/v1/things").expect(200, "5");
  });
});

describe("the input of a handler", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  const CONTEXT = [
    "api",
    "basePath",
    "clientIp",
    "config",
    "fetch",
    "log",
    "origin",
    "requestId",
    "services",
    "signal",
    "trace",
  ];

  it("has every field, the parsed parts and the caller, also as a copy by { ...input }", async () => {
    const seen: Record<string, unknown>[] = [];
    const contract = {
      operationId: "spread",
      path: "/v1/spread/{id}",
      summary: "Spreads its input.",
      request: (z: typeof import("zod")) => ({
        query: z.object({ limit: z.coerce.number() }),
        headers: z.object({ "x-needed": z.string() }),
        body: z.object({ text: z.string() }),
      }),
      responses: (z: typeof import("zod")) => ({ 200: { description: "Done.", schema: z.null() } }),
    } as const;
    const keep = async (input: object) => {
      seen.push({ ...input });
      return { status: 200, body: null } as const;
    };
    const app = testApp(
      apiOf([
        defineRoute({ ...contract, method: "POST" }).handler(anyone(keep)),
        defineRoute({ ...contract, operationId: "spreadToo", method: "PUT" }).handler(auth(keep)),
      ]),
      { issuer, environment: { AWS_API_GW_MAPPING_KEY: "shop" } },
    );
    for (const method of ["post", "put"] as const) {
      await supertest(app)
        [method]("/v1/spread/a%20b?limit=7&other=1")
        .set({ "x-needed": "yes", host: "api.example.com" })
        .set("authorization", issuer.bearer(["USERS"]))
        .send({ text: "hello" })
        .expect(200);
    }
    const [open, signedIn] = seen;
    const parts = ["body", "headers", "params", "query"];
    assert.deepEqual(Object.keys(open ?? {}).sort(), [...CONTEXT, ...parts].sort());
    assert.deepEqual(
      Object.keys(signedIn ?? {}).sort(),
      [...CONTEXT, ...parts, "principal", "claims"].sort(),
    );
    for (const input of seen) {
      assert.deepEqual(
        [input.params, input.query, input.headers, input.body],
        [{ id: "a b" }, { limit: 7 }, { "x-needed": "yes" }, { text: "hello" }],
      );
      assert.deepEqual(
        [String(input.requestId).length, input.basePath, input.origin],
        [36, "/shop", "http://api.example.com"],
      );
      assert.match(String(input.clientIp), /127\.0\.0\.1$/);
      assert.ok(input.signal instanceof AbortSignal);
    }
    const { principal, claims } = signedIn as {
      principal: { subject: string; claims: unknown };
      claims: unknown;
    };
    assert.equal(principal.subject, "alice");
    assert.equal(claims, principal.claims);
  });

  it("is not made before the access check: the body is not read", async () => {
    let calls = 0;
    const guarded = defineRoute({
      operationId: "guarded",
      method: "POST",
      path: "/v1/guarded",
      summary: "Is for admins.",
      request: (z) => ({ body: z.object({}) }),
      responses: (z) => ({ 200: { description: "Done.", schema: z.null() } }),
    }).handler(
      auth({ groups: ["ADMINS"], scopes: ["write"] }, async () => {
        calls += 1;
        return { status: 200, body: null };
      }),
    );
    const app = testApp(apiOf([guarded]), { issuer });
    const post = (authorization?: string) => {
      const test = supertest(app).post("/v1/guarded").type("application/json");
      return (authorization ? test.set("authorization", authorization) : test).send('{"malformed');
    };
    await post().expect(401);
    await post(issuer.bearer(["USERS"], { scope: "write" })).expect(403);
    await post(issuer.bearer(["ADMINS"], { scope: "read" })).expect(403);
    await post(issuer.bearer(["ADMINS"], { scope: "write" })).expect(400);
    assert.equal(calls, 0);
  });
});
