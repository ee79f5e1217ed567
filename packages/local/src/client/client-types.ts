/**
 * Writes the types for a client of an API from its OpenAPI document: the interface `paths` that openapi-fetch reads, in
 * openapi-typescript's form. docs/decisions/0041-client-types.md says why the kit writes them.
 */
import { block, docComment, type Json, memberName, type Refer, type Type, typeOf } from "./schema-type.ts";

/** The comments stop an owner's formatter and linter from changing the file. */
const HEAD = `/** What callers of this API send and get. Written by \`npm run generate\`: never edit it by hand. */
// biome-ignore-all format: it is generated
// biome-ignore-all lint: it is generated
`;

/** Each status lists its codes; the components have the common parts of all errors. */
const ERRORS = `
/** An error of the API itself, in one of the codes that its endpoint lists for a status. */
export type ErrorAnswer<Code extends string> = components["schemas"]["Error"] & { error: { code: Code } };

/** The same as problem details (RFC 9457), for callers whose \`accept\` asks for them. */
export type ProblemAnswer<Code extends string> = components["schemas"]["Problem"] & { code: Code };
`;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/**
 * Writes the file of a client's types.
 *
 * @throws TypeError with operation and field if TypeScript cannot express a schema.
 */
export function clientTypes(document: Json): string {
  const schemas = record(record(document.components).schemas);
  const paths = Object.entries(record(document.paths)).map(
    ([path, item]) => `${JSON.stringify(path)}: ${block(operations(path, record(item)))}`,
  );
  const components = Object.entries(schemas).map(([name, schema]) => {
    const { description } = record(schema);
    return `${docComment([description], false)}${memberName(name)}: ${typeOf(schema, name, component).text}`;
  });
  const hasErrors = ["Error", "Problem"].every((name) => name in schemas);
  return `${HEAD}
export interface paths ${block(paths)}

export interface components ${block([`schemas: ${block(components)}`])}
${hasErrors ? ERRORS : ""}`;
}

function component(name: string): Type {
  return { text: `components["schemas"][${JSON.stringify(name)}]` };
}

function operations(path: string, item: Json): string[] {
  return METHODS.filter((method) => method in item).map((method) => {
    const { summary, description, deprecated, ...operation } = record(item[method]);
    const where = `${method.toUpperCase()} ${path}`;
    const members = [
      `parameters: ${parameters(operation, where)}`,
      ...requestBody(operation, where),
      `responses: ${block(responses(operation, where))}`,
    ];
    return `${docComment([summary, description], deprecated === true)}${method}: ${block(members)}`;
  });
}

/** A place without parameters is `never`, because openapi-fetch accepts anything for a missing one. */
function parameters(operation: Json, where: string): string {
  const all = list(operation.parameters).map(record);
  return block(
    ["query", "header", "path", "cookie"].map((place) => {
      const here = all.filter((parameter) => parameter.in === place);
      if (here.length === 0) return `${place}?: never`;
      const members = here.map(({ name, required, description, deprecated, schema }) => {
        const type = typeOf(schema ?? true, `${where} ${place} ${name}`, component);
        return `${docComment([description], deprecated === true)}${memberName(String(name))}${required === true ? "" : "?"}: ${type.text}`;
      });
      return `${place}${here.some(({ required }) => required === true) ? "" : "?"}: ${block(members)}`;
    }),
  );
}

function requestBody(operation: Json, where: string): string[] {
  if (operation.requestBody === undefined) return [];
  const { required, content } = record(operation.requestBody);
  const media = contentMembers(record(content), `${where} body`, component);
  return [`requestBody${required === true ? "" : "?"}: ${block([`content: ${block(media)}`])}`];
}

function responses(operation: Json, where: string): string[] {
  return Object.entries(record(operation.responses)).map(([status, response]) => {
    const { description, content } = record(response);
    const comment = docComment([description], false);
    if (content === undefined) return `${comment}${status}: ${block(["content?: never"])}`;
    const at = `${where} ${status}`;
    const media = contentMembers(record(content), at, withCodes(codesOf(record(content), at)));
    return `${comment}${status}: ${block([`content: ${block(media)}`])}`;
  });
}

/** A media type without a schema is bytes (OpenAPI 3.1.0, section 4.8.14.2). */
function contentMembers(content: Json, where: string, refer: Refer): string[] {
  return Object.entries(content).map(([mediaType, media]) => {
    const { schema } = record(media);
    const type = schema === undefined ? { text: "Blob" } : typeOf(schema, where, refer);
    return `${JSON.stringify(mediaType)}: ${type.text}`;
  });
}

/** The codes of a status, from the document's examples. */
function codesOf(content: Json, where: string): readonly string[] {
  const examples = Object.values(content).flatMap((media) => Object.entries(record(record(media).examples)));
  return examples.map(([code, example]) => {
    const shown = record(record(record(example).value).error).code;
    if (shown !== code)
      throw new TypeError(
        `${where}: the example of the error ${code} shows the code ${JSON.stringify(shown)}`,
      );
    return code;
  });
}

function withCodes(codes: readonly string[]): Refer {
  if (codes.length === 0) return component;
  const union = codes.map((code) => JSON.stringify(code)).join(" | ");
  const types: Readonly<Record<string, Type>> = {
    Error: { text: `ErrorAnswer<${union}>` },
    Problem: { text: `ProblemAnswer<${union}>` },
  };
  return (name) => types[name] ?? component(name);
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
