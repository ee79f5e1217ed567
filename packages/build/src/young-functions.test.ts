import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { transformSync } from "@babel/core";
import { youngFunctions } from "./young-functions.ts";

function transform(source: string): string {
  const result = transformSync(source, {
    babelrc: false,
    configFile: false,
    retainLines: true,
    plugins: [youngFunctions],
  });
  return result?.code ?? "";
}

describe("a function that is assigned to a property", () => {
  for (const [name, source, expected] of [
    ["often", "function make(o) {o.f = () => o;}", "function make(o) {o.f = Object(() => o);}"],
    [
      "in a constructor",
      "class A {constructor() {this.f = function () {return this;};}}",
      "class A {constructor() {this.f = Object(function () {return this;});}}",
    ],
    ["while its module loads", "exports.f = () => exports;", "exports.f = () => exports;"],
    ["where Object is something else", "function make(o, Object) {o.f = () => o;}", undefined],
    ["only if there is none", "function make(o) {o.f ??= () => o;}", undefined],
    ["by its name", "function make(o, f) {o.f = f;}", undefined],
  ] as const) {
    it(`${name} ${expected && expected !== source ? "is no function literal any more" : "stays as it is"}`, () => {
      assert.equal(transform(source), expected ?? source);
    });
  }

  it("is the same function", () => {
    const f = () => {};
    assert.equal(Object(f), f);
  });
});
