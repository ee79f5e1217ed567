// Tests the rules of the guide, each in both directions.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareDocuments } from "./compare-documents.ts";
import type { Json } from "./compare-schemas.ts";

const OPERATION = "POST /v1/things/{thingId}";

function withOperation(operation: Json, components: Json = {}): Json {
  return { openapi: "3.1.0", paths: { "/v1/things/{thingId}": { post: operation } }, components };
}

const content = (schema: unknown, type = "application/json") => ({ [type]: { schema } });
const asking = (schema: unknown): Json => ({
  requestBody: { content: content(schema) },
  responses: { 204: {} },
});
const answering = (schema: unknown): Json => ({ responses: { 200: { content: content(schema) } } });
const object = (properties: Json, required: readonly string[] = []) => ({
  type: "object",
  properties,
  required,
});
const text = { type: "string" };
const whole = { type: "integer" };

function faults(before: Json, after: Json, components: Json = {}): string[] {
  return compareDocuments(withOperation(before, components), withOperation(after, components)).map(
    ({ operation, field, message }) => {
      assert.equal(operation, OPERATION);
      return `${field}: ${message}`;
    },
  );
}

/** `wide` to `narrow` breaks a request; `narrow` to `wide` breaks an answer. */
const SCHEMAS: Readonly<
  Record<string, readonly { wide: unknown; narrow: unknown; request: string; answer: string }[]>
> = {
  "required field": [
    {
      wide: object({ a: text }),
      narrow: object({ a: text }, ["a"]),
      request: "body.a: is now required",
      answer: "200 body.a: may now be missing",
    },
    {
      wide: { type: "array", items: { $ref: "#/components/schemas/Optional" } },
      narrow: { type: "array", items: { $ref: "#/components/schemas/Required" } },
      request: "body[].a: is now required",
      answer: "200 body[].a: may now be missing",
    },
  ],
  type: [
    {
      wide: object({ a: { type: "number" } }),
      narrow: object({ a: whole }),
      request: "body.a: was number and is now integer",
      answer: "200 body.a: was integer and is now number",
    },
    {
      wide: { type: ["string", "null"] },
      narrow: text,
      request: "body: was null and is now string",
      answer: "200 body: was string and is now null",
    },
    {
      wide: {},
      narrow: text,
      request: "body: was any type and is now string",
      answer: "200 body: was string and is now any type",
    },
    {
      wide: { type: "object", additionalProperties: { type: "number" } },
      narrow: { type: "object", additionalProperties: whole },
      request: "body.*: was number and is now integer",
      answer: "200 body.*: was integer and is now number",
    },
  ],
  enum: [
    {
      wide: { type: "string", enum: ["a", "b"] },
      narrow: { type: "string", enum: ["a"] },
      request: 'body: no longer accepts "b"',
      answer: '200 body: may now be "b"',
    },
    {
      wide: { type: "string", enum: ["a", "b"] },
      narrow: { type: "string", const: "a" },
      request: 'body: no longer accepts "b"',
      answer: '200 body: may now be "b"',
    },
    {
      wide: text,
      narrow: { type: "string", enum: ["a"] },
      request: 'body: no longer accepts a value outside ["a"]',
      answer: '200 body: may now be a value outside ["a"]',
    },
  ],
  union: [
    {
      wide: { anyOf: [text, whole] },
      narrow: { anyOf: [text] },
      request: "body: was integer and is now string",
      answer: "200 body: was string and is now integer",
    },
    {
      wide: { oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }] },
      narrow: { $ref: "#/components/schemas/Cat" },
      request: 'body.kind: no longer accepts "dog"',
      answer: '200 body.kind: may now be "dog"',
    },
  ],
  limit: [
    {
      wide: { type: "string", maxLength: 9 },
      narrow: { type: "string", maxLength: 5 },
      request: "body: maxLength was 9 and is now 5",
      answer: "200 body: maxLength was 5 and is now 9",
    },
    {
      wide: whole,
      narrow: { type: "integer", minimum: 1 },
      request: "body: minimum was not set and is now 1",
      answer: "200 body: minimum was 1 and is now not set",
    },
  ],
  "pattern and format": [
    {
      wide: text,
      narrow: { type: "string", pattern: "^a" },
      request: 'body: pattern was not set and is now "^a"',
      answer: '200 body: pattern was "^a" and is now not set',
    },
    {
      wide: text,
      narrow: { allOf: [text, { format: "uuid" }] },
      request: 'body: format was not set and is now "uuid"',
      answer: '200 body: format was "uuid" and is now not set',
    },
  ],
};

const COMPONENTS = {
  schemas: {
    Optional: object({ a: text }),
    Required: object({ a: text }, ["a"]),
    Cat: object({ kind: { type: "string", const: "cat" } }, ["kind"]),
    Dog: object({ kind: { type: "string", const: "dog" } }, ["kind"]),
    Tree: object({ a: text, children: { type: "array", items: { $ref: "#/components/schemas/Tree" } } }),
  },
};

const OTHERS: Readonly<
  Record<string, readonly { before: Json; after: Json; expected: readonly string[] }[]>
> = {
  status: [
    {
      before: { responses: { 200: {}, 404: {} } },
      after: { responses: { 200: {} } },
      expected: ["404: is removed"],
    },
    {
      before: { responses: { 200: {} } },
      after: { responses: { 200: {}, 202: {}, 409: {} } },
      expected: ["202: is a new success status"],
    },
  ],
  access: [
    {
      before: {},
      after: { security: [{ oauth2: [] }] },
      expected: ["security: requires a credential or a scope that callers may not have"],
    },
    { before: { security: [{ oauth2: [] }] }, after: { security: [] }, expected: [] },
    {
      before: { security: [{ oauth2: [] }] },
      after: { security: [{ oauth2: [] }, { apiKey: [] }] },
      expected: [],
    },
    {
      before: { security: [{ oauth2: [] }] },
      after: { security: [{ oauth2: ["write"] }] },
      expected: ["security: requires a credential or a scope that callers may not have"],
    },
    {
      before: { "x-access": { groups: ["A", "B"] } },
      after: { "x-access": { groups: ["A", "C"] } },
      expected: ["groups: no longer lets in B"],
    },
    {
      before: { "x-access": {} },
      after: { "x-access": { groups: ["A"] } },
      expected: ["groups: are now required: A"],
    },
    { before: { "x-access": { groups: ["A"] } }, after: { "x-access": {} }, expected: [] },
  ],
  parameter: [
    {
      before: { parameters: [{ in: "query", name: "page", schema: text }] },
      after: {
        parameters: [
          { in: "query", name: "size", required: true, schema: text },
          { in: "query", name: "sort", schema: text },
        ],
      },
      expected: ["query page: is removed", "query size: is now required"],
    },
    {
      before: { parameters: [{ in: "header", name: "If-Match", schema: text }] },
      after: { parameters: [{ in: "header", name: "if-match", required: true, schema: whole }] },
      expected: ["header If-Match: is now required", "header If-Match: was string and is now integer"],
    },
  ],
  header: [
    {
      before: {
        responses: {
          200: { headers: { ETag: { schema: text, required: true }, Location: { schema: text } } },
        },
      },
      after: { responses: { 200: { headers: { etag: { schema: text }, age: { schema: text } } } } },
      expected: ["200 header ETag: may now be missing", "200 header Location: is removed"],
    },
  ],
  body: [
    { before: asking(text), after: { responses: { 204: {} } }, expected: ["body: is removed"] },
    {
      before: asking(text),
      after: { ...asking(text), requestBody: { required: true, content: content(text) } },
      expected: ["body: is now required"],
    },
  ],
  "media type": [
    {
      before: { requestBody: { content: { ...content(text), ...content(text, "text/csv") } } },
      after: { requestBody: { content: content(text) } },
      expected: ["body: is no longer text/csv"],
    },
    {
      before: { responses: { 200: { content: content(text) } } },
      after: { responses: { 200: { content: content(text, "text/csv") } } },
      expected: ["200 body: is no longer application/json"],
    },
  ],
  field: [
    {
      before: asking(object({ a: text })),
      after: asking(object({ b: text })),
      expected: ["body.a: is removed"],
    },
    {
      before: answering(object({ a: text }, ["a"])),
      after: answering(object({ b: text }, ["b"])),
      expected: ["200 body.a: is removed"],
    },
  ],
  "unknown fields": [
    {
      before: asking(object({})),
      after: asking({ ...object({}), additionalProperties: false }),
      expected: ["body: no longer accepts unknown fields"],
    },
    {
      before: answering({ ...object({}), additionalProperties: false }),
      after: answering(object({ a: text })),
      expected: [],
    },
  ],
  "other keywords": [
    {
      before: asking({ not: text }),
      after: asking({ not: whole }),
      expected: ['body: not was {"type":"string"} and is now {"type":"integer"}'],
    },
    {
      before: answering({ not: text }),
      after: answering({ not: whole }),
      expected: ['200 body: not was {"type":"string"} and is now {"type":"integer"}'],
    },
  ],
};

describe("The comparison of two OpenAPI documents", () => {
  for (const [rule, cases] of Object.entries(SCHEMAS))
    for (const [index, { wide, narrow, request, answer }] of cases.entries())
      it(`${rule} ${index + 1}: requests may only widen, responses may only narrow`, () => {
        assert.deepEqual(faults(asking(wide), asking(narrow), COMPONENTS), [request]);
        assert.deepEqual(faults(answering(narrow), answering(wide), COMPONENTS), [answer]);
        assert.deepEqual(faults(asking(narrow), asking(wide), COMPONENTS), []);
        assert.deepEqual(faults(answering(wide), answering(narrow), COMPONENTS), []);
      });

  for (const [rule, cases] of Object.entries(OTHERS))
    for (const [index, { before, after, expected }] of cases.entries())
      it(`${rule} ${index + 1}: reports exactly what breaks callers`, () => {
        assert.deepEqual(faults(before, after), expected);
        assert.deepEqual(faults(before, before), []);
      });

  it("reports a removed operation, and accepts a new one and a renamed path variable", () => {
    const before = withOperation({});
    assert.deepEqual(compareDocuments(before, { paths: {} }), [
      { operation: OPERATION, field: "operation", message: "is removed" },
    ]);
    const renamed = { paths: { "/v1/things/{id}": { post: {} }, "/v1/new": { get: {} } } };
    assert.deepEqual(compareDocuments(before, renamed), []);
  });

  it("reports a credential that moved to another header", () => {
    const document = (name: string) =>
      withOperation(
        { security: [{ apiKey: [] }] },
        { securitySchemes: { apiKey: { type: "apiKey", in: "header", name } } },
      );
    assert.deepEqual(compareDocuments(document("x-api-key"), document("x-key")), [
      { operation: OPERATION, field: "security apiKey", message: "is sent differently" },
    ]);
  });

  it("reports a list parameter that is serialized differently", () => {
    const listed = (explode: boolean) => ({
      parameters: [{ in: "query", name: "tag", explode, schema: { type: "array", items: text } }],
    });
    assert.deepEqual(faults(listed(true), listed(false)), ["query tag: is serialized differently: explode"]);
  });

  it("compares a schema that refers to itself", () => {
    const after = structuredClone(COMPONENTS);
    after.schemas.Tree.required = ["a"];
    const operation = asking({ $ref: "#/components/schemas/Tree" });
    const changes = compareDocuments(withOperation(operation, COMPONENTS), withOperation(operation, after));
    assert.ok(changes.some(({ field, message }) => field === "body.a" && message === "is now required"));
  });
});
