/** Each kind of schema in each place is in test/schema-agreement.test.ts. Here are faults of a whole part. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import type { RequestSchemas } from "./define-route.ts";
import type { MediaType } from "./media-types.ts";
import { routeFaults } from "./schema-faults.ts";

function faults(request: RequestSchemas, path = "/v1/things/{thingId}/{rest+}"): readonly string[] {
  const responses = { 204: { description: "Done.", schema: z.undefined() } };
  return routeFaults({ operationId: "doThing", path }, { request, responses });
}

describe("routeFaults", () => {
  it("finds nothing wrong with what can be sent and documented", () => {
    const params = z.object({ thingId: z.int(), rest: z.string() });
    const query = z.strictObject({ limit: z.int().default(10), answer: z.string().optional() });
    const headers = z.object({ "X-Api-Key": z.string() });
    assert.deepEqual(faults({ params, query, headers, body: z.unknown() }), []);
  });

  it("finds a path variable that the path does not have", () => {
    assert.deepEqual(faults({ params: z.object({ id: z.string() }) }), [
      "doThing: path id: /v1/things/{thingId}/{rest+} has no variable of this name",
    ]);
  });

  it("finds two headers whose names differ only in case, and headers that allow no others", () => {
    const twice = z.object({ "X-A": z.string(), "x-a": z.string() });
    assert.deepEqual(faults({ headers: twice }), [
      "doThing: header x-a: it is listed twice; header names are case-insensitive",
    ]);
    assert.deepEqual(faults({ headers: z.strictObject({ "x-a": z.string() }) }), [
      "doThing: header: callers and gateways send other headers too; use z.object()",
    ]);
  });

  it("finds query fields without names, and an undocumented rule over the whole query", () => {
    assert.deepEqual(faults({ query: z.object({}).catchall(z.int()) }), [
      "doThing: query: z.catchall() cannot be documented here; name every field",
    ]);
    const range = z.object({ from: z.int(), to: z.int() }).refine(({ from, to }) => from < to);
    assert.deepEqual(faults({ query: range }), [
      "doThing: query: a refinement has no form in JSON Schema; describe it in .meta({ description })",
    ]);
    assert.deepEqual(faults({ query: range.describe("`from` comes before `to`.") }), []);
  });

  it("names the field at any depth, also in lists", () => {
    const body = z.object({
      orders: z.array(z.object({ total: z.bigint(), by: z.record(z.string(), z.date()) })),
    });
    assert.deepEqual(faults({ body }), [
      "doThing: body orders[].total: a bigint is neither text nor JSON; use a string of digits",
      "doThing: body orders[].by.*: JSON has no dates; use z.iso.datetime()",
    ]);
  });

  it("requires of a body that comes as a form and as JSON what both can carry", () => {
    const responses = { 204: { description: "Done.", schema: z.undefined() } };
    const body = z.object({ at: z.date(), to: z.string().nullable() });
    const consumes = ["application/json", "application/x-www-form-urlencoded"] as const;
    assert.deepEqual(
      routeFaults(
        { operationId: "doThing", path: "/", consumes: [...consumes] },
        { request: { body }, responses },
      ),
      [
        "doThing: body at: JSON has no dates; use z.iso.datetime()",
        "doThing: body to: text has no null; use .optional()",
      ],
    );
  });

  it("finds what a body's media types cannot carry", () => {
    const responses = { 204: { description: "Done.", schema: z.undefined() } };
    const bodyFaults = (consumes: [MediaType, ...MediaType[]], body: z.ZodType) =>
      routeFaults({ operationId: "doThing", path: "/", consumes }, { request: { body }, responses });
    assert.deepEqual(bodyFaults(["application/merge-patch+json"], z.object({ a: z.null() })), []);
    assert.deepEqual(bodyFaults(["text/csv", "application/xml"], z.string().max(1000)), []);
    assert.deepEqual(bodyFaults(["application/x-ndjson"], z.array(z.object({ a: z.int() }))), []);
    assert.deepEqual(bodyFaults(["text/csv"], z.object({ a: z.string() })), [
      "doThing: body: a text has no fields; use z.string()",
    ]);
    assert.deepEqual(bodyFaults(["application/jsonl"], z.object({ a: z.string() })), [
      "doThing: body: lines of JSON are a list; use z.array()",
    ]);
    assert.deepEqual(bodyFaults(["application/octet-stream"], z.string()), [
      "doThing: body: a body of bytes has no schema; set rawBody: true instead",
    ]);
  });

  it("finds a comma-separated list of a wrong type, and cookies that allow no others", () => {
    const responses = { 204: { description: "Done." } };
    const query = z.object({ tag: z.array(z.string()).optional(), limit: z.int() });
    const route = { operationId: "doThing", path: "/", commaSeparated: ["tag", "limit", "other"] };
    assert.deepEqual(routeFaults(route, { request: { query }, responses }), [
      "doThing: query limit: it is comma-separated, so its schema must be a list",
      "doThing: query other: it is comma-separated, so its schema must be a list",
    ]);
    assert.deepEqual(faults({ cookies: z.strictObject({ a: z.string() }) }), [
      "doThing: cookie: browsers send other cookies too; use z.object()",
    ]);
    assert.deepEqual(faults({ cookies: z.object({ a: z.array(z.string()) }) }), [
      "doThing: cookie a: a cookie has no lists; use a string",
    ]);
  });

  it("finds a response that cannot be sent, a schema of one without a body, and a limit that admits no body", () => {
    const route = { operationId: "doThing", path: "/", bodyLimitBytes: -1 };
    const empty = { description: "Nothing." };
    const responses = {
      99: empty,
      204: { ...empty, schema: z.object({}) },
      205: { ...empty, schema: z.undefined() },
      304: empty,
      600: empty,
    };
    assert.deepEqual(routeFaults(route, { request: {}, responses }), [
      "doThing: bodyLimitBytes is -1; use a number of bytes above 0",
      "doThing: response 99: it is not a status; use one from 200 to 599",
      "doThing: response 204: a response with this status has no body; remove the schema",
      "doThing: response 600: it is not a status; use one from 200 to 599",
    ]);
  });

  it("finds an endless stream that an HTTP API would have to send, and streams with a schema or without a type", () => {
    const route = { operationId: "doThing", path: "/" };
    const responses = {
      200: { description: "It.", contentType: "text/event-stream", stream: "endless" },
      201: { description: "It.", stream: "finite", schema: z.string() },
    } as const;
    assert.deepEqual(routeFaults(route, { request: {}, responses }), [
      'doThing: response 200: an HTTP API cannot send an endless stream; set only: "container"',
      "doThing: response 201: a stream has no schema; remove the schema",
      "doThing: response 201: set the contentType of the stream",
    ]);
    const { 200: events } = responses;
    assert.deepEqual(
      routeFaults({ ...route, only: "container" }, { request: {}, responses: { 200: events } }),
      [],
    );
  });
});
