import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { replyFault } from "./check-reply.ts";

const fault = (schema: z.ZodType, body: unknown, status = 200) =>
  replyFault({ 200: { description: "Fine.", schema } }, { status, body });

describe("replyFault", () => {
  it("finds nothing wrong with a response that keeps its contract", () => {
    const schema = z.object({
      name: z.string(),
      list: z.array(z.object({ a: z.number() })),
      more: z.string().optional(),
    });
    assert.equal(fault(schema, { name: "x", list: [{ a: 1 }, { a: 2 }] }), undefined);
    assert.equal(fault(z.undefined(), undefined), undefined);
    assert.equal(fault(z.string(), "<p>"), undefined);
    assert.equal(fault(z.instanceof(Uint8Array), new Uint8Array(2)), undefined);
  });

  it("finds a value whose header does not name the contract's type of JSON", () => {
    const type = "application/hal+json";
    const contracts = { 200: { description: "Fine.", contentType: type, schema: z.object({}) } };
    assert.equal(
      replyFault(contracts, { status: 200, body: {} }),
      `a body that is neither text nor bytes needs the header content-type: ${type}`,
    );
    assert.equal(
      replyFault(contracts, { status: 200, body: {}, headers: { "content-type": type } }),
      undefined,
    );
    const text = { 200: { description: "Fine.", contentType: type, schema: z.string() } };
    assert.equal(replyFault(text, { status: 200, body: "{}" }), undefined);
  });

  it("finds a status that is not in the contract", () => {
    assert.equal(fault(z.null(), null, 201), "the status 201 is not in the contract");
  });

  it("compares an alternative type with its own schema, and finds one that is not in the contract", () => {
    const contracts = {
      200: {
        description: "Fine.",
        schema: z.object({}),
        alternatives: { "text/html": z.string() },
      },
    };
    const as = (type: string, body: unknown) =>
      replyFault(contracts, { status: 200, body, headers: { "content-type": type } });
    assert.equal(as("text/html", "<p>"), undefined);
    assert.equal(as("application/json", {}), undefined);
    assert.match(as("text/html", {}) ?? "", /^body: /);
    assert.equal(as("text/plain", "x"), "the content type text/plain is not in the contract");
  });

  it("names every place where the body is wrong, and quotes no value", () => {
    const schema = z.object({ name: z.string(), list: z.array(z.object({ a: z.number() })) });
    const found = fault(schema, { list: [{ a: 1 }, { a: "hunter2" }] }) ?? "";
    assert.match(found, /^name: .+; list\.1\.a: .+/);
    assert.ok(!found.includes("hunter2"));
    assert.match(fault(z.object({}), "x") ?? "", /^body: /);
  });

  it("finds fields that the schema does not mention, at any depth", () => {
    const schema = z.object({
      user: z.object({ name: z.string() }),
      list: z.array(z.object({ a: z.number() })),
    });
    const body = { user: { name: "x", hash: "y" }, list: [{ a: 1 }, { a: 2, b: 3 }], extra: 1 };
    assert.equal(fault(schema, body), "not in the schema: user.hash, list[1].b, extra");
  });

  it("allows an undefined field, which JSON leaves out", () => {
    assert.equal(fault(z.object({}), { extra: undefined }), undefined);
  });

  it("allows any field in a loose schema", () => {
    assert.equal(fault(z.looseObject({ a: z.string() }), { a: "x", b: { c: 1 } }), undefined);
    assert.equal(fault(z.record(z.string(), z.unknown()), { a: "x", b: { c: 1 } }), undefined);
  });

  it("accepts a field that a matching option of a union declares", () => {
    const first = z.object({ a: z.string() });
    const second = z.object({ a: z.string(), b: z.object({ c: z.string() }) });
    const schema = z.object({ list: z.array(z.union([first, second])) });
    assert.equal(fault(schema, { list: [{ a: "x" }, { a: "x", b: { c: "y" } }] }), undefined);
    assert.equal(fault(schema, { list: [{ a: "x", c: "y" }] }), "not in the schema: list[0].c");
  });

  it("finds fields in intersections, tuples, records and recursive schemas", () => {
    const node = z.object({
      name: z.string(),
      get children() {
        return z.array(node).optional();
      },
    });
    const schema = z.object({
      both: z.object({ a: z.string() }).and(z.object({ b: z.object({ c: z.string() }) })),
      pair: z.tuple([z.object({ a: z.string() })], z.object({ b: z.string() })),
      by: z.record(z.string(), z.object({ a: z.string() })),
      node: z.lazy(() => node).nullable(),
    });
    const body = {
      both: { a: "x", b: { c: "y" } },
      pair: [{ a: "x" }, { b: "y" }],
      by: { z: { a: "x" } },
      node: { name: "x", children: [{ name: "y" }] },
    };
    assert.equal(fault(schema, body), undefined);
    const more = {
      both: { a: "x", b: { c: "y", no: 1 }, no: 1 },
      pair: [
        { a: "x", no: 1 },
        { b: "y", no: 1 },
      ],
      by: { z: { a: "x", no: 1 } },
      node: { name: "x", children: [{ name: "y", no: 1 }] },
    };
    assert.deepEqual(fault(schema, more)?.replace("not in the schema: ", "").split(", ").sort(), [
      "both.b.no",
      "both.no",
      "by.z.no",
      "node.children[0].no",
      "pair[0].no",
      "pair[1].no",
    ]);
  });

  it("checks what is sent: without undefined fields, and with null for undefined items", () => {
    assert.match(fault(z.object({ a: z.unknown() }), { a: undefined }) ?? "", /^a: /);
    assert.equal(fault(z.object({ a: z.exactOptional(z.string()) }), { a: undefined }), undefined);
    assert.match(fault(z.array(z.string().optional()), [undefined]) ?? "", /^0: /);
    assert.equal(fault(z.object({ at: z.date() }), { at: new Date(0) }), undefined);
  });

  it("is not fooled by inherited fields", () => {
    assert.equal(
      fault(z.object({}), { toString: "x", constructor: "y" }),
      "not in the schema: toString, constructor",
    );
  });
});
