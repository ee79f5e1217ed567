/** Writes calls as shell lines that work when pasted in order. */
import * as z from "zod";
import type { DemoCaller } from "../config.ts";
import type { RequestSchemas, Route } from "../route/define-route.ts";
import { bodyKindOf, type MediaType } from "../route/media-types.ts";
import { jsonSample, namedValue, type Part, variable } from "./json-sample.ts";
import { InstanceIds } from "./json-schema.ts";

const SAMPLE_CALLER: DemoCaller = { username: "you@example.com", password: "your-password" };

/** Lines that sign in and keep both tokens in the variables of the other lines. */
export function signInLines(tokenUrl: string, caller: DemoCaller = SAMPLE_CALLER): string[] {
  const { username, password } = caller;
  const call = `curl -s -F ${word(`username=${username}`)} -F ${word(`password=${password}`)}`;
  return [
    `ANSWER=$(${call} ${word(tokenUrl)})`,
    takeFromAnswer("TOKEN", "access_token"),
    // Providers spell it differently: refreshToken, RefreshToken, refresh_token.
    takeFromAnswer("REFRESH_TOKEN", "[Rr]efresh_*[Tt]oken"),
  ];
}

/** Temporary keys also need a session token, in the header `x-amz-security-token`. */
function signature(): readonly string[] {
  const keys = "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY";
  return ["--aws-sigv4", word("aws:amz:$AWS_REGION:execute-api"), "--user", word(keys)];
}

function takeFromAnswer(variable: string, field: string): string {
  return `${variable}=$(printf %s "$ANSWER" | sed 's/.*"${field}":"\\([^"]*\\)".*/\\1/')`;
}

/**
 * The line that calls an endpoint. Required values come from the schema's examples, or else are shell
 * variables.
 */
export function curlLine(route: Route, baseUrl: string): string {
  const { method, path, access, idempotency, consumes = ["application/json"] } = route;
  const request: RequestSchemas = route.request?.(z) ?? {};
  const params = samples(request.params, "all");
  const filled = path
    .replace(/(?<=.)\/$/, "")
    .replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => inUrl(params[name] ?? variable(name)));
  const query = Object.entries(samples(request.query)).map(([name, value]) => `${name}=${inUrl(value)}`);
  const url = baseUrl + filled + (query.length > 0 ? `?${query.join("&")}` : "");

  const words = ["curl"];
  if (method !== "GET" && method !== "ANY" && !((request.body || route.rawBody) && method === "POST"))
    words.push("-X", method);
  if (access.type === "iam") words.push(...signature());
  if (access.type === "authenticated") words.push("-H", word("Authorization: Bearer $TOKEN"));
  if (access.type === "apiKey") words.push("-H", word("x-api-key: $API_KEY"));
  for (const [name, value] of Object.entries(headersOf(request, idempotency)))
    words.push("-H", word(`${name}: ${value}`));
  const cookies = Object.entries(samples(request.cookies)).map(([name, value]) => `${name}=${value}`);
  if (cookies.length > 0) words.push("-b", word(cookies.join("; ")));
  if (request.body || route.rawBody) words.push(...bodyWords(request.body, consumes));
  return [...words, word(url)].join(" ");
}

/** The required headers. `idempotency` may require one that the contract does not have. */
function headersOf({ headers }: RequestSchemas, idempotency: Route["idempotency"]) {
  const required = samples(headers);
  const isThere = Object.keys(required).some((name) => name.toLowerCase() === "idempotency-key");
  return idempotency === "required" && !isThere
    ? { "idempotency-key": variable("idempotency-key"), ...required }
    : required;
}

/** A body that is neither JSON nor a form is the content of a file. */
function bodyWords(body: z.ZodType | undefined, consumes: readonly MediaType[]): string[] {
  const [type = "application/json"] = consumes;
  const contentType = ["-H", word(`content-type: ${type}`)];
  const kind = bodyKindOf(type);
  const form = consumes.includes("multipart/form-data") ? "-F" : kind === "form" && "--data-urlencode";
  if (form && body)
    return Object.entries(samples(body)).flatMap(([name, value]) => [form, word(`${name}=${value}`)]);
  return body && kind === "json"
    ? [...contentType, "-d", word(jsonSample(jsonSchema(body), "value") ?? "{}")]
    : [...contentType, "--data-binary", word("@$FILE")];
}

function jsonSchema(schema: z.ZodType): Part {
  return z.toJSONSchema(schema, { io: "input", metadata: new InstanceIds(), unrepresentable: "any" });
}

/** A value for each required field, or for all fields. */
function samples(
  schema: z.ZodType | undefined,
  which: "required" | "all" = "required",
): Readonly<Record<string, string>> {
  if (!schema) return {};
  const { properties = {}, required = [] } = jsonSchema(schema);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => which === "all" || required.includes(name))
      .map(([name, property]) => {
        const part = typeof property === "object" ? property : {};
        return [
          name,
          part.format === "binary" ? `@${variable(name)}` : String(namedValue(part) ?? variable(name)),
        ];
      }),
  );
}

/** Encodes what a URL cannot contain. Variables stay variables. */
function inUrl(text: string): string {
  return /^\$[A-Z_0-9]+$/.test(text)
    ? text
    : encodeURIComponent(text).replaceAll(/%(2C|2F|3A|40)/g, decodeURIComponent);
}

/** Quotes a word for the shell. Variables stay variables. */
function word(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (/\$[A-Z]/.test(text)) return `"${text.replaceAll(/[\\"`]/g, "\\$&")}"`;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
