import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { copyRepository } from "./copy-repository.ts";

describe("npm run new", () => {
  let copy: string;
  before(async () => {
    copy = await copyRepository();
  });
  after(() => rm(copy, { recursive: true }));

  const run = (command: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: copy, encoding: "utf8" });
    return { status, output: stdout + stderr };
  };
  const runNode = (...args: string[]) => run(process.execPath, ...args);
  const add = (...args: string[]) => runNode("scripts/new-endpoint.ts", ...args);

  const added = [
    ["GET", "/v1/orders/{orderId}", "groups:STAFF", "orders/get-order"],
    ["GET", "/v1/orders", "public", "orders/list-orders"],
    ["POST", "/v1/orders", "signed-in", "orders/create-order"],
    ["PUT", "/v1/orders/{orderId}/lines/{lineId}", "scopes:write:orders,admin", "orders/replace-line"],
    ["PATCH", "/v1/orders/{orderId}", "groups:STAFF,ADMINS", "orders/update-order"],
    ["DELETE", "/v1/orders/{orderId}", "groups:STAFF", "orders/delete-order"],
    ["GET", "/v1/files/{path+}", "public", "files/get-file"],
    ["GET", "/v1/price-list", "public", "price-list/get-price-list"],
  ] as const;

  for (const [method, path, access, file] of added) {
    it(`${method} ${path} --access ${access} writes ${file}.ts and its test`, async () => {
      const { status, output } = add(method, path, "--access", access);
      assert.equal(status, 0, output);
      assert.match(output, new RegExp(`^packages/api/src/routes/${file}.ts\n.*${file}.test.ts\n`));
      const table = await readFile(join(copy, "docs/access.md"), "utf8");
      assert.ok(table.includes(`| \`${method} ${path}\` |`));
    });
  }

  it("what it wrote passes its tests, the access tests, the type checker and the linter", () => {
    const tests = added.map(([, , , file]) => `packages/api/src/routes/${file}.test.ts`);
    for (const { status, output } of [
      runNode(
        "--test",
        ...tests,
        "packages/api/test/access-matrix.test.ts",
        "packages/api/src/docs/openapi.test.ts",
      ),
      runNode("scripts/generate.ts", "--check"),
      run("node_modules/.bin/tsc"),
      run("node_modules/.bin/biome", "check"),
    ]) {
      assert.equal(status, 0, output);
    }
  });

  for (const [why, args] of [
    ["no arguments", []],
    ["an unknown method", ["FETCH", "/v1/things", "--access", "public"]],
    ["a method in lower case", ["get", "/v1/things", "--access", "public"]],
    ["no path", ["GET", "--access", "public"]],
    ["a path without a version", ["GET", "/things", "--access", "public"]],
    ["a path with a slash at its end", ["GET", "/v1/things/", "--access", "public"]],
    ["a variable that is half a segment", ["GET", "/v1/things/x{id}", "--access", "public"]],
    ["a variable used twice", ["GET", "/v1/things/{id}/{id}", "--access", "public"]],
    ["a path that leaves its folder", ["GET", "/v1/../things", "--access", "public"]],
    ["no access", ["GET", "/v1/things"]],
    ["an unknown access", ["GET", "/v1/things", "--access", "everybody"]],
    ["groups without a name", ["GET", "/v1/things", "--access", "groups:"]],
    ["a list with a gap", ["GET", "/v1/things", "--access", "groups:A,,B"]],
    ["an unknown option", ["GET", "/v1/things", "--acces", "public"]],
    ["a name that is none", ["GET", "/v1/things", "--access", "public", "--name", "Get-Thing"]],
    ["a path that exists", ["GET", "/v1/users/whoami", "--access", "public"]],
    ["a path that exists with another variable", ["GET", "/v1/docs/{file}", "--access", "public"]],
    ["a name that exists", ["GET", "/v1/things", "--access", "public", "--name", "whoAmI"]],
  ] as const) {
    it(`refuses ${why} in one sentence with an example`, () => {
      const { status, output } = add(...args);
      assert.equal(status, 1);
      assert.match(
        output,
        /^[^\n]+, for example: npm run new -- GET \/v1\/orders\/\{orderId\} --access groups:STAFF[^\n]*\n$/,
      );
    });
  }

  it("writes nothing when it refuses", () => {
    const { status, output } = runNode("scripts/generate.ts", "--check");
    assert.equal(status, 0, output);
  });
});
