/** Reads and checks the arguments of `npm run new`. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { Script } from "node:vm";
import { documentedPath } from "@lambda-express-api/kit/docs/openapi.ts";
import { defineRoute, type Method, type Route } from "@lambda-express-api/kit/route/define-route.ts";

const EXAMPLE = "npm run new -- GET /v1/orders/{orderId} --access groups:STAFF";
const NAME_EXAMPLE = `${EXAMPLE} --name getOrder`;

/** A mistake in the typed command. The message has an example. */
export class UsageError extends Error {
  constructor(mistake: string, example = EXAMPLE) {
    super(`${mistake}, for example: ${example}`);
  }
}

/** The verb of each method, and the status of its answer. */
export const VERBS = {
  GET: { verb: "get", sentence: "Gets", status: 200, hasBody: false },
  POST: { verb: "create", sentence: "Creates", status: 201, hasBody: true },
  PUT: { verb: "replace", sentence: "Replaces", status: 200, hasBody: true },
  PATCH: { verb: "update", sentence: "Updates", status: 200, hasBody: true },
  DELETE: { verb: "delete", sentence: "Deletes", status: 204, hasBody: false },
} as const satisfies Partial<Record<Method, unknown>>;
type NewMethod = keyof typeof VERBS;

export interface Endpoint {
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

/**
 * Reads the arguments of `npm run new`.
 *
 * @throws UsageError
 */
export function readArguments(args: readonly string[]): Endpoint {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch {
    throw new UsageError("Enter a method, a path and --access; to set the operation ID, add --name");
  }
  const [method = "", path = "", ...rest] = parsed.positionals;
  if (!isMethod(method)) throw new UsageError(`The method must be one of ${Object.keys(VERBS).join(", ")}`);
  if (rest.length > 0) throw new UsageError("Enter one method and one path");
  const { area, version, variables } = readPath(path);
  const access = readAccess(parsed.values.access);
  const things = nameThings(method, path, version);
  const operationId = parsed.values.name ?? things.operationId;
  if (!/^[a-z][A-Za-z0-9]*$/.test(operationId)) {
    throw new UsageError("--name must be a verb and a noun in camel case", NAME_EXAMPLE);
  }
  if (isTaken(operationId)) {
    throw new UsageError(`${operationId} is a reserved name; choose another with --name`, NAME_EXAMPLE);
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

function parse(args: readonly string[]) {
  const options = {
    access: { type: "string" },
    name: { type: "string" },
    "no-test": { type: "boolean", default: false },
    api: { type: "string", default: "." },
  } as const;
  return parseArgs({ args: [...args], options, allowPositionals: true });
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
      "The path must start with a version such as /v1 and a lower-case area, and must not end in a slash",
    );
  const [stranger] = /[^\w.~{}+/-]/u.exec(path) ?? [];
  if (stranger) throw new UsageError(`A path cannot contain "${stranger}" or a query`);
  if (!/^[a-z][a-z0-9-]*$/.test(area)) {
    throw new UsageError(
      `The area "${area}" must consist of lower-case letters, digits and hyphens, and start with a letter`,
    );
  }
  if (/\/\.+(\/|$)/.test(path)) throw new UsageError("A path segment cannot consist only of dots");
  try {
    const responses = () => ({});
    defineRoute({ operationId: "path", method: "GET", path, summary: "", responses });
  } catch {
    throw new UsageError("A path segment must be plain text or one {variable}");
  }
  const variables = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = ""]) => name);
  if (new Set(variables).size < variables.length)
    throw new UsageError("Each {variable} needs a different name");
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
  throw new UsageError(
    "Choose who may call the endpoint: --access public, signed-in, groups:A,B or scopes:a,b",
  );
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

/** The new file, relative to the working directory. */
export function fileOf({ api, area, operationId }: Pick<Endpoint, "api" | "area" | "operationId">): string {
  const name = operationId.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return join(relative("", api), "src/routes", area, `${name}.ts`);
}

export function testFileOf(file: string): string {
  return file.replace(/\.ts$/, ".test.ts");
}

type ExistingRoute = Pick<Route, "method" | "path" | "operationId">;

/**
 * Refuses an endpoint whose path, name or files already exist.
 *
 * @throws UsageError
 */
export function refuseWhatExists(endpoint: Endpoint, routes: readonly ExistingRoute[]): void {
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
    throw new UsageError(
      `${other.operationId} already has this path; use its variable names: ${other.path}`,
      example,
    );
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

/** OpenAPI (Paths Object): paths that differ only in the names of their variables are the same path. */
function shapeOf(path: string): string {
  return documentedPath(path).replaceAll(/\{\w+/g, "{");
}
