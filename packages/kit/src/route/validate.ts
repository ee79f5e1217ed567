import type * as zod from "zod";
import { ApiError, type FieldError } from "../errors/api-error.ts";
import type { RequestSchemas } from "./define-route.ts";

/** A request's parts before they are parsed, by the names of their schemas. */
export type RawRequest = { readonly [Part in keyof RequestSchemas]-?: unknown };

const LOCATION = { params: "path", query: "query", headers: "header", body: "body" } as const;
/** What a refusal tells of: a body may be wrong in more places, and with longer names, than an answer should hold. */
const MAX_TOLD_FIELDS = 50;
const MAX_TOLD_CHARACTERS = 200;
const PARTS = ["params", "query", "headers", "body"] as const;

/**
 * Parses what a request brought with the schemas of its endpoint.
 *
 * @returns the parsed parts; path variables without a schema as they came.
 * @throws ApiError 001400 that names the wrong fields (the first fifty of them), or 002400 when all that is wrong is a header that is missing.
 */
export function parseRequest(schemas: RequestSchemas, raw: RawRequest): Record<string, unknown> {
  const parsed: Record<string, unknown> = { params: raw.params };
  const fields: FieldError[] = [];
  for (const part of PARTS) {
    const schema = schemas[part];
    if (!schema) continue;
    const result = schema.safeParse(part === "query" ? arraysWhereAsked(schema, raw.query) : raw[part]);
    if (result.success) parsed[part] = result.data;
    else {
      for (const issue of result.error.issues.slice(0, MAX_TOLD_FIELDS - fields.length)) {
        const isMissing = valueAt(raw[part], issue.path) === undefined;
        fields.push({
          in: LOCATION[part],
          name: shortened(issue.path.join(".")),
          message: isMissing ? "is required" : shortened(issue.message),
        });
      }
    }
  }
  if (fields.length > 0) throw refusal(fields, raw);
  return parsed;
}

function shortened(text: string): string {
  return text.length > MAX_TOLD_CHARACTERS ? `${text.slice(0, MAX_TOLD_CHARACTERS)}…` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}

/** `?tag=a` is a list of one where the schema asks for a list. `?constructor=a` is nothing that it asks for. */
function arraysWhereAsked(schema: zod.ZodType, query: unknown): unknown {
  const { shape } = schema as zod.ZodObject;
  return Object.fromEntries(
    Object.entries(query as Record<string, unknown>).map(([name, value]) => [
      name,
      Object.hasOwn(shape, name) && isArraySchema(shape[name]) && !Array.isArray(value) ? [value] : value,
    ]),
  );
}

function isArraySchema(schema: zod.core.$ZodType | undefined): boolean {
  if (!schema) return false;
  const { def } = schema._zod;
  return def.type === "array" || ("innerType" in def && isArraySchema(def.innerType as zod.core.$ZodType));
}

function refusal(fields: readonly FieldError[], raw: RawRequest): ApiError {
  const headers = raw.headers as Record<string, unknown>;
  const missing = fields.filter((field) => field.in === "header" && headers[field.name] === undefined);
  if (missing.length === fields.length) {
    const names = missing.map((field) => field.name).join(", ");
    return new ApiError("002400", { reason: `The request lacks a header: ${names}`, fields });
  }
  const names = fields.map((field) => (field.name ? `${field.in} ${field.name}` : field.in)).join(", ");
  return new ApiError("001400", { reason: `The request does not fit its schema: ${names}`, fields });
}
