import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { ApiError, type FieldError } from "../errors/api-error.ts";
import type { RequestSchemas } from "./define-route.ts";
import { parseRequest, type RawRequest } from "./validate.ts";

const raw = (parts: Partial<RawRequest>): RawRequest => ({
  params: {},
  query: Object.create(null),
  headers: {},
  cookies: {},
  body: undefined,
  ...parts,
});

function refusalOf(schemas: RequestSchemas, parts: Partial<RawRequest>): ApiError {
  try {
    parseRequest(schemas, raw(parts));
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  throw assert.fail("The request should have been refused");
}

const fieldsOf = (schemas: RequestSchemas, parts: Partial<RawRequest>): readonly FieldError[] =>
  refusalOf(schemas, parts).fields ?? [];

describe("parseRequest", () => {
  it("returns each part parsed: converted, with its defaults, without unknown fields", () => {
    const schemas = {
      params: z.object({ id: z.coerce.number() }),
      query: z.object({ limit: z.coerce.number().default(10), tag: z.array(z.string()).optional() }),
      headers: z.object({ "x-needed": z.string() }),
      body: z.object({ name: z.string().trim() }),
    };
    const given = raw({
      params: { id: "7" },
      query: { tag: "a", other: "x" },
      headers: { "x-needed": "yes", authorization: "Bearer x" },
      body: { name: " alice ", admin: true },
    });
    assert.deepEqual(parseRequest(schemas, given), {
      params: { id: 7 },
      query: { limit: 10, tag: ["a"] },
      headers: { "x-needed": "yes" },
      body: { name: "alice" },
    });
  });

  it("returns path variables without a schema unchanged, and no other part", () => {
    assert.deepEqual(parseRequest({}, raw({ params: { id: "7" }, query: { a: "1" }, body: { b: 2 } })), {
      params: { id: "7" },
    });
  });

  it("names every wrong field of every part, in OpenAPI's terms", () => {
    const error = refusalOf(
      {
        params: z.object({ id: z.coerce.number() }),
        query: z.object({ limit: z.coerce.number() }),
        headers: z.object({ "x-needed": z.string() }),
        body: z.object({ name: z.string(), list: z.array(z.number()) }),
      },
      { params: { id: "x" }, query: { limit: "y" }, body: { list: [1, "z"] } },
    );
    assert.equal(error.code, "001400");
    assert.deepEqual(
      error.fields?.map((field) => `${field.in} ${field.name}`),
      ["path id", "query limit", "header x-needed", "body name", "body list.1"],
    );
    assert.equal(
      error.reason,
      "The request does not match its schema: path id, query limit, header x-needed, body name, body list.1",
    );
  });

  it("calls missing values required, also a missing body", () => {
    const body = z.object({ name: z.string(), inner: z.object({ a: z.string() }) });
    assert.deepEqual(fieldsOf({ body }, { body: { inner: {} } }), [
      { in: "body", name: "name", message: "is required" },
      { in: "body", name: "inner.a", message: "is required" },
    ]);
    const error = refusalOf({ body }, {});
    assert.deepEqual(error.fields, [{ in: "body", name: "", message: "is required" }]);
    assert.equal(error.reason, "The request does not match its schema: body");
  });

  it("does not call null missing, and looks inside it safely", () => {
    const body = z.object({ name: z.string(), inner: z.object({ a: z.string() }) });
    for (const { message } of fieldsOf({ body }, { body: { name: null, inner: null } })) {
      assert.notEqual(message, "is required");
    }
    assert.equal(fieldsOf({ body }, { body: null })[0]?.name, "");
  });

  it("never quotes the request", () => {
    const schemas = {
      body: z.object({
        a: z.string().max(3),
        b: z.literal("x"),
        c: z.email(),
        d: z.number(),
        e: z.enum(["x", "y"]),
        f: z.union([z.number(), z.boolean()]),
        g: z.string().regex(/^x$/),
        h: z.iso.datetime(),
      }),
    };
    const body = Object.fromEntries([..."abcdefgh"].map((name) => [name, "hunter2"]));
    const error = refusalOf(schemas, { body });
    assert.equal(error.fields?.length, 8);
    assert.doesNotMatch(JSON.stringify([error.fields, error.reason]), /hunter2/);
    assert.equal(error.cause, undefined);
  });

  it("reports an extra field of a strict schema", () => {
    const fields = fieldsOf({ body: z.strictObject({ a: z.string() }) }, { body: { a: "x", admin: true } });
    assert.equal(fields.length, 1);
    assert.match(fields[0]?.message ?? "", /admin/);
  });
});

describe("parseRequest of text", () => {
  const schemas = {
    params: z.object({ id: z.int() }),
    query: z.object({
      limit: z.number(),
      all: z.boolean(),
      since: z.date(),
      level: z.literal([1, 2]),
      ids: z.array(z.int()),
      page: z.union([z.int(), z.literal("last")]),
    }),
    headers: z.object({ "X-Retries": z.int() }),
  };
  const text = {
    params: { id: "7" },
    query: {
      limit: "1.5e1",
      all: "false",
      since: "2024-02-29T10:20:30+01:00",
      level: "2",
      ids: ["1", "2"],
      page: "last",
    },
    headers: { "x-retries": "3" },
  };

  it("converts text to numbers, booleans and dates where the schema has them", () => {
    assert.deepEqual(parseRequest(schemas, raw(text)), {
      params: { id: 7 },
      query: {
        limit: 15,
        all: false,
        since: new Date("2024-02-29T09:20:30Z"),
        level: 2,
        ids: [1, 2],
        page: "last",
      },
      headers: { "X-Retries": 3 },
    });
  });

  it("names every field whose text is of another type, with the expected one", () => {
    const wrong = {
      params: { id: "7.5" },
      query: {
        limit: "0x10",
        all: "yes",
        since: "2023-02-30T00:00:00Z",
        level: "3",
        ids: "x",
        page: "first",
      },
      headers: { "x-retries": "" },
    };
    assert.deepEqual(
      fieldsOf(schemas, wrong).map(({ in: place, name, message }) => `${place} ${name}: ${message}`),
      [
        "path id: Invalid input: expected int, received number",
        "query limit: Invalid input: expected number, received string",
        "query all: Invalid input: expected boolean, received string",
        "query since: Invalid input: expected date, received string",
        "query level: Invalid option: expected one of 1|2",
        "query ids.0: Invalid input: expected number, received string",
        'query page: Invalid input: expected number, received string, or Invalid input: expected "last"',
        "header X-Retries: Invalid input: expected number, received string",
      ],
    );
  });

  it("reads the fields of a form, and leaves JSON unchanged", () => {
    const form = { body: z.object({ count: z.int(), list: z.array(z.int()), file: z.file().optional() }) };
    const body = { count: "2", list: "1" };
    assert.deepEqual(parseRequest(form, { ...raw({ body }), isText: true }).body, { count: 2, list: [1] });
    const file = new File(["x"], "x.txt");
    const withFile = { ...raw({ body: { ...body, file } }), isText: true };
    assert.equal(Object(parseRequest(form, withFile).body).file, file);
    assert.deepEqual(
      fieldsOf(form, { body }).map(({ name }) => name),
      ["count", "list"],
    );
  });

  it("does not let z.coerce accept text that is not a number or a date", () => {
    const query = z.object({ a: z.coerce.number().optional(), b: z.coerce.date().optional() });
    for (const given of ["", " ", "0x10", "2024", ["1", "2"], "2023-02-30T00:00:00Z"]) {
      assert.equal(fieldsOf({ query }, { query: { b: given } })[0]?.name, "b");
      if (given !== "2024") assert.equal(fieldsOf({ query }, { query: { a: given } })[0]?.name, "a");
    }
  });
});

describe("parseRequest of headers", () => {
  it("finds a header in any case, and names it as the schema does", () => {
    const named = { headers: z.object({ "X-Api-Key": z.string() }) };
    assert.deepEqual(parseRequest(named, raw({ headers: { "x-api-key": "k" } })).headers, {
      "X-Api-Key": "k",
    });
    const error = refusalOf(named, {});
    assert.deepEqual([error.code, error.reason], ["002400", "The request lacks a header: X-Api-Key"]);
  });

  const headers = z.object({ "x-a": z.string(), "x-b": z.string().max(1) });

  it("has a separate code if the only fault is a missing header", () => {
    const error = refusalOf({ headers }, {});
    assert.equal(error.code, "002400");
    assert.equal(error.reason, "The request lacks a header: x-a, x-b");
    assert.equal(error.fields?.length, 2);
  });

  it("has the common code if a header is present but wrong, or if something else is wrong too", () => {
    assert.equal(refusalOf({ headers }, { headers: { "x-a": "1", "x-b": "22" } }).code, "001400");
    assert.equal(refusalOf({ headers, body: z.string() }, {}).code, "001400");
  });
});

describe("parseRequest of a query", () => {
  it("makes a list of a single value where a list is expected, also if it is optional or has a default", () => {
    const query = z.object({
      a: z.array(z.string()),
      b: z.array(z.string()).optional(),
      c: z.array(z.string()).default([]),
      d: z.array(z.string()).nullable().readonly(),
      e: z.string(),
    });
    assert.deepEqual(
      parseRequest({ query }, raw({ query: { a: "1", b: "2", c: "3", d: "4", e: "5" } })).query,
      {
        a: ["1"],
        b: ["2"],
        c: ["3"],
        d: ["4"],
        e: "5",
      },
    );
  });

  it("refuses a list where one value is expected", () => {
    const query = z.object({ e: z.string() });
    assert.equal(fieldsOf({ query }, { query: { e: ["1", "2"] } })[0]?.name, "e");
  });

  it("ignores names that every object inherits", () => {
    const query = z.object({ tag: z.array(z.string()).optional() });
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"]) {
      const given = Object.create(null);
      Object.defineProperty(given, name, { value: "x", enumerable: true });
      assert.deepEqual(parseRequest({ query }, raw({ query: given })).query, {});
    }
  });
});
