/**
 * `npm run new -- GET /v1/orders/{orderId} --access groups:STAFF` writes an endpoint and a test that passes, and runs
 * `npm run generate`. With `--no-test` it writes no test, for endpoints that share one.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { Script } from "node:vm";
import { ApiFolderError, apiFolder, loadApi, loadEndpoints } from "@lambda-express-api/build/api-folder.ts";
import { documentedPath } from "@lambda-express-api/kit/docs/openapi.ts";
import { defineRoute, type Method, type Route } from "@lambda-express-api/kit/route/define-route.ts";

const EXAMPLE = "npm run new -- GET /v1/orders/{orderId} --access groups:STAFF";
const NAME_EXAMPLE = `${EXAMPLE} --name getOrder`;

/** A mistake in the typed command. The message has an example. */
class UsageError extends Error {
  constructor(mistake: string, example = EXAMPLE) {
    super(`${mistake}, for example: ${example}`);
  }
}

/** The verb of each method, and the status of its answer. */
const VERBS = {
  GET: { verb: "get", sentence: "Gets", status: 200, hasBody: false },
  POST: { verb: "create", sentence: "Creates", status: 201, hasBody: true },
  PUT: { verb: "replace", sentence: "Replaces", status: 200, hasBody: true },
  PATCH: { verb: "update", sentence: "Updates", status: 200, hasBody: true },
  DELETE: { verb: "delete", sentence: "Deletes", status: 204, hasBody: false },
} as const satisfies Partial<Record<Method, unknown>>;
type NewMethod = keyof typeof VERBS;

interface Endpoint {
  readonly method: NewMethod;
  readonly path: string;
  readonly area: string;
  readonly variables: readonly string[];
  readonly operationId: string;
  readonly summary: string;
  readonly access: Access;
  /** The folder of the API. */
  readonly api: string;
  readonly hasTest: boolean;
}

type Access =
  | { readonly type: "public" | "signed-in" }
  | { readonly type: "groups" | "scopes"; readonly names: readonly string[] };

function readArguments(): Endpoint {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch {
    throw new UsageError("Give a method, a path and --access; --name sets another operation id");
  }
  const [method = "", path = "", ...rest] = parsed.positionals;
  if (!isMethod(method)) throw new UsageError(`The method must be one of ${Object.keys(VERBS).join(", ")}`);
  if (rest.length > 0) throw new UsageError("Give one method and one path");
  const { area, version, variables } = readPath(path);
  const access = readAccess(parsed.values.access);
  const things = nameThings(method, path, version);
  const operationId = parsed.values.name ?? things.operationId;
  if (!/^[a-z][A-Za-z0-9]*$/.test(operationId)) {
    throw new UsageError("A name is a verb and a noun in camel case", NAME_EXAMPLE);
  }
  if (isTaken(operationId)) {
    throw new UsageError(
      `${operationId} already has a meaning in the code; choose another --name`,
      NAME_EXAMPLE,
    );
  }
  const { api, "no-test": noTest } = parsed.values;
  return {
    method,
    path,
    area,
    variables,
    access,
    operationId,
    summary: things.summary,
    api,
    hasTest: !noTest,
  };
}

function parse() {
  const options = {
    access: { type: "string" },
    name: { type: "string" },
    "no-test": { type: "boolean", default: false },
    api: { type: "string", default: "." },
  } as const;
  return parseArgs({ options, allowPositionals: true });
}

function isMethod(text: string): text is NewMethod {
  return Object.hasOwn(VERBS, text);
}

/** Whether a name is a reserved word, a global, inherited by every object, or used in the new file. */
function isTaken(name: string): boolean {
  try {
    new Script(`"use strict"; async () => { let ${name}; };`);
  } catch {
    return true;
  }
  return name in globalThis || ["anyone", "api", "auth", "defineRoute", "routes"].includes(name);
}

function readPath(path: string): Pick<Endpoint, "area" | "variables"> & { readonly version: number } {
  const [, version, area] = /^\/v([1-9]\d?)\/([^/]+)(\/[^/]+)*$/.exec(path) ?? [];
  if (!area)
    throw new UsageError(
      "The path must start with a version such as /v1 and an area in lower case, and not end with a slash",
    );
  const [stranger] = /[^\w.~{}+/-]/u.exec(path) ?? [];
  if (stranger) throw new UsageError(`A path cannot contain "${stranger}" or a query`);
  if (!/^[a-z][a-z0-9-]*$/.test(area)) {
    throw new UsageError(
      `The area "${area}" must be lower-case letters, digits and hyphens, and start with a letter`,
    );
  }
  if (/\/\.+(\/|$)/.test(path)) throw new UsageError("A segment of the path cannot be only dots");
  try {
    const responses = () => ({});
    defineRoute({ operationId: "path", method: "GET", path, summary: "", responses });
  } catch {
    throw new UsageError("A segment of the path must be plain text or one {variable}");
  }
  const variables = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = ""]) => name);
  if (new Set(variables).size < variables.length) throw new UsageError("Each {variable} needs its own name");
  const inherited = variables.find((name) => name in Object.prototype);
  if (inherited) throw new UsageError(`${inherited} is a property of every object; rename {${inherited}}`);
  return { area, variables, version: Number(version) };
}

function readAccess(text = ""): Access {
  const [type = "", list = ""] = text.split(/:(.*)/s);
  const names = list.split(",").map((name) => name.trim());
  if ((type === "public" || type === "signed-in") && list === "") return { type };
  if ((type === "groups" || type === "scopes") && names.every((name) => /^[^"\\\s]+$/.test(name))) {
    return { type, names };
  }
  throw new UsageError("Say who may call it: --access public, signed-in, groups:A,B or scopes:a,b");
}

/** `GET /v1/orders/{orderId}` is `getOrder`, "Gets an order."; `GET /v1/orders` is `listOrders`, "Lists orders." */
function nameThings(
  method: NewMethod,
  path: string,
  version: number,
): Pick<Endpoint, "operationId" | "summary"> {
  const segments = path.split("/");
  const thing = segments.findLast((segment) => segment !== "" && !segment.startsWith("{")) ?? "";
  const words = thing.split(/[^A-Za-z0-9]+/).map((word) => word.toLowerCase());
  const isList = method === "GET" && segments.at(-1) === thing && singular(thing) !== thing;
  const { verb, sentence } = isList ? { verb: "list", sentence: "Lists" } : VERBS[method];
  const noun = isList ? words : words.with(-1, singular(words.at(-1) ?? ""));
  const name = noun.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  const operationId = verb + name + (version > 1 ? `V${version}` : "");
  const article = isList ? "" : /^[aeiou]/.test(noun[0] ?? "") ? "an " : "a ";
  return { operationId, summary: `${sentence} ${article}${noun.join(" ")}.` };
}

function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, "y");
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

function fileOf({ api, area, operationId }: Pick<Endpoint, "api" | "area" | "operationId">): string {
  const name = operationId.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return join(relative("", api), "src/routes", area, `${name}.ts`);
}

/** OpenAPI (Paths Object): paths that differ only in the names of their variables are the same path. */
function shapeOf(path: string): string {
  return documentedPath(path).replaceAll(/\{\w+/g, "{");
}

function refuseWhatExists(endpoint: Endpoint, routes: readonly Route[]): void {
  const { method, path, operationId } = endpoint;
  const file = fileOf(endpoint);
  const same = routes.filter((route) => shapeOf(route.path) === shapeOf(path));
  const taken = same.find((route) => route.method === method);
  if (taken) {
    const free = nextVersion(path, (other) =>
      routes.some((route) => route.method === method && shapeOf(route.path) === shapeOf(other)),
    );
    throw new UsageError(
      `${method} ${taken.path} already exists as ${taken.operationId}; choose another path`,
      `npm run new -- ${method} ${free} --access groups:STAFF`,
    );
  }
  const [other] = same;
  if (other && documentedPath(other.path) !== documentedPath(path)) {
    const example = `npm run new -- ${method} ${other.path} --access groups:STAFF`;
    throw new UsageError(`${other.operationId} already has this path; write it as ${other.path}`, example);
  }
  const nameExample = `${EXAMPLE} --name ${operationId}Details`;
  if (routes.some((route) => route.operationId === operationId)) {
    throw new UsageError(`${operationId} already exists; choose another --name`, nameExample);
  }
  for (const existing of [file, testFileOf(file)]) {
    if (existsSync(existing)) {
      throw new UsageError(`${existing} already exists; choose another --name`, nameExample);
    }
  }
}

/** The path in the next version that does not have it yet. */
function nextVersion(path: string, isTaken: (path: string) => boolean): string {
  const next = path.replace(/^\/v(\d+)/, (_, version) => `/v${Number(version) + 1}`);
  return isTaken(next) ? nextVersion(next, isTaken) : next;
}

function testFileOf(file: string): string {
  return file.replace(/\.ts$/, ".test.ts");
}

/** The new endpoint's placeholder answer: its input. */
function answerOf({ method, variables, operationId }: Endpoint) {
  const { status, hasBody } = VERBS[method];
  const sample = {
    ...Object.fromEntries(variables.map((variable) => [variable, "1"])),
    ...(hasBody && { name: "A name" }),
  };
  const fields = Object.keys(sample);
  if (status === 204) return { status, schema: "z.undefined()", body: "undefined", sample: {} };
  if (fields.length === 0) {
    const message = `${operationId} is not implemented yet`;
    return {
      status,
      schema: "z.object({ message: z.string() })",
      body: JSON.stringify({ message }),
      sample: { message },
    };
  }
  return {
    status,
    schema: `z.object({ ${fields.map((field) => `${field}: z.string()`).join(", ")} })`,
    body: `{ ${[variables.length > 0 ? "...params" : "", hasBody ? "...body" : ""].filter(Boolean).join(", ")} }`,
    sample,
  };
}

function source(endpoint: Endpoint): string {
  const { method, path, operationId, summary, variables, access } = endpoint;
  const { hasBody, status: done } = VERBS[method];
  const { status, schema, body } = answerOf(endpoint);
  const parts = [
    variables.length > 0 &&
      `params: z.object({ ${variables.map((name) => `${name}: z.string().meta({ example: "1" })`).join(", ")} })`,
    hasBody && 'body: z.object({ name: z.string().max(100).meta({ example: "A name" }) })',
  ].filter(Boolean);
  const given = [variables.length > 0 && done !== 204 && "params", hasBody && "body"]
    .filter(Boolean)
    .join(", ");
  const handler = `async (${given && `{ ${given} }`}) => ({ status: ${status}, body: ${body} })`;
  const guard = access.type === "public" ? "anyone" : "auth";
  const rule = "names" in access ? `{ ${access.type}: ${JSON.stringify(access.names)} }, ` : "";
  return `import { ${guard} } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const ${operationId} = defineRoute({
  operationId: "${operationId}",
  method: "${method}",
  path: "${path}",
  summary: "${summary}",
  ${parts.length > 0 ? `request: (z) => ({ ${parts.join(", ")} }),` : ""}
  responses: (z) => ({ ${status}: { description: "Done.", schema: ${schema} } }),
}).handler(${guard}(${rule}${handler}));
`;
}

function test(endpoint: Endpoint): string {
  const { method, path, access } = endpoint;
  const { status, sample } = answerOf(endpoint);
  const title = `${method} ${path}`;
  const call = `.${method.toLowerCase()}("${path.replaceAll(/\{\w+\+?\}/g, "1")}")`;
  const body = VERBS[method].hasBody ? '.send({ name: "A name" })' : "";
  const expectations = `assert.equal(response.status, ${status});
assert.deepEqual(response.body, ${JSON.stringify(sample)});`;
  const isPublic = access.type === "public";
  const imports = `import assert from "node:assert/strict";
import { ${isPublic ? "it" : "after, before, describe, it"} } from "node:test";
import { ${isPublic ? "testApp" : "startTestIssuer, type TestIssuer, testApp"} } from "@lambda-express-api/kit/testing";
import supertest from "supertest";
import { api } from "../../api.ts";`;
  if (isPublic) {
    return `${imports}

it("${title} answers anyone", async () => {
  const response = await supertest(testApp(api))${call}${body};
  ${expectations}
});
`;
  }
  const [first = ""] = "names" in access ? access.names : [];
  const bearer = {
    groups: `issuer.bearer([${JSON.stringify(first)}])`,
    scopes: `issuer.bearer([], { scope: ${JSON.stringify(first)} })`,
    "signed-in": "issuer.bearer([])",
  }[access.type as "groups" | "scopes" | "signed-in"];
  return `${imports}

describe("${title}", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startTestIssuer();
  });
  after(() => issuer.close());

  it("answers ${first || "any signed-in caller"}", async () => {
    const response = await supertest(testApp(api, { issuer }))${call}
      .set("authorization", ${bearer})${body};
    ${expectations}
  });
});
`;
}

/** Writes the endpoint and the generated files. If a step fails, it undoes the others. */
function write(endpoint: Endpoint): readonly string[] {
  const file = fileOf(endpoint);
  const files = endpoint.hasTest ? [file, testFileOf(file)] : [file];
  const firstFolder = mkdirSync(dirname(file), { recursive: true });
  const generate = [
    join(import.meta.dirname, `generate${extname(import.meta.filename)}`),
    "--api",
    endpoint.api,
  ];
  try {
    writeFileSync(file, source(endpoint));
    if (endpoint.hasTest) writeFileSync(testFileOf(file), test(endpoint));
    run(process.execPath, "node_modules/@biomejs/biome/bin/biome", "check", "--write", ...files);
    run(process.execPath, ...generate);
  } catch (error) {
    for (const written of files) rmSync(written, { force: true });
    if (firstFolder) rmSync(firstFolder, { recursive: true });
    spawnSync(process.execPath, generate);
    throw error;
  }
  return files;
}

/** Runs one of the project's commands. */
function run(command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

try {
  const endpoint = readArguments();
  refuseWhatExists(endpoint, await loadEndpoints(await loadApi(apiFolder(endpoint.api))));
  const files = write(endpoint);
  console.log(`${files.join("\n")}

The list of routes, docs/access.md, docs/openapi.json and client/paths.d.ts now include ${endpoint.operationId}.`);
  if (endpoint.hasTest) console.log(`Run its test:\n\n  node --test ${files[1]}`);
} catch (error) {
  console.error(error instanceof UsageError || error instanceof ApiFolderError ? error.message : error);
  process.exit(1);
}
