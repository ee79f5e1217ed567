/** Routes for what the product's own endpoints do not use: variables, cookies, bytes, scopes, failures. */
import { ApiError } from "../../src/errors/api-error.ts";
import { anyone, auth, iam } from "../../src/route/access.ts";
import { defineRoute, type Route } from "../../src/route/define-route.ts";

/** A PNG's first bytes: not UTF-8, so treating them as text destroys them. */
export const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452ff00fe", "hex");

const echo = defineRoute({
  operationId: "echo",
  method: "POST",
  path: "/v1/probe/echo/{name}",
  summary: "Answers with what it was sent.",
  consumes: ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
  bodyLimitBytes: 1000,
  request: (z) => ({
    params: z.object({ name: z.string().max(20) }),
    query: z.object({ tag: z.array(z.string()).optional(), limit: z.coerce.number().int().default(10) }),
    headers: z.object({ "x-needed": z.string() }),
    body: z.object({ text: z.string(), list: z.array(z.number()).optional() }).optional(),
  }),
  responses: (z) => ({
    201: { description: "What was sent.", schema: z.record(z.string(), z.unknown()) },
  }),
}).handler(
  anyone(async ({ params, query, headers, body, clientIp }) => ({
    status: 201,
    body: { params, query, headers, body: body ?? null, hasIp: clientIp !== "" },
    headers: { location: `/v1/probe/echo/${encodeURIComponent(params.name)}` },
  })),
);

const greedy = defineRoute({
  operationId: "greedy",
  method: "GET",
  path: "/v1/probe/files/{path+}",
  summary: "Answers with the rest of the path.",
  responses: (z) => ({ 200: { description: "The path.", schema: z.object({ path: z.string() }) } }),
}).handler(anyone(async ({ params }) => ({ status: 200, body: { path: params.path } })));

const variable = defineRoute({
  operationId: "variable",
  method: "GET",
  path: "/v1/probe/{thing}",
  summary: "Answers with the variable.",
  responses: (z) => ({ 200: { description: "The variable.", schema: z.object({ thing: z.string() }) } }),
}).handler(anyone(async ({ params }) => ({ status: 200, body: { thing: params.thing } })));

const bytes = defineRoute({
  operationId: "bytes",
  method: "GET",
  path: "/v1/probe/bytes",
  summary: "Answers bytes.",
  responses: (z) => ({
    200: {
      description: "A picture.",
      contentType: "image/png",
      schema: z.instanceof(Uint8Array).meta({ type: "string", format: "binary" }),
    },
  }),
}).handler(
  anyone(async () => ({ status: 200, body: PNG, headers: { "cache-control": "public, max-age=60" } })),
);

const page = defineRoute({
  operationId: "page",
  method: "GET",
  path: "/v1/probe/page",
  summary: "Answers a page.",
  responses: (z) => ({
    200: { description: "A page.", contentType: "text/html; charset=utf-8", schema: z.string() },
  }),
}).handler(anyone(async () => ({ status: 200, body: "<p>Grüße</p>" })));

const alternatives = defineRoute({
  operationId: "alternatives",
  method: "GET",
  path: "/v1/probe/alternatives",
  summary: "Answers in the requested type.",
  request: (z) => ({ query: z.object({ as: z.enum(["data", "page", "secret"]) }) }),
  responses: (z) => ({
    200: {
      description: "Data, or a page.",
      schema: z.object({ data: z.number() }),
      alternatives: { "text/html; charset=utf-8": z.string() },
    },
  }),
}).handler(
  anyone(async ({ query }) =>
    query.as === "data"
      ? { status: 200, body: { data: 1 } }
      : {
          status: 200,
          body: "<p>Grüße</p>",
          headers: {
            vary: "accept",
            "content-type": query.as === "page" ? "text/html; charset=utf-8" : "text/secret",
          },
        },
  ),
);

const nothing = defineRoute({
  operationId: "nothing",
  method: "DELETE",
  path: "/v1/probe/nothing",
  summary: "Answers without a body.",
  responses: (z) => ({ 204: { description: "Gone.", schema: z.undefined() } }),
}).handler(auth(async () => ({ status: 204, body: undefined })));

const scoped = defineRoute({
  operationId: "scoped",
  method: "GET",
  path: "/v1/probe/scoped",
  summary: "Demands a scope.",
  responses: (z) => ({ 200: { description: "Allowed.", schema: z.object({ scopes: z.array(z.string()) }) } }),
}).handler(
  auth({ scopes: ["read:probe", "write:probe"] }, async ({ principal }) => ({
    status: 200,
    body: { scopes: [...principal.scopes] },
  })),
);

const throws = defineRoute({
  operationId: "throws",
  method: "GET",
  path: "/v1/probe/throws",
  summary: "Fails unexpectedly.",
  responses: (z) => ({ 200: { description: "Never.", schema: z.null() } }),
}).handler(
  anyone(async () => {
    throw new Error("the database password is hunter2");
  }),
);

const refuses = defineRoute({
  operationId: "refuses",
  method: "GET",
  path: "/v1/probe/refuses",
  summary: "Throws an error of the catalogue.",
  responses: (z) => ({ 200: { description: "Never.", schema: z.null() } }),
  errors: ["001429"],
}).handler(
  anyone(async () => {
    throw new ApiError("001429", { reason: "Not so fast", headers: { "retry-after": "7" } });
  }),
);

const breaksContract = defineRoute({
  operationId: "breaksContract",
  method: "GET",
  path: "/v1/probe/broken",
  summary: "Answers with more than its contract says.",
  responses: (z) => ({ 200: { description: "A name.", schema: z.object({ name: z.string() }) } }),
}).handler(
  anyone(async () => {
    const row = { name: "alice", passwordHash: "5f4dcc3b" };
    return { status: 200, body: row };
  }),
);

const signed = defineRoute({
  operationId: "signed",
  method: "POST",
  path: "/v1/probe/signed",
  summary: "Answers with the AWS caller who signed.",
  responses: (z) => ({
    200: { description: "The caller.", schema: z.object({ caller: z.string(), account: z.string() }) },
  }),
}).handler(
  iam(async ({ principal, claims }) => ({
    status: 200,
    body: { caller: principal.subject, account: String(claims.accountId ?? "") },
  })),
);

export const probeRoutes: readonly Route[] = [
  variable,
  echo,
  greedy,
  bytes,
  page,
  alternatives,
  nothing,
  scoped,
  signed,
  throws,
  refuses,
  breaksContract,
];
