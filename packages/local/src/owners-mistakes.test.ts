// A mistake in an owner's `src` stops `npm start` with a message that says where it is. It prints no stack, and never "Ready".

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { ApiFolderError, apiFolder } from "@lambda-express-api/build/api-folder.ts";
import { run } from "../test/run.ts";
import { loadLocalApi } from "./local-stack.ts";

const PACKAGES = join(import.meta.dirname, "../../../node_modules");

const API = (more = "") => `import { defineApi } from "@lambda-express-api/kit";
import { routes } from "./routes/routes.ts";
export const api = defineApi({ name: "shop", version: "1.0.0", description: "Sells.", routes, ${more} });
export const { defineRoute } = api;
`;
const ROUTE = (more = 'responses: (z) => ({ 200: { description: "It.", schema: z.object({}) } })') =>
  `import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";
export const getOrder = defineRoute({
  operationId: "getOrder", method: "GET", path: "/v1/orders/{orderId}", summary: "Gets.", ${more},
}).handler(anyone(async () => ({ status: 200, body: {} })));
`;
const LISTED = (more = "") => `export const routes = {
  "GET /v1/orders/{orderId}": async () => (await import("./orders/get-order.ts")).getOrder,
  ${more}
};
`;
const FILES: Readonly<Record<string, string>> = {
  "package.json": '{ "type": "module" }',
  "src/api.ts": API(),
  "src/lambda.ts": `import { createHandler } from "@lambda-express-api/kit/lambda";
import { api } from "./api.ts";
export const handler = createHandler(api);
`,
  "src/container.ts": `import { startContainer } from "@lambda-express-api/kit/container";
import { api } from "./api.ts";
startContainer(api);
`,
  "src/routes/routes.ts": LISTED(),
  "src/routes/orders/get-order.ts": ROUTE(),
};

async function folderWith(t: TestContext, changed: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mistakes-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [file, content] of Object.entries({ ...FILES, ...changed })) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  }
  await mkdir(join(folder, "node_modules"));
  for (const name of ["@lambda-express-api", "express"])
    await symlink(join(PACKAGES, name), join(folder, "node_modules", name));
  return folder;
}

const LAMBDA = ["lambda"];
const BOTH = ["lambda", "containerized"];
const THROWS = '\nthrow new Error("boom");\n';

const mistakes: readonly (readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  sentence: RegExp,
  runtimes?: readonly string[],
])[] = [
  [
    "api.ts throws",
    { "src/api.ts": API() + THROWS },
    /src\/api\.ts cannot be loaded: boom \(\S+\/src\/api\.ts:6\)/,
    LAMBDA,
  ],
  [
    "api.ts is not TypeScript",
    { "src/api.ts": "export const api = {{;" },
    /src\/api\.ts cannot be loaded: .*src\/api\.ts:1/,
  ],
  [
    "api.ts imports a file that does not exist",
    { "src/api.ts": `import "./services.ts";\n${API()}` },
    /src\/api\.ts cannot be loaded: Cannot find module '\S+\/src\/services\.ts'/,
  ],
  [
    "api.ts imports what a file does not export",
    { "src/api.ts": API().replace("{ routes }", "{ endpoints as routes }") },
    /src\/api\.ts cannot be loaded: .*does not provide an export named 'endpoints'/,
  ],
  [
    "defineApi has no routes",
    { "src/api.ts": API("...{ routes: undefined }") },
    /src\/api\.ts cannot be loaded: defineApi needs routes/,
  ],
  [
    "a setting that the kit has",
    { "src/api.ts": API("settings: { PORT: {} }") },
    /src\/api\.ts cannot be loaded: The setting PORT exists already/,
  ],
  [
    "local.ts throws",
    { "src/local.ts": THROWS },
    /src\/local\.ts cannot be loaded: boom \(\S+\/src\/local\.ts:2\)/,
  ],
  [
    "an endpoint that its file does not export",
    { "src/routes/orders/get-order.ts": ROUTE().replace("export const", "const") },
    /^GET \/v1\/orders\/\{orderId\} cannot be loaded: what is listed as GET \/v1\/orders\/\{orderId\} is not an endpoint; export it/,
  ],
  [
    "an endpoint's file that throws",
    { "src/routes/orders/get-order.ts": ROUTE() + THROWS },
    /^GET \/v1\/orders\/\{orderId\} cannot be loaded: boom \(\S+\/src\/routes\/orders\/get-order\.ts:7\)/,
  ],
  [
    "a path that the gateway refuses",
    { "src/routes/orders/get-order.ts": ROUTE().replace("/v1/orders/{orderId}", "/v1/orders/x{orderId}") },
    /^GET \/v1\/orders\/\{orderId\} cannot be loaded: getOrder: API Gateway does not accept the path/,
  ],
  [
    "an answer without a schema",
    { "src/routes/orders/get-order.ts": ROUTE('responses: () => ({ 200: { description: "It." } })') },
    /^getOrder: response 200 has no schema; give it one: /,
    LAMBDA,
  ],
  [
    "no answer at all",
    { "src/routes/orders/get-order.ts": ROUTE("responses: () => {}") },
    /^getOrder: it must have a response: /,
  ],
  [
    "a query that is not a schema",
    {
      "src/routes/orders/get-order.ts": ROUTE(
        'request: (z) => ({ query: { page: z.string() } }), responses: (z) => ({ 200: { description: "It.", schema: z.null() } })',
      ),
    },
    /^getOrder: query must be an object of schemas: /,
  ],
  [
    "schemas that cannot be made",
    {
      "src/routes/orders/get-order.ts": ROUTE(
        'responses: (z) => ({ 200: { description: "It.", schema: z.text() } })',
      ),
    },
    /^getOrder: the schemas of its responses cannot be made: z\.text is not a function/,
  ],
  [
    "a schema that cannot be documented",
    {
      "src/routes/orders/get-order.ts": ROUTE(
        'responses: (z) => ({ 200: { description: "It.", schema: z.bigint() } })',
      ),
    },
    /^getOrder: response 200 application\/json: a bigint is neither text nor JSON/,
  ],
  [
    "two names for one variable",
    {
      "src/routes/routes.ts": LISTED(
        '"GET /v1/orders/{id}/lines": async () => (await import("./orders/list-lines.ts")).listLines,',
      ),
      "src/routes/orders/list-lines.ts": ROUTE()
        .replace("{orderId}", "{id}/lines")
        .replaceAll("getOrder", "listLines"),
    },
    /have different names for the variable at \/v1\/orders\/\{\}/,
    LAMBDA,
  ],
  [
    "middleware that cannot be made",
    { "src/api.ts": API('middleware: () => { throw new Error("boom"); }') },
    /(src\/lambda\.ts cannot be loaded|^The API cannot start): boom \(\S+\/src\/api\.ts:3\)/,
    BOTH,
  ],
  [
    "middleware that is not a list of handlers",
    { "src/api.ts": API("middleware: () => [undefined]") },
    /(src\/lambda\.ts cannot be loaded|^The API cannot start): middleware of defineApi must give a list of Express handlers/,
    LAMBDA,
  ],
  [
    "tracing that cannot be loaded",
    {
      "src/api.ts": API('tracing: () => import("./traces.ts")'),
      ".env": "OTEL_TRACES_EXPORTER=console",
    },
    /^Traces are on, but loading the module in defineApi's `tracing` fails: Cannot find module '\S+\/src\/traces\.ts'/,
    LAMBDA,
  ],
  [
    "lambda.ts without a handler",
    { "src/lambda.ts": "" },
    /src\/lambda\.ts cannot be loaded: handler is undefined or not exported/,
    LAMBDA,
  ],
];

describe("every command refuses with a clear message", () => {
  for (const [what, files, sentence] of mistakes.filter(([, , , runtimes]) => !runtimes))
    it(what, async (t) => {
      const folder = await folderWith(t, files);
      await assert.rejects(loadLocalApi(apiFolder(folder)), (error: Error) => {
        // These are printed without a stack.
        assert.ok(error instanceof ApiFolderError);
        assert.match(error.message, sentence);
        return true;
      });
    });
});

describe("npm start refuses with a clear message", () => {
  for (const [what, files, sentence, runtimes = []] of mistakes)
    for (const runtime of runtimes)
      it(`${what}: ${runtime}`, async (t) => {
        const folder = await folderWith(t, files);
        const args = ["--api", folder, "--port", "0", "--runtime", runtime];
        const { exitCode, output } = await run("../src/start.ts", { args, cwd: folder }).ended;
        const [line = "", ...others] = output.split("\n").filter((line) => !/^INIT_START |^$/.test(line));
        assert.equal(exitCode, 1, output);
        assert.match(line, sentence, output);
        assert.doesNotMatch(output, /\n {4}at |Ready in/);
        assert.deepEqual(
          others,
          runtime === "lambda" ? [] : ["The API exited with code 1. It had not started to listen yet."],
        );
      });
});
