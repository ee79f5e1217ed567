import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { typeOf } from "./schema-type.ts";

const write = (schema: unknown) =>
  typeOf(schema, "GET /v1/things 200", (name) => ({ text: name })).text.replaceAll(/\s+/g, " ");

const text = { type: "string" };
const whole = { type: "integer" };

/** A schema and its type. */
const TYPES: Readonly<Record<string, readonly (readonly [unknown, string])[]>> = {
  "a text, whatever its form": [
    [
      { type: "string", format: "date-time", pattern: "^2", minLength: 1, maxLength: 9, default: "2" },
      "string",
    ],
    [{ type: "string", contentEncoding: "base64", contentMediaType: "image/png" }, "string"],
  ],
  "a number, whatever its limits": [
    [{ type: "integer", minimum: 1, exclusiveMaximum: 9, multipleOf: 2, example: 2 }, "number"],
    [{ type: "number" }, "number"],
  ],
  "bytes as a Blob": [
    [{ type: "string", format: "binary" }, "Blob"],
    [
      {
        type: "string",
        contentEncoding: "binary",
        anyOf: [{ contentMediaType: "a/b" }, { contentMediaType: "a/c" }],
      },
      "Blob",
    ],
  ],
  "one value, or one of several": [
    [{ type: "string", const: "EUR" }, '"EUR"'],
    [{ const: null }, "null"],
    [{ type: "string", enum: ["a", "b"] }, '"a" | "b"'],
    [{ enum: [1, null, true, "1"] }, '1 | null | true | "1"'],
  ],
  "what may be null": [
    [{ type: ["string", "null"] }, "string | null"],
    [{ anyOf: [{ $ref: "#/components/schemas/Order" }, { type: "null" }] }, "Order | null"],
  ],
  "a union": [
    [{ anyOf: [text, whole, text] }, "string | number"],
    [{ oneOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }] }, "A | B"],
    [{ anyOf: [text, {}] }, "unknown"],
  ],
  "an intersection": [
    [{ allOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }] }, "A & B"],
    [{ $ref: "#/components/schemas/A", description: "It." }, "A"],
    [{ $ref: "#/components/schemas/A", required: ["b"] }, "A & { b: unknown; }"],
    [{ allOf: [{ anyOf: [text, whole] }, { $ref: "#/components/schemas/A" }] }, "(string | number) & A"],
  ],
  "a list": [
    [{ type: "array", items: text, minItems: 1 }, "string[]"],
    [{ type: "array", items: { anyOf: [text, whole] } }, "(string | number)[]"],
    [{ type: "array" }, "unknown[]"],
    [{ type: "array", items: false }, "[]"],
  ],
  "a tuple": [
    [{ type: "array", prefixItems: [text, whole], items: false, minItems: 2 }, "[string, number]"],
    [{ type: "array", prefixItems: [text, whole], items: false, minItems: 1 }, "[string, number?]"],
    [{ type: "array", prefixItems: [text], items: whole, minItems: 1 }, "[string, ...number[]]"],
  ],
  "fields in the order of the document, optional where they are": [
    [{ type: "object", properties: { b: text, a: whole }, required: ["a"] }, "{ b?: string; a: number; }"],
    [
      { type: "object", properties: { "x-y": text, d: { type: "string", readOnly: true } } },
      '{ "x-y"?: string; readonly d?: string; }',
    ],
    [{ type: "object", properties: { never: { not: {} } } }, "{ never?: never; }"],
  ],
  "further fields": [
    [
      { type: "object", properties: { a: text }, required: ["a"], additionalProperties: {} },
      "{ a: string; [name: string]: unknown; }",
    ],
    [{ type: "object", properties: { a: text }, additionalProperties: false }, "{ a?: string; }"],
    [
      { type: "object", properties: { a: text }, additionalProperties: whole },
      "{ a?: string; [name: string]: number | string | undefined; }",
    ],
    [
      { type: "object", propertyNames: { type: "string", minLength: 2 }, additionalProperties: whole },
      "{ [name: string]: number; }",
    ],
    [{ type: "object", patternProperties: { "^x-": whole } }, "{ [name: string]: unknown; }"],
    [
      { type: "object", patternProperties: { "^x-": whole }, additionalProperties: false },
      "{ [name: string]: number; }",
    ],
    [{ type: "object" }, "{ [name: string]: unknown; }"],
    [{ type: "object", properties: {} }, "Record<string, never>"],
    [{ type: "object", additionalProperties: false }, "Record<string, never>"],
  ],
  "fields by the names of an enum": [
    [
      { type: "object", propertyNames: { enum: ["a", "b"] }, additionalProperties: whole, required: ["a"] },
      "{ a: number; b?: number; }",
    ],
  ],
  "anything, where the schema says so": [
    [{}, "unknown"],
    [true, "unknown"],
    [{ description: "Anything.", "x-own": 1 }, "unknown"],
    [false, "never"],
  ],
};

describe("the type of a schema", () => {
  for (const [what, pairs] of Object.entries(TYPES))
    it(`is that of ${what}`, () => {
      for (const [schema, type] of pairs) assert.equal(write(schema), type);
    });

  it("has descriptions and deprecations as doc comments, which a text cannot end", () => {
    const properties = {
      a: { ...text, description: "Ends */ here." },
      b: { ...text, description: "Two\n\nlines.", deprecated: true },
    };
    assert.equal(
      typeOf({ type: "object", properties }, "x", (name) => ({ text: name })).text,
      "{\n  /** Ends *\\/ here. */\n  a?: string;\n  /**\n   * Two\n   *\n   * lines.\n   *\n   * @deprecated\n   */\n  b?: string;\n}",
    );
  });

  for (const [schema, sentence] of [
    [
      { type: "object", properties: { a: { type: "array", items: { dependentRequired: {} } } } },
      'GET /v1/things 200.a[]: the client\'s types cannot express the keyword "dependentRequired"; describe the value without it, or use a custom keyword named "x-dependentRequired"',
    ],
    [{ type: "string", nullable: true }, /200: .*the keyword "nullable"/],
    [{ not: { type: "null" } }, /200: the client's types cannot express "not"/],
    [{ type: "date" }, 'GET /v1/things 200: unknown JSON Schema type "date"'],
    [{ $ref: "other.json" }, /The reference other\.json does not lead to a schema/],
  ] as const)
    it(`is refused for ${JSON.stringify(schema)}, with its place`, () => {
      const message = typeof sentence === "string" ? { message: sentence } : sentence;
      assert.throws(() => write(schema), message);
    });
});
