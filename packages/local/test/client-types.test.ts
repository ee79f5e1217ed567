// Tests a client's types with the compiler, as in a front-end.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { anyone, auth, defineApi } from "@lambda-express-api/kit";
import { openApiDocument } from "@lambda-express-api/kit/docs/openapi.ts";
import { clientTypes } from "../src/client/client-types.ts";

const MODULES = join(import.meta.dirname, "../../../node_modules");

const { defineRoute, errors } = defineApi({
  name: "shelf",
  version: "1.0.0",
  description: "Keeps things.",
  errors: {
    "100409": { status: 409, title: "Taken", message: "The place is taken" },
    "100410": { status: 409, title: "Locked", message: "The shelf is locked" },
  },
  routes: {},
});

const putThing = defineRoute({
  operationId: "putThing",
  method: "PUT",
  path: "/v1/things/{thingId}",
  summary: "Keeps a thing.",
  deprecated: { since: "2026-01-01" },
  errors: ["100409", "100410"],
  request: (z) => ({
    headers: z.object({ "x-shelf": z.string() }),
    query: z.object({ tag: z.array(z.string()).optional(), sort: z.enum(["up", "down"]).optional() }),
    body: z.object({
      name: z.string().describe("As it is called."),
      size: z.int().nullable(),
      kind: z.discriminatedUnion("type", [
        z.object({ type: z.literal("box"), volume: z.number() }),
        z.object({ type: z.literal("rod"), length: z.number() }),
      ]),
      note: z.string().optional(),
      counts: z.record(z.string(), z.int()).default({}),
    }),
  }),
  responses: (z) => {
    const part = z.object({
      name: z.string(),
      get parts() {
        return z.array(part).optional();
      },
    });
    return {
      200: { description: "It is kept.", schema: z.looseObject({ part, at: z.date() }) },
      204: { description: "It was there." },
    };
  },
}).handler(auth({ groups: ["USERS"] }, async () => ({ status: 204 })));

const setPicture = defineRoute({
  operationId: "setPicture",
  method: "POST",
  path: "/v1/pictures",
  summary: "Keeps a picture.",
  consumes: ["multipart/form-data"],
  request: (z) => ({ body: z.object({ picture: z.file().mime(["image/png", "image/jpeg"]) }) }),
  responses: (z) => ({
    200: {
      description: "It.",
      contentType: "image/png",
      schema: z.instanceof(Uint8Array).meta({ type: "string", format: "binary" }),
    },
  }),
}).handler(anyone(async () => ({ status: 200, body: new Uint8Array() })));

const CLIENT = `import createClient from "openapi-fetch";
import type { ErrorAnswer, components, paths } from "./paths.d.ts";

export const client = createClient<paths, "application/json">({ baseUrl: "http://localhost" });
type Put = paths["/v1/things/{thingId}"]["put"];
export type Body = Put["requestBody"]["content"]["application/json"];
export const body: Body = { name: "a", size: null, kind: { type: "rod", length: 1 }, counts: { a: 1 } };
export const params = { path: { thingId: "1" }, header: { "x-shelf": "k" } };
`;

/** Code that compiles. */
const RIGHT = {
  "calls an endpoint, and reads fields of its answer": `
    const { data } = await client.PUT("/v1/things/{thingId}", { params: { ...params, query: { tag: ["a"] } }, body });
    const name: string | undefined = data?.part.parts?.[0]?.parts?.[0]?.name;
    const at: string | undefined = data?.at;
    console.log(name, at, data?.more);`,
  "tells errors apart by their codes, and the gateway's own by having none": `
    const { error } = await client.PUT("/v1/things/{thingId}", { params, body });
    if (error) {
      const code = "error" in error ? error.error.code : undefined;
      if (code === "100409" || code === "100410" || code === "002401") console.log(error.message);
      if (!("error" in error)) console.log(error.message satisfies string);
    }`,
  "names the codes of one status": `
    type Conflict = Put["responses"][409]["content"]["application/json"];
    const code = (error: Conflict): "100409" | "100410" => error.error.code;
    type Refused = Put["responses"][401]["content"]["application/json"];
    const refused: Refused = { message: "Unauthorized" } satisfies components["schemas"]["GatewayError"];
    type Problem = Put["responses"][409]["content"]["application/problem+json"]["code"];
    console.log(code, refused, "100410" satisfies Problem, {} as ErrorAnswer<"001413">);`,
  "sends a file, and reads bytes": `
    const bodySerializer = (form: { picture: Blob }) => {
      const data = new FormData();
      data.set("picture", form.picture);
      return data;
    };
    const picture = new Blob(["x"], { type: "image/png" });
    const { data } = await client.POST("/v1/pictures", { body: { picture }, bodySerializer, parseAs: "blob" });
    console.log(await data?.text());`,
} as const;

/** Code with one mistake each. */
const WRONG = {
  "an unknown path": `await client.GET("/v1/thing");`,
  "a method that the path does not have": `await client.DELETE("/v1/things/{thingId}");`,
  "no parameter where one is required": `await client.PUT("/v1/things/{thingId}", { body });`,
  "no header where one is required": `await client.PUT("/v1/things/{thingId}", { params: { path: params.path }, body });`,
  "a query of another type": `await client.PUT("/v1/things/{thingId}", { params: { ...params, query: { sort: "left" } }, body });`,
  "a query where none is defined": `await client.POST("/v1/pictures", { params: { query: { a: "1" } }, body: { picture: new Blob() } });`,
  "no body where one is required": `await client.PUT("/v1/things/{thingId}", { params });`,
  "a required field under another name": `await client.PUT("/v1/things/{thingId}", { params, body: { nam: "a", size: 1, kind: body.kind } });`,
  "a field of another type": `await client.PUT("/v1/things/{thingId}", { params, body: { ...body, size: "1" } });`,
  "null where it is not allowed": `await client.PUT("/v1/things/{thingId}", { params, body: { ...body, name: null } });`,
  "a variant without its own field": `export const mistake: Body = { ...body, kind: { type: "box", length: 1 } };`,
  "an unknown field, where the body has its type": `export const mistake: Body = { ...body, nte: "a" };`,
  "text instead of a file": `await client.POST("/v1/pictures", { body: { picture: "a" } });`,
  "an unknown field of an answer": `export const mistake = (await client.PUT("/v1/things/{thingId}", { params, body })).data?.part.nme;`,
  "a code that the endpoint does not have": `
    const { error } = await client.PUT("/v1/things/{thingId}", { params, body });
    if (error && "error" in error && error.error.code === "003401") console.log();`,
  "a code of another status": `
    export const mistake: Put["responses"][400]["content"]["application/json"]["error"]["code"] = "100409";`,
  "a status that the endpoint does not have": `export type Mistake = Put["responses"][418];`,
  "the code of an error that may be the gateway's own": `
    const { error } = await client.PUT("/v1/things/{thingId}", { params, body });
    if (error) console.log(error.error.code);`,
} as const;

/** As strict as a front-end's compiler may be, and it checks the generated file too. */
const COMPILER_OPTIONS = {
  target: "es2024",
  lib: ["es2024", "dom"],
  module: "nodenext",
  types: [],
  noEmit: true,
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
};

describe("the types of a client", () => {
  let folder: string;
  let types: string;
  let faults: Map<string, string[]>;

  const nameOf = (title: string) => `${title.replaceAll(/\W+/g, "-")}.ts`;
  const run = (program: string, ...args: string[]) =>
    spawnSync(join(MODULES, ".bin", program), args, { cwd: folder, encoding: "utf8" });

  before(async () => {
    const api = { name: "shelf", version: "1.0.0", description: "Keeps things.", errors };
    const document = await openApiDocument({
      api,
      routes: [putThing, setPicture],
      config: { demoCallers: [] },
      basePath: "",
    });
    types = clientTypes(JSON.parse(JSON.stringify(document)));
    folder = mkdtempSync(join(tmpdir(), "client-"));
    symlinkSync(MODULES, join(folder, "node_modules"));
    const files: Record<string, string> = {
      "package.json": '{ "type": "module" }',
      "tsconfig.json": JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, skipLibCheck: true } }),
      "tsconfig.paths.json": JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ["paths.d.ts"] }),
      "biome.json": "{}",
      "paths.d.ts": types,
    };
    for (const [title, code] of Object.entries({ ...RIGHT, ...WRONG }))
      files[nameOf(title)] = `${CLIENT}${code}\nexport type { ErrorAnswer, components };\n`;
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const { stdout } = run("tsc");
    faults = Map.groupBy(stdout.match(/^\S+\.ts\(.+/gm) ?? [], (line) => line.slice(0, line.indexOf("(")));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const title of Object.keys(RIGHT))
    it(`compile what ${title}`, () => assert.deepEqual(faults.get(nameOf(title)) ?? [], []));

  for (const title of Object.keys(WRONG))
    it(`do not compile ${title}`, () => {
      const found = faults.get(nameOf(title)) ?? [];
      assert.ok(found.length > 0, "it compiles");
      const first = CLIENT.split("\n").length;
      for (const fault of found) assert.ok(Number(/\((\d+),/.exec(fault)?.[1]) >= first, fault);
    });

  it("pass the compiler, the linter and the formatter", () => {
    for (const { status, stdout, stderr } of [
      run("tsc", "-p", "tsconfig.paths.json"),
      run("biome", "check", "paths.d.ts"),
    ])
      assert.equal(status, 0, stdout + stderr);
  });

  it("mark deprecations, and have the document's descriptions of operations and fields", () => {
    assert.match(types, /\* Keeps a thing\.\n(?: +\*.*\n)+ +\* @deprecated\n +\*\/\n +put: /);
    assert.match(types, /\/\*\* As it is called\. \*\/\n +name: string;/);
    assert.equal(types.match(/@deprecated/g)?.length, 1);
  });

  it("are not written if the document's example of an error has another code", () => {
    const example = { value: { error: { code: "001401" } } };
    const content = { "application/json": { schema: {}, examples: { "100409": example } } };
    const document = { paths: { "/v1/x": { get: { responses: { 409: { content } } } } } };
    assert.throws(() => clientTypes(document), {
      message: 'GET /v1/x 409: the example for the error 100409 contains the code "001401"',
    });
  });
});
