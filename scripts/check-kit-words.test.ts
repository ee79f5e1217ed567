import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type AppWords, wordFaults } from "./check-kit-words.ts";

const APP: AppWords = {
  name: "lambda-express-api",
  sentences: ["I'm sexy and I know It", "Only ['ADMINS'] can access this endpoint"],
  mappingKey: "express",
};

describe("the check of the kit's words", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "words-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function faultsOf(line: string, file = "a.ts"): string[] {
    const path = join(root, "packages/kit/src", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `export {};\n${line}\n`);
    return wordFaults(root, APP);
  }

  for (const [what, line, file = "a.ts"] of [
    ["the app's name", 'const title = "lambda-express-api";'],
    ["the app's name", "<title>lambda-express-api</title>", "docs/icon.svg"],
    ["a sentence of the app", `const status = "I'm sexy and I know It";`],
    ["a sentence of the app", "const reason = `Only ['ADMINS'] can access this endpoint`;"],
    ["a path of the app", 'const health = "/v1/manage/hc";'],
    ["a path of the app", "const key = `GET /v2/orders`;"],
    ["the path of an example", 'const page = "examples/orders/README.md";'],
    ["the app's mapping key", 'const mappingKey = "express";'],
    ["the app's mapping key", 'const root = "http://localhost/express/";'],
  ] as const) {
    it(`finds ${what} in ${line}`, () => {
      assert.deepEqual(faultsOf(line, file), [`packages/kit/src/${file}:2 has ${what}: ${line}`]);
    });
  }

  for (const [what, line, file = "a.ts"] of [
    ["the name of a package", 'import { kit } from "@lambda-express-api/kit";'],
    ["Express itself", 'import express from "express";'],
    ["Express on demand", 'const { Router } = await import("express");'],
    ["another service's path", 'const url = new URL(base + "x/v1/token");'],
    ["a comment", "  // For example /express, or `/v1/orders`."],
    ["a docstring", ' * path: "/v1/orders",'],
    ["a test", 'const path = "/v1/orders";', "a.test.ts"],
    ["a fixture", 'const path = "/v1/orders";', "testing/fixtures/api.ts"],
  ] as const) {
    it(`takes ${what}`, () => assert.deepEqual(faultsOf(line, file), []));
  }
});
