import type * as zod from "zod";
import { ApiError, type FieldError } from "../errors/api-error.ts";
import type { RequestSchemas } from "./define-route.ts";
import { readText } from "./read-text.ts";

/** A request's parts before parsing, under the names of their schemas. */
export type RawRequest = { readonly [Part in keyof RequestSchemas]-?: unknown };

const LOCATION = {
  params: "path",
  query: "query",
  headers: "header",
  cookies: "cookie",
  body: "body",
} as const;
/** The most fields in a refusal: a body may be wrong in more places than a response should list. */
const MAX_TOLD_FIELDS = 50;
const MAX_TOLD_CHARACTERS = 200;
const PARTS = ["params", "query", "headers", "cookies", "body"] as const;

/**
 * Parses a request with the schemas of its endpoint.
 *
 * Path, query, headers and cookies are text, which is converted to the types of their schemas; so is a body
 * that came as text or as a form.
 *
 * @returns the parsed parts; path variables without a schema unchanged.
 * @throws ApiError 001400 that names the wrong fields (the first fifty of them), or 002400 if the only fault
 *   is a missing header.
 */
export function parseRequest(
  schemas: RequestSchemas,
  { isText: isBodyText = false, ...raw }: RawRequest & { readonly isText?: boolean },
): Record<string, unknown> {
  const parsed: Record<string, unknown> = { params: raw.params };
  const fields: FieldError[] = [];
  const given = schemas.headers ? { ...raw, headers: headersAsNamed(schemas.headers, raw.headers) } : raw;
  for (const part of PARTS) {
    const schema = schemas[part];
    if (!schema) continue;
    const isText = part !== "body" || isBodyText;
    const result = schema.safeParse(isText ? readText(schema, given[part]) : given[part]);
    if (result.success) parsed[part] = result.data;
    else {
      for (const issue of result.error.issues.slice(0, MAX_TOLD_FIELDS - fields.length)) {
        const isMissing = valueAt(given[part], issue.path) === undefined;
        fields.push({
          in: LOCATION[part],
          name: shortened(issue.path.join(".")),
          message: isMissing ? "is required" : shortened(expectation(issue)),
        });
      }
    }
  }
  if (fields.length > 0) throw refusal(fields, given);
  return parsed;
}

/**
 * Node has every name in lower case, and HTTP ignores case (RFC 9110, section 5.1): refusals use the schema's
 * spelling.
 */
function headersAsNamed({ shape }: zod.ZodObject, headers: unknown): Record<string, unknown> {
  const received = headers as Readonly<Record<string, unknown>>;
  const named = Object.keys(shape).flatMap((name): [string, unknown][] => {
    const value = received[name.toLowerCase()];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...received, ...Object.fromEntries(named) };
}

/** The expected value. For a union, zod only says that nothing matches. */
function expectation(issue: zod.core.$ZodIssue): string {
  if (issue.code !== "invalid_union") return issue.message;
  if ("options" in issue && issue.options)
    return `Invalid input: expected one of ${issue.options.map(String).join("|")}`;
  const ofValue = issue.errors.flatMap((issues) => issues.filter(({ path }) => path.length === 0));
  const expected = new Set(ofValue.map(expectation));
  return expected.size > 0 ? [...expected].join(", or ") : issue.message;
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

function refusal(fields: readonly FieldError[], raw: RawRequest): ApiError {
  const headers = raw.headers as Record<string, unknown>;
  const missing = fields.filter((field) => field.in === "header" && headers[field.name] === undefined);
  if (missing.length === fields.length) {
    const names = missing.map((field) => field.name).join(", ");
    return new ApiError("002400", { reason: `The request lacks a header: ${names}`, fields });
  }
  const names = fields.map((field) => (field.name ? `${field.in} ${field.name}` : field.in)).join(", ");
  return new ApiError("001400", { reason: `The request does not match its schema: ${names}`, fields });
}
