import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { needsSloppyMode } from "./sloppy-mode.ts";

describe("CommonJS needs sloppy mode", () => {
  for (const source of [
    "with (a) {}",
    "x = 010;",
    "function f(a, a) {}",
    "delete x;",
    "leaked = 5;",
    "for (i = 0; i < 1; i++);",
    "for (key in {});",
    "[p, { q }] = [1, { q: 2 }];",
    "function f() { var i; } i = 1;",
    "var root = (function () { return this; })();",
    "exports.f = function () { return arguments.callee; };",
    "function f(a) { a = a || 1; return g.apply(null, arguments); }",
    'function f() { "use strict"; } leaked = 1;',
  ])
    it(`for ${source}`, () => assert.equal(needsSloppyMode(source), true));
});

describe("CommonJS needs no sloppy mode", () => {
  for (const source of [
    '"use strict"; leaked = 5;',
    "#!/usr/bin/env node\n/* A comment. */\n// Another.\n'use strict'; leaked = 5;",
    'function f() { "use strict"; leaked = 5; }',
    'import a from "a"; leaked = 5;',
    "var a; a = 1; module.exports = { a }; exports = module.exports; return;",
    "process = 1;",
    "try {} catch (error) { error = 1; }",
    "(function f() { for (var i = 0; i < 1; i++); f = 1; })();",
    "class A { #x; set(y) { this.#x = y; ({ y } = this); } }",
    "(function (root, make) { root.x = make(); })(this, function () { return 1; });",
    "(function () { var root = this; root.x = 1; }).call(this);",
    '(function (make) { make(typeof this === "object" ? this : {}); })(function (root) { root.x = 1; });',
    "function f(a, b) { var count = arguments.length; b = count < 2 ? null : b; return arguments.length; }",
    "function f(a) { if (typeof arguments[0] === 'function') a = 1; }",
  ])
    it(`for ${source}`, () => assert.equal(needsSloppyMode(source), false));
});

it("a file that begins with many comments is read in linear time", { timeout: 5_000 }, () => {
  const comments = "/* a */ // b\n".repeat(20_000);
  assert.equal(needsSloppyMode(`${comments}leaked = 5;`), true);
  assert.equal(needsSloppyMode(`${comments}'use strict'; leaked = 5;`), false);
});
