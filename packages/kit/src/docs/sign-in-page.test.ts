import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import supertest from "supertest";
import { fixtureApi } from "../../test/fixtures/api.ts";
import { loadConfig } from "../config.ts";
import { testApp } from "../testing/test-app.ts";
import { findSignInPage } from "./sign-in-page.ts";

/** The provider's discovery document; each test may change it. */
let document: unknown;
let status: number;
let requests: string[];
let url: string;
const server = createServer((request, response) => {
  requests.push(request.url ?? "");
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(document));
});

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  requests = [];
  status = 200;
  document = discovery();
});
afterEach(() => server.close());

const discovery = (more: object = {}) => ({
  issuer: url,
  authorization_endpoint: `${url}/authorize`,
  token_endpoint: `${url}/token`,
  ...more,
});
const environment = (more: Record<string, string> = {}): Record<string, string> => ({
  RUNTIME: "CONTAINERIZED",
  IDENTITY_PROVIDER: "oidc",
  JWT_ISSUER: url,
  JWT_AUTHORIZED_AUDIENCES: "my-api",
  OIDC_CLIENT_ID: "client",
  ...more,
});
const find = (more: Record<string, string> = {}) => findSignInPage(loadConfig(environment(more)));
const cognito = () => ({
  IDENTITY_PROVIDER: "cognito",
  COGNITO_USER_POOL_ID: "eu-west-1_Local",
  COGNITO_CLIENT_ID: "client",
  COGNITO_URL: url,
  JWT_ISSUER: "",
  JWT_AUTHORIZED_AUDIENCES: "",
});
const COGNITO_ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Local";

describe("the page where the docs sign in", () => {
  it("is taken from the discovery document", async () => {
    assert.deepEqual(await find(), {
      authorizationUrl: `${url}/authorize`,
      tokenUrl: `${url}/token`,
      clientId: "client",
      scopes: ["openid"],
      parameters: {},
      tokenName: "access_token",
    });
  });

  it("gets the audience at Auth0, without which its token is not a JWT", async () => {
    document = discovery({ issuer: `${url}/` });
    const auth0 = {
      IDENTITY_PROVIDER: "auth0",
      AUTH0_CLIENT_ID: "client",
      JWT_ISSUER: `${url}/`,
      JWT_AUTHORIZED_AUDIENCES: "https://api.example.com,other",
    };
    const page = await find(auth0);
    assert.deepEqual(page?.parameters, { audience: "https://api.example.com" });
    assert.deepEqual(page.scopes, ["openid", "offline_access"]);
  });

  it("is the user pool's with Cognito, and uses the kind of token that the API accepts", async () => {
    document = discovery({ issuer: COGNITO_ISSUER });
    assert.equal((await find(cognito()))?.tokenName, "access_token");
    assert.equal((await find({ ...cognito(), JWT_TOKEN_USE: "id" }))?.tokenName, "id_token");
    assert.deepEqual(requests, Array(2).fill("/eu-west-1_Local/.well-known/openid-configuration"));
  });

  it("is looked up once for all requests, and again after ten minutes", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const config = loadConfig(environment());
    await Promise.all([findSignInPage(config), findSignInPage(config)]);
    await findSignInPage(config);
    assert.equal(requests.length, 1);
    test.mock.timers.tick(10 * 60_000 + 1);
    await findSignInPage(config);
    assert.equal(requests.length, 2);
  });

  it("is looked up again half a minute after a failure", async (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const config = loadConfig(environment());
    status = 500;
    assert.equal(await findSignInPage(config), undefined);
    status = 200;
    assert.equal(await findSignInPage(config), undefined);
    test.mock.timers.tick(30_001);
    assert.ok(await findSignInPage(config));
  });

  const none: readonly [string, () => unknown, Record<string, string>?][] = [
    ["a document of another issuer", () => discovery({ issuer: `${url}/` })],
    ["no page", () => discovery({ authorization_endpoint: undefined })],
    ["no token endpoint", () => discovery({ token_endpoint: undefined })],
    ["a page that is a script", () => discovery({ authorization_endpoint: "javascript:alert(1)" })],
    ["a page that is not a URL", () => discovery({ authorization_endpoint: "/authorize" })],
    ["a document that is a list", () => [discovery()]],
    ["a client with a secret", discovery, { OIDC_CLIENT_SECRET: "secret" }],
    ["no client", discovery, { OIDC_CLIENT_ID: "" }],
  ];
  for (const [name, answer, more] of none) {
    it(`does not exist with ${name}`, async () => {
      document = answer();
      assert.equal(await find(more), undefined);
    });
  }

  it("is not looked up for Firebase, or without a provider", async () => {
    const key = { FIREBASE_APP_API_KEY: "key", OIDC_CLIENT_ID: "" };
    assert.equal(
      await find({ ...key, IDENTITY_PROVIDER: "firebase", JWT_AUTHORIZED_AUDIENCES: "p" }),
      undefined,
    );
    assert.equal(await find({ ...key, IDENTITY_PROVIDER: "" }), undefined);
    assert.deepEqual(requests, []);
  });
});

describe("the docs of an API whose provider has a page", () => {
  const app = () => {
    const issuer = { issuer: url, jwksUri: `${url}/keys`, audience: "my-api" };
    const own = { IDENTITY_PROVIDER: "oidc", OIDC_CLIENT_ID: 'c"<', AUTH_ENDPOINTS: "off" };
    return supertest(testApp(fixtureApi, { issuer, environment: own }));
  };

  it("sign in with the authorization code, with the properties that Swagger UI's script reads", async () => {
    const { body } = await app().get("/v1/openapi.json");
    const { oauth2 } = body.components.securitySchemes;
    assert.deepEqual(Object.keys(oauth2.flows), ["authorizationCode"]);
    assert.equal(oauth2.flows.authorizationCode.authorizationUrl, `${url}/authorize`);
    assert.equal(oauth2.flows.authorizationCode.tokenUrl, `${url}/token`);
    assert.equal(oauth2["x-tokenName"], "access_token");
    assert.deepEqual(oauth2["x-sign-in"], { clientId: 'c"<', scopes: ["openid"], parameters: {} });
  });

  it("may exchange the code at the provider and at no other origin, and get messages from the window that they open", async () => {
    for (const [path, accept] of [
      ["/v1/docs", "*/*"],
      ["/v1", "text/html"],
    ] as const) {
      const { headers, text } = await app().get(path).set("accept", accept);
      assert.match(headers["content-security-policy"] ?? "", new RegExp(`;connect-src 'self' ${url};`), text);
      assert.equal(headers["cross-origin-opener-policy"], "same-origin-allow-popups", path);
    }
    status = 404;
    const { headers } = await app().get("/v1/docs");
    assert.match(headers["content-security-policy"] ?? "", /;connect-src 'self';/);
    assert.equal(headers["cross-origin-opener-policy"], "same-origin");
  });

  it("have a return page, which may speak to its opener and has no inline scripts", async () => {
    const { status: found, headers, text } = await app().get("/v1/docs/oauth2-redirect.html");
    assert.deepEqual([found, headers["content-type"]], [200, "text/html; charset=utf-8"]);
    assert.equal(headers["cross-origin-opener-policy"], "unsafe-none");
    assert.match(headers["content-security-policy"] ?? "", /^default-src 'none';script-src 'self';/);
    assert.match(text, /<script src="oauth2-redirect.js">/);
    assert.equal((await app().get("/v1/docs/oauth2-redirect.js")).status, 200);
  });

  it("offer a button on the landing page, with escaped attribute values", async () => {
    const { text } = await app().get("/v1").set("accept", "text/html");
    assert.match(text, /<button type="button" aria-pressed="false">Sign in<\/button>/);
    assert.match(text, /data-client-id="c&quot;&lt;"/);
    assert.match(text, /data-redirect="\/v1\/docs\/oauth2-redirect.html"/);
  });
});
