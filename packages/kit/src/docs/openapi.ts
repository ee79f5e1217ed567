/**
 * The OpenAPI document: schemas by zod's own converter, put together by zod-to-openapi. Loaded by the first
 * request for the document: with its libraries it is far bigger than the rest of the app.
 */
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import type { ErrorCodes } from "../api.ts";
import type { Config, DemoCaller } from "../config.ts";
import type { CatalogueEntry } from "../errors/catalogue.ts";
import { PROBLEM_TYPE } from "../errors/problem-details.ts";
import { publicPath } from "../request/request-path.ts";
import { type Access, describeAccess } from "../route/access.ts";
import type { ApiFacts, Deprecation, ResponseContract, Role, Route } from "../route/define-route.ts";
import { deprecationFaults } from "../route/deprecation-faults.ts";
import { bodyKindOf, mediaTypeOf } from "../route/media-types.ts";
import {
  answersOf,
  faultsAt,
  type MadeSchemas,
  makeSchemas,
  partFaults,
  placesOf,
  responseFaults,
} from "../route/schema-faults.ts";
import { byPurpose } from "./endpoint-order.ts";
import { type Components, type JsonSchema, toJsonSchema } from "./json-schema.ts";
import type { SignInPage } from "./sign-in-page.ts";

export interface OpenApiOptions {
  readonly api: Pick<ApiFacts, "name" | "version" | "description" | "errors">;
  readonly routes: readonly Route[];
  readonly config: Pick<Config, "demoCallers">;
  /** The public URL of this API's root. */
  readonly basePath: string;
  /** The provider's page, where callers sign in instead of at the token endpoint. */
  readonly signInPage?: SignInPage | undefined;
  /**
   * Receives a sentence for each part that cannot be documented; that part is left out. Default: throws them
   * all.
   */
  readonly onFault?: (fault: string) => void;
}

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31["generateDocument"]>;

const SECURITY_SCHEME = "oauth2";
const API_KEY_SCHEME = "apiKey";
const AWS_SCHEME = "awsSigv4";

const fieldErrorSchema = z.object({
  in: z.enum(["path", "query", "header", "cookie", "body"]),
  name: z.string(),
  message: z.string(),
});

const errorSchema = z
  .object({
    error: z.object({
      code: z.string().meta({ description: "An opaque, stable error code." }),
      title: z.string(),
      message: z.string(),
      reason: z.string().meta({ description: "Describes the error. The wording may change." }),
      fields: z.array(fieldErrorSchema).optional().meta({ description: "The invalid fields." }),
      requestId: z
        .string()
        .optional()
        .meta({ description: "The request ID. Include it when you report the error." }),
    }),
    message: z
      .string()
      .meta({ description: "A summary of the error. API Gateway's own errors contain only this field." }),
  })
  .meta({ id: "Error", description: "Every error response of this API." });

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: "Describes the error. The wording may change." }),
    code: z.string().meta({ description: "An opaque, stable error code." }),
    fields: z.array(fieldErrorSchema).optional(),
    requestId: z.string().optional(),
  })
  .meta({
    id: "Problem",
    description: "Problem details (RFC 9457), for callers whose `accept` header names this media type.",
  });

/** The form of API Gateway's own refusals. */
const gatewayErrorSchema = z.strictObject({ message: z.string().meta({ example: "Unauthorized" }) }).meta({
  id: "GatewayError",
  description: "An error from API Gateway itself. The request did not reach the API.",
});

/**
 * Makes the document.
 *
 * @throws TypeError that names what cannot be documented by operation and field, unless there is an
 *   `onFault`.
 */
export async function openApiDocument({
  api,
  routes,
  config,
  basePath,
  signInPage,
  onFault,
}: OpenApiOptions): Promise<OpenApiDocument> {
  const faults: string[] = [];
  const components: Components = new Map();
  const registry = new OpenAPIRegistry();
  registry.registerComponent(
    "securitySchemes",
    SECURITY_SCHEME,
    signInPage
      ? signInAtPage(signInPage, scopesOf(routes))
      : signInHere(routes, config.demoCallers, basePath),
  );
  if (routes.some(({ access }) => access.type === "apiKey"))
    registry.registerComponent("securitySchemes", API_KEY_SCHEME, {
      type: "apiKey",
      in: "header",
      name: "x-api-key",
      description: "An API key, for machine clients.",
    });
  if (routes.some(({ access }) => access.type === "iam")) {
    registry.registerComponent("securitySchemes", AWS_SCHEME, {
      type: "apiKey",
      in: "header",
      name: "Authorization",
      description: "An AWS Signature Version 4 signature for the service `execute-api`.",
      "x-amazon-apigateway-authtype": "awsSigv4",
    });
  }
  // OpenAPI cannot describe an operation for every method: the description mentions a mounted router.
  const routers = routes.filter(({ method, path }) => method === "ANY" && !path.endsWith("+}"));
  for (const route of routes.filter(({ method }) => method !== "ANY").sort(byPurpose))
    registry.registerPath(
      operation(route, api.errors, { components, report: (fault) => faults.push(fault) }),
    );
  for (const [name, schema] of [...components].sort(([a], [b]) => (a < b ? -1 : 1)))
    registry.registerComponent("schemas", name, schema);
  if (!onFault && faults.length > 0) throw new TypeError(faults.join("\n"));
  for (const fault of faults) onFault?.(fault);
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

function signInHere(routes: readonly Route[], demoCallers: readonly DemoCaller[], basePath: string) {
  const pathOf = (role: Role) => routes.find((route) => route.role === role)?.path;
  const tokenPath = pathOf("token");
  const refreshPath = pathOf("refresh");
  if (!tokenPath) return { type: "http", scheme: "bearer", bearerFormat: "JWT" } as const;
  return {
    type: "oauth2" as const,
    description: describeSignIn(demoCallers),
    flows: {
      password: {
        tokenUrl: basePath + tokenPath,
        ...(refreshPath && { refreshUrl: basePath + refreshPath }),
        scopes: scopesOf(routes),
      },
    },
  };
}

/**
 * `x-tokenName` is Swagger UI's; the other extension is for its page's script, which knows nothing of the
 * API.
 */
function signInAtPage(page: SignInPage, scopesOfRoutes: Record<string, string>) {
  const { authorizationUrl, tokenUrl, clientId, scopes, parameters, tokenName } = page;
  const named = Object.fromEntries(scopes.map((scope) => [scope, scope]));
  return {
    type: "oauth2" as const,
    description: "Signs you in on the identity provider's own page.",
    flows: {
      authorizationCode: { authorizationUrl, tokenUrl, scopes: { ...named, ...scopesOfRoutes } },
    },
    "x-tokenName": tokenName,
    "x-sign-in": { clientId, scopes, parameters },
  };
}

function describeSignIn(demoCallers: readonly DemoCaller[]): string {
  const callers = demoCallers.map(({ username, password }) => `- \`${username}\` with \`${password}\``);
  return [
    "Exchanges an email address and a password for a token from the identity provider.",
    ...(callers.length > 0 ? [`Demo callers:\n\n${callers.join("\n")}`] : []),
  ].join("\n\n");
}

function describeRouter({ path, summary, access }: Route): string {
  return `\`${path}\` and all paths below it: ${summary} **Access:** ${describeAccess(access)}.`;
}

const STREAMED = {
  finite: "The container streams the response. Lambda sends the whole response at once, at most 6 MB.",
  endless: "The container streams the response until the caller disconnects.",
} as const;

const IF_NONE_MATCH = {
  name: "if-none-match",
  in: "header",
  required: false,
  description: "The entity tag of the response that the caller has cached.",
  schema: { type: "string" },
} as const;

/** What the operations of one document share. */
interface Writing {
  readonly components: Components;
  readonly report: (fault: string) => void;
}

function operation(route: Route, errors: ErrorCodes, writing: Writing): RouteConfig {
  const { access } = route;
  const schemas = new OperationSchemas(route, writing);
  const { query, body } = schemas.made.request;
  return {
    operationId: route.operationId,
    method: route.method.toLowerCase() as RouteConfig["method"],
    path: documentedPath(route.path),
    tags: [tagOf(route.path)],
    summary: route.summary,
    ...(route.deprecated && { deprecated: true }),
    description: [
      route.deprecated && describeDeprecation(route.deprecated),
      route.description,
      query?.description && `**Query:** ${query.description}`,
      `**Access:** ${describeAccess(access)}.`,
      route.only && "**Where:** only in a container. The HTTP API does not have this route.",
    ]
      .filter(Boolean)
      .join("\n\n"),
    security: securityOf(access),
    "x-access": { ...access },
    ...(access.type === "iam" && { "x-amazon-apigateway-auth": { type: "AWS_IAM" } }),
    ...(route.only && { "x-only": route.only }),
    ...schemas.parameters(),
    ...((body || route.rawBody) && { requestBody: schemas.requestBody(body) }),
    responses: { ...schemas.successes(), ...failures(route, errors, schemas) },
  } as RouteConfig;
}

/** For schemes other than OAuth's, OpenAPI 3.1 takes the list for roles, which need no declaration. */
function securityOf(access: Access): Record<string, string[]>[] {
  if (access.type === "public") return [];
  if (access.type === "iam") return [{ [AWS_SCHEME]: [] }];
  const scheme = access.type === "apiKey" ? API_KEY_SCHEME : SECURITY_SCHEME;
  return [{ [scheme]: [...access.scopes] }];
}

/** The schemas of one operation for the document, without the faulty ones. */
class OperationSchemas {
  made: MadeSchemas = { request: {}, responses: {} };
  readonly report: Writing["report"];
  readonly #route: Route;
  readonly #components: Components;
  readonly #written = new Map<string, JsonSchema>();

  constructor(route: Route, { components, report }: Writing) {
    this.#route = route;
    this.#components = components;
    this.report = report;
    try {
      this.made = makeSchemas(route, z);
    } catch (error) {
      report((error as TypeError).message);
    }
    for (const fault of [
      ...deprecationFaults(route),
      ...partFaults(route, this.made.request),
      ...responseFaults(route, this.made.responses),
    ])
      report(`${route.operationId}: ${fault}`);
    for (const place of placesOf(route, this.made)) {
      const faults = faultsAt(place);
      for (const fault of faults) report(`${route.operationId}: ${fault}`);
      if (faults.length === 0)
        this.#attempt(place.where, () =>
          this.#written.set(place.where, this.#write(place.schema, place.where)),
        );
    }
  }

  #attempt(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      const message = error instanceof Error ? error.message : error;
      this.report(`${this.#route.operationId}: ${what}: ${message}`);
    }
  }

  /** A recursive schema without an id becomes a component named after its place: `createOrderBody`. */
  #write(schema: z.ZodType, where: string): JsonSchema {
    const words = where
      .replace(" application/json", "")
      .split(/\W+/)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return toJsonSchema(schema, this.#route.operationId + words.join(""), this.#components);
  }

  /**
   * Variables without a schema are strings. Headers that the kit reads are listed once, even if a handler
   * asks for them too; `accept` follows from the responses' types.
   */
  parameters() {
    const { params, query, headers, cookies } = this.made.request;
    const variables = [...this.#route.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = ""]) => name);
    const queryNames = Object.keys(query?.shape ?? {});
    const documented = [
      "accept",
      ...(this.#route.etag ? ["if-none-match"] : []),
      ...(this.#route.idempotency ? ["idempotency-key"] : []),
    ];
    const headerNames = Object.keys(headers?.shape ?? {}).filter(
      (name) => !documented.includes(name.toLowerCase()),
    );
    const parameters = [
      ...variables.map((name) =>
        params && name in params.shape
          ? this.#parameter("path", name, params)
          : { schema: { type: "string" }, required: true, name, in: "path" },
      ),
      ...queryNames.map((name) => this.#parameter("query", name, query)),
      ...headerNames.map((name) => this.#parameter("header", name, headers)),
      ...(this.#route.etag ? [this.#headerOfKit(IF_NONE_MATCH, headers)] : []),
      ...Object.keys(cookies?.shape ?? {}).map((name) => this.#parameter("cookie", name, cookies)),
      ...(this.#route.idempotency
        ? [this.#headerOfKit(idempotencyKey(this.#route.idempotency), headers)]
        : []),
    ].filter((parameter) => parameter !== undefined);
    return parameters.length > 0 ? { parameters } : {};
  }

  /** With what the endpoint's own schema demands of it in addition. */
  #headerOfKit<Header extends { readonly name: string; readonly required: boolean; readonly schema: object }>(
    header: Header,
    headers: z.ZodObject | undefined,
  ) {
    const own = Object.keys(headers?.shape ?? {}).find((name) => name.toLowerCase() === header.name);
    const demanded = own === undefined ? undefined : this.#parameter("header", own, headers);
    return demanded
      ? {
          ...header,
          schema: { ...header.schema, ...demanded.schema },
          required: header.required || demanded.required,
        }
      : header;
  }

  #parameter(place: "path" | "query" | "header" | "cookie", name: string, part: z.ZodObject | undefined) {
    const schema = this.#written.get(`${place} ${name}`);
    if (!schema) return undefined;
    const required = place === "path" || part?.shape[name]?._zod.optin === undefined;
    const described = schema.description !== undefined && { description: schema.description };
    const isList = place === "query" && schema.type === "array";
    const style = isList && { style: "form", explode: !this.#route.commaSeparated?.includes(name) };
    return { schema, required, ...described, ...style, name, in: place };
  }

  /** Bytes have no schema (OpenAPI 3.1.0, section 4.8.14.2). */
  requestBody(body: z.ZodType | undefined) {
    const schema = this.#written.get("body");
    const { consumes = ["application/json"] } = this.#route;
    const content = Object.fromEntries(consumes.map((type) => [type, schema ? { schema } : {}]));
    return { required: !body?.safeParse(undefined).success, content };
  }

  successes(): Record<string, object> {
    const answers = Object.entries(this.made.responses).map(([status, contract]) => [
      status,
      this.#answer(status, contract),
    ]);
    if (this.#route.etag)
      answers.push(["304", { description: "The caller already has the current version." }]);
    return Object.fromEntries(answers);
  }

  #answer(status: string, contract: ResponseContract): object {
    const types = status === "204" || status === "304" ? [] : answersOf(contract);
    const content = types.map(([type]) => {
      const schema = this.#written.get(`response ${status} ${type}`);
      return [type, schema ? { schema } : {}] as const;
    });
    if (contract.stream) {
      const { description, contentType = "application/octet-stream" } = contract;
      const media = bodyKindOf(mediaTypeOf(contentType)) === "bytes" ? {} : { schema: { type: "string" } };
      return {
        description: `${description} ${STREAMED[contract.stream]}`,
        content: { [contentType]: media },
      };
    }
    return {
      description: contract.description,
      ...(this.#route.etag && status === "200" && { headers: { etag: { schema: { type: "string" } } } }),
      ...(content.length > 0 && { content: Object.fromEntries(content) }),
    };
  }

  ofProblems(): { readonly schema?: JsonSchema } {
    const written: { schema?: JsonSchema } = {};
    this.#attempt("its errors", () => {
      written.schema = this.#write(problemSchema, "problem");
    });
    return written;
  }

  ofErrors(entries: readonly (CatalogueEntry | undefined)[]): { readonly schema?: JsonSchema } {
    const fromGateway = entries.some((entry) => entry?.gatewayMessage !== undefined);
    const schema = fromGateway ? z.union([errorSchema, gatewayErrorSchema]) : errorSchema;
    const written: { schema?: JsonSchema } = {};
    this.#attempt("its errors", () => {
      written.schema = this.#write(schema, "error");
    });
    return written;
  }
}

function describeDeprecation({ since, sunset, successor }: Deprecation): string {
  const end = sunset === undefined ? "" : ` It may be gone from ${sunset} on.`;
  const next = successor === undefined ? "" : ` Use \`${documentedPath(successor)}\`.`;
  return `**Deprecated** since ${since}.${end}${next}`;
}

function idempotencyKey(idempotency: "required" | "optional") {
  const description =
    "A UUID that the caller chooses for this operation. For 24 hours, the same request with the same key gets the first response again.";
  const required = idempotency === "required";
  const schema = { type: "string", minLength: 1, maxLength: 255 };
  return { schema, required, description, name: "idempotency-key", in: "header" };
}

/**
 * The key of a path in the document: OpenAPI has no greedy variables, so `/v1/files/{path+}` is
 * `/v1/files/{path}`.
 */
export function documentedPath(path: string): string {
  return publicPath(path.replace("+}", "}"));
}

/** All errors that an endpoint of this kind can return, by status. */
function failures(route: Route, catalogue: ErrorCodes, schemas: OperationSchemas): Record<string, object> {
  const byStatus = Map.groupBy(codesOf(route, catalogue, schemas), ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, errors]) => [
      String(status),
      {
        description: errors.map(({ code }) => `\`${code}\` ${catalogue[code]?.title}`).join(" · "),
        content: {
          "application/json": {
            ...schemas.ofErrors(errors.map(({ code }) => catalogue[code])),
            examples: Object.fromEntries(errors.map(({ code }) => [code, errorExample(code, catalogue)])),
          },
          [PROBLEM_TYPE]: schemas.ofProblems(),
        },
      },
    ]),
  );
}

function errorExample(code: string, catalogue: ErrorCodes) {
  const { title = "", message = "", gatewayMessage = message } = catalogue[code] ?? {};
  const value = { error: { code, title, message, reason: message }, message: gatewayMessage };
  return { summary: title, value };
}

interface CodeWithStatus {
  readonly code: string;
  readonly status: number;
}

function codesOf(route: Route, catalogue: ErrorCodes, { made, report }: OperationSchemas): CodeWithStatus[] {
  const { access } = route;
  const { request } = made;
  const codes = [...(route.errors ?? []), "001429", "001500", "002503"];
  if (route.request || route.rawBody) codes.push("001400");
  if (request.headers) codes.push("002400");
  if (route.idempotency) codes.push("001400", "001409", "001422", "001503");
  if (route.idempotency === "required") codes.push("002400");
  if (route.role === "health") codes.push("003503");
  if (Object.values(made.responses).some(({ stream }) => stream === "finite")) codes.push("002500");
  if (request.query) codes.push("001414");
  if (request.body || route.rawBody) codes.push("001408", "001413", "001415");
  if (access.type === "iam") codes.push("003403");
  if (access.type === "authenticated") codes.push("001401", "001503");
  if (access.type === "apiKey") codes.push("003401", "001503");
  if ("scopes" in access && access.scopes.length > 0) codes.push("001403");
  const found = [...new Set(codes)].flatMap((code): CodeWithStatus[] => {
    const entry = catalogue[code];
    if (entry) return [{ code, status: entry.status }];
    report(`${route.operationId} lists the unknown error code ${code}; declare it in the API's errors`);
    return [];
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
