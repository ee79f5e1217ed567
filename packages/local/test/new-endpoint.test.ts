import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileOf, readArguments, testFileOf } from "../src/project/endpoint-arguments.ts";
import { endpointSource, endpointTest } from "../src/project/endpoint-files.ts";
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

  const byCommand = [
    ["GET", "/v1/orders/{orderId}", "groups:STAFF", "orders/get-order"],
    ["POST", "/v1/orders", "signed-in", "orders/create-order"],
  ] as const;
  const others = [
    ["GET", "/v1/orders", "public", "orders/list-orders"],
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
  const added = [...byCommand, ...others];

  for (const [method, path, access, file] of byCommand) {
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

  it("writes endpoints that pass their own tests, the API's tests, the type checker and the linter", async () => {
    for (const [method, path, access, file] of others) {
      const endpoint = readArguments([method, path, "--access", access, "--api", project]);
      assert.equal(resolve(fileOf(endpoint)), join(project, `src/routes/${file}.ts`));
      await mkdir(dirname(fileOf(endpoint)), { recursive: true });
      await writeFile(fileOf(endpoint), endpointSource(endpoint));
      await writeFile(testFileOf(fileOf(endpoint)), endpointTest(endpoint));
    }
    const formatted = run("node_modules/.bin/biome", "check", "--write", "src");
    assert.equal(formatted.status, 0, formatted.output);
    assert.deepEqual(generate(), { status: 0, output: "" });
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
      /^[^\n]+ have different names for the variable at \/v1\/tags\/\{\}, but API Gateway accepts only one; use \{\w+\} in both\.\n$/,
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

  it("refuses a mistake with one sentence and exit code 1, and writes nothing", async () => {
    const before = await readdir(join(project, "src"), { recursive: true });
    assert.deepEqual(add("GET", "/v1/orders", "--access", "public"), {
      status: 1,
      output:
        "GET /v1/orders already exists as listOrders; choose another path, for example: npm run new -- GET /v3/orders --access groups:STAFF\n",
    });
    assert.deepEqual(await readdir(join(project, "src"), { recursive: true }), before);
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
});
