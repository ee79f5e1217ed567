/** Requests whose answers must be the same on every target, and the status that each must get. */
import type { ParityCase } from "../../src/testing/parity-suite.ts";
import type { RequestToSend } from "../../src/testing/payload-event.ts";
import { strangerKey, type TestIssuer } from "../../src/testing/test-issuer.ts";

const get = (path: string, headers: Record<string, string> = {}): RequestToSend => ({
  method: "GET",
  path,
  headers,
});
const withToken = (issuer: TestIssuer, path: string, groups: readonly string[] | undefined, overrides = {}) =>
  get(path, { authorization: `Bearer ${issuer.sign(issuer.claims(groups, overrides))}` });
const post = (path: string, contentType: string, body: string | Uint8Array, headers = {}): RequestToSend => ({
  method: "POST",
  path,
  headers: { "content-type": contentType, ...headers },
  body,
});

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = 'multipart/form-data; boundary="----cut"';
const multipart = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(([name, value]) => `------cut\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join("")}------cut--\r\n`;

/** Without compression, which some clients undo and others do not. */
const PLAIN = { "accept-encoding": "identity" };

/** Cases of the fixture's own endpoints. */
export const fixtureCases: readonly ParityCase[] = [
  { title: "the health check", status: 200, request: () => get("/v1/health") },
  {
    title: "the root",
    status: 200,
    // A route key has no trailing slash, and it is unconfirmed that the gateway ignores the request's.
    statusBehindGateway: 404,
    request: () => get("/v1/"),
  },
  { title: "the root without its slash", status: 200, request: () => get("/v1") },
  { title: "the OpenAPI document", status: 200, request: () => get("/v1/openapi.json") },
  { title: "its other name", status: 200, request: () => get("/v1/swagger.json") },
  { title: "the docs page", status: 200, request: () => get("/v1/docs", PLAIN) },
  { title: "ReDoc's page", status: 200, request: () => get("/v1/redoc", PLAIN) },
  { title: "the docs page with a slash", status: 404, request: () => get("/v1/docs/", PLAIN) },
  {
    title: "a file of the docs page",
    status: 200,
    request: () => get("/v1/docs/swagger-ui-bundle.js?v=stale", PLAIN),
  },
  {
    title: "a file of the docs page that the caller has",
    status: 304,
    request: () => get("/v1/docs/icon.svg", { ...PLAIN, "if-none-match": "*" }),
  },
  { title: "a file that is not there", status: 404, request: () => get("/v1/docs/nothing.js", PLAIN) },
  {
    title: "a file outside of its folder",
    status: 404,
    request: () => get("/v1/docs/..%2F..%2Fpackage.json", PLAIN),
  },
  { title: "an unknown path", status: 404, request: () => get("/v1/nowhere") },
  { title: "the root of the host", status: 404, request: () => get("/") },
  { title: "a slash too many", status: 404, request: () => get("/v1/health/") },
  { title: "two slashes", status: 404, request: () => get("/v1//health") },
  { title: "another case", status: 404, request: () => get("/v1/Health") },
  {
    title: "a path that only begins like the stage",
    status: 404,
    request: () => get("/mvpfoo/v1/health"),
  },
  { title: "an encoded path", status: 200, request: () => get("/v1/he%61lth") },
  { title: "an encoded slash", status: 200, request: () => get("/v1%2Fhealth") },
  { title: "a malformed path", status: 404, request: () => get("/v1/health/%zz") },
  {
    title: "an unexpected query",
    status: 200,
    request: () => get("/v1/health?a=1&a=2&%zz&=&b=c%20d"),
  },
  {
    title: "HEAD of a GET that has a route for it",
    status: 200,
    request: () => ({ method: "HEAD", path: "/v1/health" }),
  },
  {
    title: "HEAD of a GET that has none at the gateway",
    status: 401,
    statusBehindGateway: 404,
    request: () => ({ method: "HEAD", path: "/v1/me" }),
  },
  {
    title: "HEAD of what only takes POST",
    status: 404,
    request: () => ({ method: "HEAD", path: "/v1/auth/token" }),
  },
  {
    title: "an OpenAPI document that the caller has",
    status: 304,
    request: () => get("/v1/openapi.json", { "if-none-match": "*" }),
  },
  {
    title: "OPTIONS without CORS",
    status: 404,
    request: () => ({ method: "OPTIONS", path: "/v1/health" }),
  },
  { title: "the wrong method", status: 404, request: () => ({ method: "DELETE", path: "/v1/health" }) },
  {
    title: "a request id of the caller's",
    status: 200,
    request: () => get("/v1/health", { "x-request-id": "client-0123456789" }),
  },
  { title: "no token", status: 401, request: () => get("/v1/me") },
  {
    title: "a token without its scheme",
    status: 401,
    request: (issuer) => get("/v1/me", { authorization: issuer.sign(issuer.claims(["USERS"])) }),
  },
  {
    title: "another scheme",
    status: 401,
    request: () => get("/v1/me", { authorization: "Basic YWxpY2U6c2VjcmV0" }),
  },
  { title: "a user", status: 200, request: (issuer) => withToken(issuer, "/v1/me", ["USERS"]) },
  {
    title: "a lower-case scheme",
    status: 200,
    request: (issuer) => get("/v1/me", { authorization: `bearer ${issuer.sign(issuer.claims(["USERS"]))}` }),
  },
  {
    title: "claims of every type",
    status: 200,
    request: (issuer) =>
      withToken(issuer, "/v1/me", ["USERS", "with a space"], {
        number: 1.5,
        boolean: false,
        nothing: null,
        empty: [],
        text: "[not a list] 💡",
        nested: { list: [1, [2]], map: { b: 1, a: null } },
        scope: "read write",
      }),
  },
  { title: "no groups", status: 403, request: (issuer) => withToken(issuer, "/v1/me", undefined) },
  {
    title: "the wrong group",
    status: 403,
    request: (issuer) => withToken(issuer, "/v1/admin/endpoints", ["USERS"]),
  },
  {
    title: "a group with a space in it is one group",
    status: 403,
    request: (issuer) => withToken(issuer, "/v1/admin/endpoints", ["not ADMINS"]),
  },
  {
    title: "a string is not a list of groups",
    status: 403,
    request: (issuer) => withToken(issuer, "/v1/admin/endpoints", undefined, { groups: "ADMINS" }),
  },
  {
    title: "an admin",
    status: 200,
    request: (issuer) => withToken(issuer, "/v1/admin/endpoints", ["ADMINS"]),
  },
  {
    title: "the token endpoint without a body",
    status: 400,
    request: () => ({ method: "POST", path: "/v1/auth/token" }),
  },
  {
    title: "a form that lacks a field",
    status: 400,
    request: () => post("/v1/auth/token", FORM, "username=a"),
  },
  {
    title: "a repeated field",
    status: 400,
    request: () => post("/v1/auth/token", FORM, "username=a&username=b&password=c"),
  },
  {
    title: "JSON that lacks a field",
    status: 400,
    request: () => post("/v1/auth/token", "application/json", "{}"),
  },
  { title: "malformed JSON", status: 400, request: () => post("/v1/auth/token", "application/json", '{"a"') },
  {
    title: "a multipart form that lacks a field",
    status: 400,
    request: () => post("/v1/auth/token", MULTIPART, multipart({ username: "a" })),
  },
  {
    title: "a malformed multipart form",
    status: 400,
    request: () => post("/v1/auth/token", MULTIPART, "----"),
  },
  {
    title: "a type that is not accepted",
    status: 415,
    request: () => post("/v1/auth/token", "text/plain", "x"),
  },
  {
    title: "a charset that is not accepted",
    status: 415,
    request: () => post("/v1/auth/token", `${FORM}; charset=utf-16`, "username=a&password=b"),
  },
  {
    title: "a content encoding",
    status: 415,
    request: () => post("/v1/auth/token", FORM, "username=a&password=b", { "content-encoding": "gzip" }),
  },
  {
    title: "a body that is too large",
    status: 413,
    request: () => post("/v1/auth/token", FORM, `username=a&password=${"x".repeat(5000)}`),
  },
  {
    title: "an identity provider that is down",
    status: 503,
    request: () =>
      post("/v1/auth/token", MULTIPART, multipart({ username: "a@example.com", password: "secret" })),
  },
  {
    title: "a refresh while the identity provider is down",
    status: 503,
    request: () => post("/v1/auth/refresh", "application/json", '{"refresh_token":"x"}'),
  },
];

const PROBLEM = { accept: "application/problem+json" };
const ECHO_HEADERS = { "x-needed": "yes" };

/** Cases of the probe routes. */
export const probeCases: readonly ParityCase[] = [
  {
    title: "parsed input",
    status: 201,
    request: () =>
      post(
        "/v1/probe/echo/J%C3%BCrgen%20%26%20Co?tag=a&tag=b,c&limit=5",
        "application/json; charset=UTF-8",
        '{"text":"ä 💡","list":[1,2]}',
        ECHO_HEADERS,
      ),
  },
  {
    title: "one value where a list is asked for",
    status: 201,
    request: () => post("/v1/probe/echo/x?tag=a+b%2Bc", FORM, "text=a+b%26", ECHO_HEADERS),
  },
  {
    title: "no body where none is needed",
    status: 201,
    request: () => ({ method: "POST", path: "/v1/probe/echo/100%25", headers: ECHO_HEADERS }),
  },
  {
    title: "what is encoded twice is decoded once",
    status: 201,
    request: () => ({ method: "POST", path: "/v1/probe/echo/a%252Fb", headers: ECHO_HEADERS }),
  },
  {
    title: "every wrong field at once",
    status: 400,
    request: () =>
      post(
        "/v1/probe/echo/012345678901234567890?limit=x",
        "application/json",
        '{"text":1,"list":["a"]}',
        ECHO_HEADERS,
      ),
  },
  {
    title: "a missing header",
    status: 400,
    request: () => ({ method: "POST", path: "/v1/probe/echo/x" }),
  },
  {
    title: "a multipart form with a file where text is asked for",
    status: 400,
    request: () =>
      post(
        "/v1/probe/echo/x",
        MULTIPART,
        '------cut\r\ncontent-disposition: form-data; name="text"; filename="a.txt"\r\n\r\nx\r\n------cut--\r\n',
        ECHO_HEADERS,
      ),
  },
  { title: "a greedy variable", status: 200, request: () => get("/v1/probe/files/a/b%20c/d.txt") },
  { title: "a literal before a variable", status: 200, request: () => get("/v1/probe/page") },
  { title: "a variable", status: 200, request: () => get("/v1/probe/anything;v=1") },
  { title: "bytes", status: 200, request: () => get("/v1/probe/bytes") },
  { title: "an alternative type", status: 200, request: () => get("/v1/probe/alternatives?as=page") },
  { title: "the type it usually has", status: 200, request: () => get("/v1/probe/alternatives?as=data") },
  {
    title: "an answer without a body, for any signed-in caller",
    status: 204,
    request: (issuer) => ({ ...withToken(issuer, "/v1/probe/nothing", undefined), method: "DELETE" }),
  },
  {
    title: "a token of a stranger",
    status: 401,
    request: (issuer) => ({
      method: "DELETE",
      path: "/v1/probe/nothing",
      headers: { authorization: `Bearer ${issuer.sign(issuer.claims([]), {}, strangerKey())}` },
    }),
  },
  {
    title: "a scope that the token lacks",
    status: 403,
    request: (issuer) => withToken(issuer, "/v1/probe/scoped", ["ADMINS"], { scope: "read:other" }),
  },
  {
    title: "a scope that the token has",
    status: 200,
    request: (issuer) => withToken(issuer, "/v1/probe/scoped", undefined, { scope: "openid write:probe" }),
  },
  {
    title: "scopes in scp, as a list",
    status: 200,
    request: (issuer) =>
      withToken(issuer, "/v1/probe/scoped", undefined, { scp: ["read:probe"], scope: "no" }),
  },
  {
    title: "an unexpected error, for a caller of problem details",
    status: 500,
    request: () => get("/v1/probe/throws", PROBLEM),
  },
  {
    title: "an error of the catalogue, for a caller of problem details",
    status: 429,
    request: () => get("/v1/probe/refuses", PROBLEM),
  },
  {
    title: "every wrong field at once, for a caller of problem details",
    status: 400,
    request: () =>
      post("/v1/probe/echo/012345678901234567890?limit=x", "application/json", "[]", {
        ...ECHO_HEADERS,
        ...PROBLEM,
      }),
  },
  { title: "an unexpected error", status: 500, request: () => get("/v1/probe/throws") },
  { title: "an error of the catalogue", status: 429, request: () => get("/v1/probe/refuses") },
  { title: "an answer that breaks its contract", status: 500, request: () => get("/v1/probe/broken") },
];
