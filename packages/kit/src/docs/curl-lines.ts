/** Writes calls as shell lines that work when pasted in order. */
import * as z from "zod";
import type { DemoCaller } from "../config.ts";
import type { RequestSchemas, Route } from "../route/define-route.ts";
import { bodyKindOf, type MediaType } from "../route/media-types.ts";
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
  const { method, path, access, consumes = ["application/json"] } = route;
  const request: RequestSchemas = route.request?.(z) ?? {};
  const params = samples(request.params, "all");
  const filled = path
    .replace(/(?<=.)\/$/, "")
    .replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => params[name] ?? variable(name));
  const query = Object.entries(samples(request.query)).map(([name, value]) => `${name}=${value}`);
  const url = baseUrl + filled + (query.length > 0 ? `?${query.join("&")}` : "");

  const words = ["curl"];
  if (method !== "GET" && method !== "ANY" && !((request.body || route.rawBody) && method === "POST"))
    words.push("-X", method);
  if (access.type === "iam") words.push(...signature());
  if (access.type === "authenticated") words.push("-H", word("Authorization: Bearer $TOKEN"));
  if (access.type === "apiKey") words.push("-H", word("x-api-key: $API_KEY"));
  for (const [name, value] of Object.entries(samples(request.headers))) {
    words.push("-H", word(`${name}: ${value}`));
  }
  if (request.body || route.rawBody) words.push(...bodyWords(request.body, consumes));
  return [...words, word(url)].join(" ");
}

/** A body without fields is the content of a file. */
function bodyWords(body: z.ZodType | undefined, consumes: readonly MediaType[]): string[] {
  const fields = Object.entries(samples(body));
  if (consumes.includes("multipart/form-data"))
    return fields.flatMap(([name, value]) => ["-F", word(`${name}=${value}`)]);
  const [type = "application/json"] = consumes;
  const contentType = ["-H", word(`content-type: ${type}`)];
  return body && bodyKindOf(type) === "json"
    ? [...contentType, "-d", word(JSON.stringify(Object.fromEntries(fields)))]
    : [...contentType, "--data-binary", word("@$FILE")];
}

/** A value for each required field, or for all fields. */
function samples(
  schema: z.ZodType | undefined,
  which: "required" | "all" = "required",
): Readonly<Record<string, string>> {
  if (!schema) return {};
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: "input",
    metadata: new InstanceIds(),
    unrepresentable: "any",
  });
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => which === "all" || required.includes(name))
      .map(([name, property]) => {
        const { example = variable(name), format } = typeof property === "object" ? property : {};
        return [name, format === "binary" ? `@${variable(name)}` : String(example)];
      }),
  );
}

/** `orderId` is `$ORDER_ID`. */
function variable(name: string): string {
  return `$${name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|\W/g, "_").toUpperCase()}`;
}

/** Quotes a word for the shell. Variables stay variables. */
function word(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (/\$[A-Z]/.test(text)) return `"${text.replaceAll(/[\\"`]/g, "\\$&")}"`;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
