/**
 * The OpenAPI document, made of the route definitions by zod-to-openapi. Loaded when somebody asks for the document
 * and not before: it and its library are far bigger than the rest of the app.
 */
import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type RouteConfig,
} from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import type { ErrorCodes } from "../api.ts";
import type { Config, DemoCaller } from "../config.ts";
import type { CatalogueEntry } from "../errors/catalogue.ts";
import { publicPath } from "../request/request-path.ts";
import { describeAccess } from "../route/access.ts";
import type { ApiFacts, RequestSchemas, Role, Route } from "../route/define-route.ts";

export interface OpenApiOptions {
  readonly api: Pick<ApiFacts, "name" | "version" | "description" | "errors">;
  readonly routes: readonly Route[];
  readonly config: Pick<Config, "demoCallers">;
  /** Where the outside sees this API's root. */
  readonly basePath: string;
}

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31["generateDocument"]>;

const SECURITY_SCHEME = "oauth2";

const fieldErrorSchema = z.object({
  in: z.enum(["path", "query", "header", "body"]),
  name: z.string().meta({ example: "username" }),
  message: z.string(),
});

const errorSchema = z
  .object({
    error: z.object({
      code: z.string().meta({ description: "Opaque and stable.", example: "001401" }),
      title: z.string(),
      message: z.string(),
      reason: z.string().meta({ description: "What is wrong, in words that may change." }),
      fields: z.array(fieldErrorSchema).optional().meta({ description: "The fields that are wrong." }),
      requestId: z.string().optional().meta({ description: "Quote it when you report the error." }),
    }),
    message: z.string().meta({ description: "The only part that API Gateway's own errors have as well." }),
  })
  .meta({ id: "Error", description: "Every error answer of this API." });

/** What API Gateway says when it refuses a request itself. */
const gatewayErrorSchema = z
  .strictObject({ message: z.string().meta({ example: "Unauthorized" }) })
  .meta({ id: "GatewayError", description: "An error that API Gateway answered before the API was asked." });

/** Makes the document. */
export async function openApiDocument({
  api,
  routes,
  config,
  basePath,
}: OpenApiOptions): Promise<OpenApiDocument> {
  const registry = new OpenAPIRegistry();
  const pathOf = (role: Role) => routes.find((route) => route.role === role)?.path;
  const tokenPath = pathOf("token");
  const refreshPath = pathOf("refresh");
  registry.registerComponent(
    "securitySchemes",
    SECURITY_SCHEME,
    tokenPath
      ? {
          type: "oauth2",
          description: describeSignIn(config.demoCallers),
          flows: {
            password: {
              tokenUrl: basePath + tokenPath,
              ...(refreshPath && { refreshUrl: basePath + refreshPath }),
              scopes: scopesOf(routes),
            },
          },
        }
      : { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  );
  // OpenAPI has no operation for every method: a mounted router is told of in the description.
  const routers = routes.filter(({ method, path }) => method === "ANY" && !path.endsWith("+}"));
  for (const route of routes
    .filter(({ method }) => method !== "ANY")
    .sort((a, b) => a.path.localeCompare(b.path)))
    registry.registerPath(operation(route, api.errors));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: {
      title: api.name,
      version: api.version,
      description: [api.description, ...routers.map(describeRouter)].join("\n\n"),
    },
    servers: [{ url: basePath || "/" }],
  });
}

function describeSignIn(demoCallers: readonly DemoCaller[]): string {
  const callers = demoCallers.map(({ username, password }) => `- \`${username}\` with \`${password}\``);
  return [
    "E-mail and password, exchanged for a token of the identity provider.",
    ...(callers.length > 0 ? [`Demo callers:\n\n${callers.join("\n")}`] : []),
  ].join("\n\n");
}

function describeRouter({ path, summary, access }: Route): string {
  return `\`${path}\` and all below it: ${summary} **Who may call it:** ${describeAccess(access)}.`;
}

function operation(route: Route, errors: ErrorCodes): RouteConfig {
  const { access } = route;
  const request: RequestSchemas = { ...pathVariables(route.path), ...route.request?.(z) };
  return {
    operationId: route.operationId,
    method: route.method.toLowerCase() as RouteConfig["method"],
    path: documentedPath(route.path),
    tags: [tagOf(route.path)],
    summary: route.summary,
    description: [route.description, `**Who may call it:** ${describeAccess(access)}.`]
      .filter(Boolean)
      .join("\n\n"),
    security: access.type === "public" ? [] : [{ [SECURITY_SCHEME]: [...access.scopes] }],
    "x-access": access.type === "public" ? { type: "public" } : { ...access },
    request: {
      ...(request.params && { params: request.params }),
      ...(request.query && { query: request.query }),
      ...(request.headers && { headers: documentedHeaders(request.headers) }),
      ...(request.body && { body: requestBody(route, request.body) }),
    },
    responses: { ...successes(route), ...failures(route, errors) },
  } as RouteConfig;
}

/** The key of a path in the document: OpenAPI knows no greedy variable, so `/v1/files/{path+}` is `/v1/files/{path}`. */
export function documentedPath(path: string): string {
  return publicPath(path.replace("+}", "}"));
}

/** Variables without a schema are strings. */
function pathVariables(path: string): RequestSchemas {
  const names = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = ""]) => name);
  return names.length > 0
    ? { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) }
    : {};
}

/** OpenAPI says with the content types of the answer what `accept` may be, and never as a parameter. */
function documentedHeaders(headers: z.ZodObject): z.ZodObject {
  return "accept" in headers.shape ? headers.omit({ accept: true }) : headers;
}

function requestBody({ consumes = ["application/json"] }: Route, schema: z.ZodType) {
  return { required: true, content: Object.fromEntries(consumes.map((type) => [type, { schema }])) };
}

function successes(route: Route): Record<string, ResponseConfig> {
  return Object.fromEntries(
    Object.entries(route.responses(z)).map(
      ([status, { description, schema, contentType = "application/json", alternatives = {} }]) => [
        status,
        status === "204" || status === "304" || isNothing(schema)
          ? { description }
          : { description, content: contentOf({ [contentType]: schema, ...alternatives }) },
      ],
    ),
  );
}

/** An answer without a body, such as a redirect. */
function isNothing({ def }: z.ZodType): boolean {
  return def.type === "undefined" || def.type === "void";
}

function contentOf(schemas: Readonly<Record<string, z.ZodType>>) {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));
}

/** Every error that an endpoint of this kind may answer, by status. */
function failures(route: Route, catalogue: ErrorCodes): Record<string, ResponseConfig> {
  const byStatus = Map.groupBy(codesOf(route, catalogue), ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, errors]) => [
      String(status),
      {
        description: errors.map(({ code }) => `\`${code}\` ${catalogue[code]?.title}`).join(" · "),
        content: { "application/json": { schema: schemaFor(errors.map(({ code }) => catalogue[code])) } },
      },
    ]),
  );
}

function schemaFor(entries: readonly (CatalogueEntry | undefined)[]): z.ZodType {
  const fromGateway = entries.some((entry) => entry?.gatewayMessage !== undefined);
  return fromGateway ? z.union([errorSchema, gatewayErrorSchema]) : errorSchema;
}

interface CodeWithStatus {
  readonly code: string;
  readonly status: number;
}

function codesOf(route: Route, catalogue: ErrorCodes): CodeWithStatus[] {
  const { access } = route;
  const request = route.request?.(z);
  const codes = [...(route.errors ?? []), "001429", "001500", "002503"];
  if (request) codes.push("001400");
  if (request?.headers) codes.push("002400");
  if (route.role === "health") codes.push("003503");
  if (request?.query) codes.push("001414");
  if (request?.body) codes.push("001408", "001413", "001415");
  if (access.type === "authenticated") codes.push("001401", "001503");
  if (access.type === "authenticated" && access.scopes.length > 0) codes.push("001403");
  const found = [...new Set(codes)].map((code): CodeWithStatus => {
    const entry = catalogue[code];
    if (!entry)
      throw new TypeError(
        `${route.operationId} lists the unknown error code ${code}; declare it in the API's errors`,
      );
    return { code, status: entry.status };
  });
  if (access.type === "authenticated" && access.groups.length > 0)
    found.push({ code: "002401", status: 403 });
  return found.sort((a, b) => a.status - b.status || a.code.localeCompare(b.code));
}

function scopesOf(routes: readonly Route[]): Record<string, string> {
  const scopes = routes.flatMap(({ access }) => (access.type === "authenticated" ? access.scopes : []));
  return Object.fromEntries([...new Set(scopes)].map((scope) => [scope, scope]));
}

/** The segment after the version, which is also the folder of the endpoint's file: `users` for `/v1/users/whoami`. */
export function tagOf(path: string): string {
  const area = path.split("/")[2] ?? "";
  return area === "" || area.includes(".") ? "root" : area;
}
