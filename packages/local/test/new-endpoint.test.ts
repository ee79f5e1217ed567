import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createProjectFolder } from "./project-folder.ts";

const PROGRAMS = join(import.meta.dirname, "../src/project");

describe("npm run new", () => {
  let project: string;
  before(() => {
    project = createProjectFolder();
    assert.deepEqual(generate(), { status: 0, output: "" });
  });
  after(() => rm(project, { recursive: true }));

  // With this variable set, a test runner runs nothing and succeeds.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const run = (command: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, env, encoding: "utf8" });
    return { status, output: stdout + stderr };
  };
  const runNode = (...args: string[]) => run(process.execPath, ...args);
  const add = (...args: string[]) => runNode(join(PROGRAMS, "new-endpoint.ts"), ...args);
  const generate = (...args: string[]) => runNode(join(PROGRAMS, "generate.ts"), ...args);

  const added = [
    ["GET", "/v1/orders/{orderId}", "groups:STAFF", "orders/get-order"],
    ["GET", "/v1/orders", "public", "orders/list-orders"],
    ["POST", "/v1/orders", "signed-in", "orders/create-order"],
    ["PUT", "/v1/orders/{orderId}/lines/{lineId}", "scopes:write:orders,admin", "orders/replace-line"],
    ["PATCH", "/v1/orders/{orderId}", "groups:STAFF,ADMINS", "orders/update-order"],
    ["DELETE", "/v1/orders/{orderId}", "groups:STAFF", "orders/delete-order"],
    ["GET", "/v1/files/{path+}", "public", "files/get-file"],
    ["GET", "/v1/price-list", "public", "price-list/get-price-list"],
    ["GET", "/v1/users/{userId}", "signed-in", "users/get-user"],
    ["GET", "/v1/tags/{name}", "public", "tags/get-tag"],
    ["PUT", "/v1/tags/{name}", "public", "tags/replace-tag"],
    ["GET", "/v2/orders", "groups:STAFF", "orders/list-orders-v2"],
  ] as const;

  for (const [method, path, access, file] of added) {
    it(`${method} ${path} --access ${access} writes ${file}.ts and its test`, async () => {
      const { status, output } = add(method, path, "--access", access);
      assert.equal(status, 0, output);
      assert.match(output, new RegExp(`^src/routes/${file}.ts\n.*${file}.test.ts\n`));
      const table = await readFile(join(project, "docs/access.md"), "utf8");
      assert.ok(table.includes(`| \`${method} ${path}\` |`));
    });
  }

  it("--no-test writes no test", () => {
    const { status, output } = add("PUT", "/v1/orders/{orderId}", "--access", "public", "--no-test");
    assert.equal(status, 0, output);
    assert.doesNotMatch(output, /test/);
    const file = join(project, "src/routes/orders/replace-order");
    assert.deepEqual([existsSync(`${file}.ts`), existsSync(`${file}.test.ts`)], [true, false]);
  });

  it("writes endpoints that pass their own tests, the API's tests, the type checker and the linter", () => {
    const tests = added.map(([, , , file]) => `src/routes/${file}.test.ts`);
    const existing = ["access", "openapi"].map((suite) => `test/${suite}.test.ts`);
    const { status, output } = runNode(
      "--test",
      "--test-isolation=none",
      "--test-reporter=tap",
      ...tests,
      ...existing,
    );
    assert.equal(status, 0, output);
    for (const [method, path] of added)
      assert.ok(output.includes(`${method} ${path}`), `the test of ${method} ${path} has run`);
    for (const { status, output } of [
      generate("--check"),
      run("node_modules/.bin/tsc"),
      run("node_modules/.bin/biome", "check", "src"),
    ]) {
      assert.equal(status, 0, output);
    }
  });

  it("writes the types of a client, and npm run generate -- --check notices when they are stale", async () => {
    const types = join(project, "client/paths.d.ts");
    const content = await readFile(types, "utf8");
    assert.match(content, /^ {2}"\/v1\/orders\/\{orderId\}": \{$/m);
    await writeFile(types, content.replace("/v1/orders/", "/v1/order/"));
    const { status, output } = generate("--check");
    await writeFile(types, content);
    assert.deepEqual([status, output], [1, "client/paths.d.ts is out of date; run: npm run generate\n"]);
  });

  for (const [why, change, sentence] of [
    [
      "two endpoints with one method and path",
      (source: string) => source.replaceAll("getTag", "readTag"),
      /^tags\/get-tag\.ts and tags\/read-tag\.ts both define GET \/v1\/tags\/\{name\}; change one\.\n$/,
    ],
    [
      "two names for one variable",
      (source: string) => source.replaceAll("getTag", "readTag").replace("{name}", "{tag}/parts"),
      /^[^\n]+ have two names for the variable at \/v1\/tags\/\{\}, and API Gateway takes one; call it \{\w+\} in both\.\n$/,
    ],
    [
      "a file that cannot be loaded",
      (source: string) => `${source}throw new Error("boom");`,
      /^tags\/read-tag\.ts cannot be loaded: Error: boom\n$/,
    ],
  ] as const) {
    it(`npm run generate refuses ${why} with a clear message, and writes nothing`, async () => {
      const folder = join(project, "src/routes");
      const list = await readFile(join(folder, "routes.ts"), "utf8");
      const added = join(folder, "tags/read-tag.ts");
      await writeFile(added, change(await readFile(join(folder, "tags/get-tag.ts"), "utf8")));
      try {
        const { status, output } = generate();
        assert.equal(status, 1);
        assert.match(output, sentence);
        assert.equal(await readFile(join(folder, "routes.ts"), "utf8"), list);
      } finally {
        await rm(added);
      }
    });
  }

  for (const [why, args] of [
    ["no arguments", []],
    ["an unknown method", ["FETCH", "/v1/things", "--access", "public"]],
    ["a method in lower case", ["get", "/v1/things", "--access", "public"]],
    ["no path", ["GET", "--access", "public"]],
    ["a path without a version", ["GET", "/things", "--access", "public"]],
    ["a path with a slash at its end", ["GET", "/v1/things/", "--access", "public"]],
    ["a variable that is only part of a segment", ["GET", "/v1/things/x{id}", "--access", "public"]],
    ["a variable used twice", ["GET", "/v1/things/{id}/{id}", "--access", "public"]],
    ["a path that leaves its folder", ["GET", "/v1/../things", "--access", "public"]],
    ["no access", ["GET", "/v1/things"]],
    ["an unknown access", ["GET", "/v1/things", "--access", "everybody"]],
    ["groups without a name", ["GET", "/v1/things", "--access", "groups:"]],
    ["a list with a gap", ["GET", "/v1/things", "--access", "groups:A,,B"]],
    ["an unknown option", ["GET", "/v1/things", "--acces", "public"]],
    ["a name that is not in camel case", ["GET", "/v1/things", "--access", "public", "--name", "Get-Thing"]],
    ["a segment of dots", ["GET", "/v1/things/..", "--access", "public"]],
    ["a name that is a keyword", ["GET", "/v1/things", "--access", "public", "--name", "default"]],
    ["a name that every object has", ["GET", "/v1/things", "--access", "public", "--name", "constructor"]],
    ["a name that is reserved in modules", ["GET", "/v1/things", "--access", "public", "--name", "await"]],
    ["a name that the file imports", ["GET", "/v1/things", "--access", "public", "--name", "auth"]],
    ["a variable that every object has", ["GET", "/v1/things/{__proto__}", "--access", "public"]],
    ["a name that exists", ["GET", "/v1/things", "--access", "public", "--name", "whoAmI"]],
  ] as const) {
    it(`refuses ${why} with an example of what to write`, () => {
      const { status, output } = add(...args);
      assert.equal(status, 1);
      assert.match(
        output,
        /^[^\n]+, for example: npm run new -- GET \/v1\/orders\/\{orderId\} --access groups:STAFF[^\n]*\n$/,
      );
    });
  }

  for (const [path, sentence] of [
    ["/v1/orders.csv", /^The area "orders\.csv" must be lower-case letters, digits and hyphens/],
    ["/v1/q?x=1", /^A path cannot contain "\?" or a query/],
    ["/v1/a b", /^A path cannot contain " "/],
    ["/v1/things/größe", /^A path cannot contain "ö"/],
  ] as const) {
    it(`names what is wrong with ${path}`, () => {
      assert.match(add("GET", path, "--access", "public").output, sentence);
    });
  }

  for (const [path, existing, operationId] of [
    ["/v1/docs/{name}", "/v1/docs/{asset}", "getDocsAsset"],
    ["/v1/docs/{path+}", "/v1/docs/{asset}", "getDocsAsset"],
    ["/v1/files/{name}", "/v1/files/{path+}", "getFile"],
  ]) {
    it(`refuses PATCH ${path} beside GET ${existing}, and shows the existing path`, () => {
      assert.deepEqual(add("PATCH", `${path}`, "--access", "public"), {
        status: 1,
        output: `${operationId} already has this path; write it as ${existing}, for example: npm run new -- PATCH ${existing} --access groups:STAFF\n`,
      });
    });
  }

  for (const [path, existing, operationId, proposed] of [
    ["/v1/users/whoami", "/v1/users/whoami", "whoAmI", "/v2/users/whoami"],
    ["/v1/docs/{file}", "/v1/docs/{asset}", "getDocsAsset", "/v2/docs/{file}"],
    ["/v1/orders", "/v1/orders", "listOrders", "/v3/orders"],
  ]) {
    it(`refuses ${path}, which exists, and proposes ${proposed}`, () => {
      assert.deepEqual(add("GET", `${path}`, "--access", "public"), {
        status: 1,
        output: `GET ${existing} already exists as ${operationId}; choose another path, for example: npm run new -- GET ${proposed} --access groups:STAFF\n`,
      });
    });
  }

  it("proposes a name that does not exist", () => {
    const { output } = add("GET", "/v1/shop/orders/{orderId}", "--access", "public", "--name", "whoAmI");
    assert.match(output, /^whoAmI already exists; .* --name whoAmIDetails\n$/);
  });

  it("leaves the project unchanged if the generated files cannot be written", async () => {
    const document = join(project, "docs/openapi.json");
    await rename(document, `${document}.aside`);
    await mkdir(document);
    const { status, output } = add("GET", "/v1/things", "--access", "public");
    await rm(document, { recursive: true });
    await rename(`${document}.aside`, document);
    assert.equal(status, 1);
    assert.match(output, /EISDIR/);
    assert.equal(existsSync(join(project, "src/routes/things")), false);
    assert.equal(generate("--check").status, 0);
  });

  it("writes nothing if it refuses", () => {
    const { status, output } = generate("--check");
    assert.equal(status, 0, output);
  });
});
