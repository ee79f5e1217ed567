/** Requests made from an OpenAPI document: some valid, some nearly valid, some arbitrary. */
import fc from "fast-check";
import { bodyKindOf } from "../route/media-types.ts";
import type { RequestToSend } from "./payload-event.ts";

/** The parts of a JSON schema that the document uses. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

const ACCEPTED = ["*/*", "text/html", "application/json", "text/html,*/*;q=0.8", "", "nonsense"];

/** Values that a schema allows. */
function fromSchema(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "string": {
      const { minLength = 0, maxLength = 100 } = schema;
      return fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, minLength + 100) });
    }
    case "integer":
    case "number":
      return fc.integer({ min: schema.minimum ?? -1000, max: schema.maximum ?? 1000 });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(fromSchema(schema.items ?? {}), { maxLength: 5 });
    case "object": {
      const values = Object.entries(schema.properties ?? {}).map(([name, value]) => [
        name,
        fromSchema(value),
      ]);
      const requiredKeys: string[] = [...(schema.required ?? [])];
      const model: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(values);
      return fc.record(model, { requiredKeys });
    }
    default:
      return fc.jsonValue();
  }
}

/** Text for a header, a path segment or a query: what the schema allows, or anything. */
function textFor(schema: Schema): fc.Arbitrary<string> {
  return fc.oneof(fromSchema(schema).map(String), fc.string({ unit: "grapheme", maxLength: 40 }));
}

function pathFor(path: string, { parameters = [] }: Operation): fc.Arbitrary<string> {
  const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const schemaOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.schema ?? {};
  const values = fc.record(
    Object.fromEntries(
      // An empty segment or dots alone lead to another path in any client.
      variables.map((name) => [name, textFor(schemaOf(name)).filter((text) => !/^\.{0,2}$|\//.test(text))]),
    ),
  );
  return values.map((given) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(given[name]))),
  );
}

function queryFor({ parameters = [] }: Operation): fc.Arbitrary<string> {
  const pairs = parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, schema }) => fc.tuple(fc.constant(name), textFor(schema)));
  const pair = fc.oneof(...pairs, fc.tuple(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 })));
  return fc
    .array(pair, { maxLength: 3 })
    .map((given) => (given.length > 0 ? `?${new URLSearchParams(given as [string, string][])}` : ""));
}

/** Printable ASCII: clients send nothing else. */
const headerText = fc.string({ unit: "grapheme-ascii", maxLength: 40 }).map((text) => text.trim());

/** Any character. fast-check's unit `binary` makes a table of a million characters, which takes a second. */
const character = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + 0x800));

/** The credentials of a request. */
export interface ArbitraryCaller {
  readonly authorization: fc.Arbitrary<string | undefined>;
  readonly apiKey: fc.Arbitrary<string | undefined>;
}

function headersFor(
  { parameters = [] }: Operation,
  { authorization, apiKey }: ArbitraryCaller,
): fc.Arbitrary<Record<string, string>> {
  const names = parameters.filter((parameter) => parameter.in === "header").map(({ name }) => name);
  const some = fc.record(Object.fromEntries(names.map((name) => [name, headerText])), { requiredKeys: [] });
  return fc
    .tuple(some, fc.constantFrom(...ACCEPTED), authorization, apiKey)
    .map(([headers, accept, token, key]) => ({
      ...(key !== undefined && { "x-api-key": key }),
      ...(headers as Record<string, string>),
      accept,
      ...(token !== undefined && { authorization: token }),
    }));
}

interface Body {
  readonly type: string;
  readonly text: string;
}

function bodyFor({ requestBody }: Operation): fc.Arbitrary<Body | undefined> {
  if (!requestBody) return fc.constant(undefined);
  const asSaid = Object.entries(requestBody.content).map(([type, { schema = {} }]) =>
    fromSchema(schema).map((value) => ({ type, text: write(type, value, schema) })),
  );
  const type = fc.constantFrom(
    ...Object.keys(requestBody.content),
    "text/plain",
    "application/json; charset=x",
  );
  const json = fc.record({ type, text: fc.json() });
  const junk = fc.record({ type, text: fc.string({ unit: character, maxLength: 200 }) });
  return fc.oneof(...asSaid, json, junk, fc.constant(undefined));
}

/** An arbitrary object may have its own `toString`, or none. */
function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function write(type: string, value: unknown, { properties = {} }: Schema): string {
  const kind = bodyKindOf(type);
  if (kind === "text" || kind === "bytes") return textOf(value);
  if (kind === "json lines")
    return [value]
      .flat()
      .map((line) => JSON.stringify(line))
      .join("\n");
  if (kind === "json") return JSON.stringify(value);
  const fields = Object.entries(Object(value)).map(([name, field]): [string, string] => [
    name,
    textOf(field),
  ]);
  if (kind === "form") return String(new URLSearchParams(fields));
  const parts = fields.map(([name, field]) => {
    const file = properties[name]?.format === "binary" ? '; filename="file"' : "";
    return `--cut\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${field}\r\n`;
  });
  return `${parts.join("")}--cut--\r\n`;
}

/** Requests to one operation, by any caller. */
export function arbitraryRequest(
  method: string,
  path: string,
  operation: Operation,
  caller: ArbitraryCaller,
): fc.Arbitrary<RequestToSend> {
  return fc
    .record({
      path: pathFor(path, operation),
      query: queryFor(operation),
      headers: headersFor(operation, caller),
      body: bodyFor(operation),
    })
    .map(({ path, query, headers, body }) => ({
      method,
      path: path + query,
      headers: {
        ...headers,
        ...(body?.type && {
          "content-type": body.type === "multipart/form-data" ? `${body.type}; boundary=cut` : body.type,
        }),
      },
      ...(body && { body: body.text }),
    }));
}
