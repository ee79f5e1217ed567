/** The password grant against a stub that answers as RFC 6749 and Auth0's documents describe. */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  downAnswers,
  providerFailure,
  slowAnswers,
  uselessAnswers,
} from "../../test/support/provider-failure.ts";
import { type StubProvider, startStubProvider } from "../../test/support/stub-provider.ts";
import { loadConfig } from "../config.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { createPasswordGrantProvider } from "./password-grant.ts";

const USERNAME = "alice.liddell@example.com";
const PASSWORD = 'pa"ss wörd+&=%00💡';
const REFRESH_TOKEN = "v1.MRrtZ+refresh==&token";
const CLIENT_SECRET = "the-client's/own:secret+x";
const SECRETS = [USERNAME, PASSWORD, REFRESH_TOKEN, CLIENT_SECRET, "fake-token"];
const AUDIENCE = "https://api.example.com";
const DISCOVERY = "/.well-known/openid-configuration";

const success = {
  access_token: "fake-token-access",
  refresh_token: REFRESH_TOKEN,
  id_token: "fake-token-id",
  token_type: "Bearer",
  expires_in: 86_400,
  scope: "openid offline_access",
};

let stub: StubProvider;
/** What the discovery document says besides the issuer. */
let document: Record<string, unknown>;
before(async () => {
  stub = await startStubProvider();
});
after(() => stub.close());
beforeEach(() => {
  document = { token_endpoint: `${stub.url}/oauth/token` };
});

/** Answers the discovery document, and the given answer at the token endpoint. */
function answerWith(listener: RequestListener): void;
function answerWith(status: number, body: unknown): void;
function answerWith(given: number | RequestListener, body?: unknown): void {
  stub.answerWith((request, response) => {
    if (request.url === DISCOVERY) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ issuer: `${stub.url}/`, ...document }));
    } else if (typeof given === "function") given(request, response);
    else response.writeHead(given, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
}

function provider(environment: Record<string, string> = {}, timeoutMilliseconds?: number): IdentityProvider {
  const config = loadConfig({
    RUNTIME: "CONTAINERIZED",
    IDENTITY_PROVIDER: "auth0",
    AUTH_ENDPOINTS: "on",
    JWT_ISSUER: `${stub.url}/`,
    JWT_AUTHORIZED_AUDIENCES: AUDIENCE,
    AUTH0_CLIENT_ID: "client-1",
    OIDC_CLIENT_ID: "client-1",
    ...environment,
  });
  return createPasswordGrantProvider(config, timeoutMilliseconds);
}

const failureOf = (call: () => Promise<unknown>) => providerFailure(call, SECRETS);

/** The form and the client of the last request. */
function sent() {
  const request = stub.requests.at(-1);
  assert.equal(request?.method, "POST");
  assert.equal(request?.url.pathname, "/oauth/token");
  assert.match(request?.headers["content-type"] ?? "", /^application\/x-www-form-urlencoded/);
  return {
    form: Object.fromEntries(new URLSearchParams(request?.body)),
    authorization: request?.headers.authorization,
  };
}

const CALLS: readonly [string, (provider: IdentityProvider) => Promise<unknown>][] = [
  ["signIn", (it) => it.signIn(USERNAME, PASSWORD)],
  ["refresh", (it) => it.refresh(REFRESH_TOKEN)],
];

describe("the password grant, as RFC 6749 and Auth0's documents describe it (stub)", () => {
  it("signs in at the token endpoint of the discovery document, for the API's audience", async () => {
    answerWith(200, success);
    assert.deepEqual(await provider().signIn(USERNAME, PASSWORD), { ...success, token_type: "bearer" });
    assert.deepEqual(sent(), {
      form: {
        grant_type: "password",
        username: USERNAME,
        password: PASSWORD,
        scope: "openid offline_access",
        audience: AUDIENCE,
        client_id: "client-1",
      },
      authorization: undefined,
    });
  });

  it("sends no audience if the provider is not Auth0, and asks for the configured scopes", async () => {
    answerWith(200, success);
    await provider({ IDENTITY_PROVIDER: "oidc", OIDC_SCOPE: "openid orders:read" }).signIn(
      USERNAME,
      PASSWORD,
    );
    const { form } = sent();
    assert.equal(form.audience, undefined);
    assert.equal(form.scope, "openid orders:read");
  });

  it("renews tokens with the refresh token", async () => {
    answerWith(200, success);
    const answer = await provider().refresh(REFRESH_TOKEN);
    assert.deepEqual([answer.access_token, answer.token_type], ["fake-token-access", "bearer"]);
    assert.deepEqual(sent().form, {
      grant_type: "refresh_token",
      refresh_token: REFRESH_TOKEN,
      client_id: "client-1",
    });
  });

  it("sends the client's secret in the form where the document allows it", async () => {
    document.token_endpoint_auth_methods_supported = ["client_secret_basic", "client_secret_post"];
    answerWith(200, success);
    await provider({ AUTH0_CLIENT_SECRET: CLIENT_SECRET }).refresh(REFRESH_TOKEN);
    const { form, authorization } = sent();
    assert.deepEqual([form.client_id, form.client_secret], ["client-1", CLIENT_SECRET]);
    assert.equal(authorization, undefined);
  });

  it("sends it form-encoded in the header where the document does not", async () => {
    answerWith(200, success);
    await provider({ AUTH0_CLIENT_SECRET: CLIENT_SECRET }).refresh(REFRESH_TOKEN);
    const { form, authorization = "" } = sent();
    assert.deepEqual([form.client_id, form.client_secret], [undefined, undefined]);
    assert.equal(
      Buffer.from(authorization.replace("Basic ", ""), "base64").toString(),
      "client-1:the-client%27s%2Fown%3Asecret%2Bx",
    );
  });

  it("asks for the discovery document once, and again only while it is unavailable", async () => {
    const one = provider();
    stub.answerWith(503, {});
    assert.equal((await failureOf(() => one.signIn(USERNAME, PASSWORD))).code, "001503");
    answerWith(200, success);
    for (let count = 0; count < 3; count++) await one.signIn(USERNAME, PASSWORD);
    const paths = stub.requests.map(({ url }) => url.pathname);
    assert.deepEqual(paths, [DISCOVERY, "/oauth/token", "/oauth/token", "/oauth/token"]);
  });

  for (const [what, wrong] of [
    ["of another issuer", { issuer: "https://issuer.example.com/" }],
    ["without a token endpoint", { token_endpoint: undefined }],
    ["whose token endpoint is not a URL", { token_endpoint: "/oauth/token" }],
    ["whose token endpoint is not a web address", { token_endpoint: "file:///etc/passwd" }],
  ] as const) {
    it(`sends no password if the discovery document is one ${what}: 502`, async () => {
      document = { ...document, ...wrong };
      answerWith(200, success);
      const error = await failureOf(() => provider().signIn(USERNAME, PASSWORD));
      assert.deepEqual([error.status, error.code], [502, "001502"]);
      assert.deepEqual(
        stub.requests.map(({ url }) => url.pathname),
        [DISCOVERY],
      );
    });
  }

  for (const code of ["mfa_required", "mfa_registration_required"]) {
    it(`responds to ${code} with 403, and does not reveal its token`, async () => {
      answerWith(403, { error: code, error_description: "x", mfa_token: "fake-token-mfa" });
      const error = await failureOf(() => provider().signIn(USERNAME, PASSWORD));
      assert.deepEqual([error.status, error.code], [403, "002403"]);
    });
  }
});

const REFUSALS: readonly (readonly [number, string, string])[] = [
  [403, "invalid_grant", "Wrong email or password."],
  [400, "invalid_grant", "Invalid user credentials"],
  [403, "invalid_grant", "Unknown or invalid refresh token."],
  [401, "unauthorized", "user is blocked"],
  [403, "access_denied", "refused by an Action"],
  [403, "password_leaked", "x"],
  // A locked account: a different answer would reveal that it exists.
  [429, "too_many_attempts", "Your account has been blocked after multiple consecutive login attempts."],
  [403, "too_many_attempts", "x"],
];
const RATE_LIMITS: readonly (readonly [number, string])[] = [
  [429, "too_many_requests"],
  [400, "slow_down"],
  [429, ""],
];
const OUR_FAULTS: readonly (readonly [number, string, string])[] = [
  [403, "unauthorized_client", "Grant type 'password' not allowed for the client."],
  [401, "invalid_client", "Unauthorized"],
  [403, "access_denied", `Service not found: ${AUDIENCE}`],
  [400, "unsupported_grant_type", "x"],
  [400, "invalid_scope", "x"],
  [404, "", "x"],
];

for (const [name, call] of CALLS) {
  describe(`${name}, refused by the token endpoint (stub)`, () => {
    it("returns the same error for all reasons where the detail is generic, and logs the code", async () => {
      const answers = new Set<string>();
      for (const [status, error, description] of REFUSALS) {
        answerWith(status, { error, error_description: `${description} ${USERNAME}` });
        const failure = await failureOf(() => call(provider()));
        assert.deepEqual([failure.status, failure.code], [401, "002401"], error);
        answers.add(JSON.stringify([failure.body, failure.headers, failure.status]));
        assert.match(String(failure.cause), new RegExp(`gave status ${status} ${error}$`));
      }
      assert.equal(answers.size, 1);
    });

    it("names the code where the detail allows it, and never the description", async () => {
      for (const [status, error, description] of REFUSALS) {
        answerWith(status, { error, error_description: `${description} ${USERNAME}` });
        const failure = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL: "provider" })));
        assert.equal(failure.reason, error);
      }
    });

    for (const [status, error] of RATE_LIMITS) {
      it(`returns 429 with retry-after for ${status} ${error}`, async () => {
        answerWith(status, { error });
        const failure = await failureOf(() => call(provider()));
        assert.deepEqual([failure.status, failure.code], [429, "001429"]);
        assert.deepEqual(failure.headers, { "retry-after": "60" });
      });
    }

    for (const [status, error, description] of OUR_FAULTS) {
      it(`returns 502 without detail, whatever the setting, for ${status} ${error} ${description}`, async () => {
        answerWith(status, { error, error_description: description });
        for (const AUTH_ERROR_DETAIL of ["provider", "generic"]) {
          const failure = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL })));
          assert.deepEqual([failure.status, failure.code], [502, "001502"]);
          assert.equal(failure.reason, "The identity provider refused this API");
        }
      });
    }
  });

  describe(`${name}, with the token endpoint out of order (stub)`, () => {
    for (const [what, listener] of uselessAnswers) {
      it(`returns 502 for ${what}`, async () => {
        answerWith(listener);
        const error = await failureOf(() => call(provider()));
        assert.deepEqual([error.status, error.code], [502, "001502"]);
      });
    }

    for (const [what, listener] of downAnswers) {
      it(`returns 503 for ${what}, at the token endpoint and for the discovery document`, async () => {
        for (const answer of [answerWith, stub.answerWith]) {
          answer(listener);
          const error = await failureOf(() => call(provider()));
          assert.deepEqual([error.status, error.code], [503, "001503"]);
        }
      });
    }

    for (const [what, listener] of slowAnswers) {
      it(`returns 503 for ${what}, once the time is up`, async () => {
        answerWith(listener);
        const error = await failureOf(() => call(provider({}, 100)));
        assert.deepEqual([error.status, error.code], [503, "001503"]);
      });
    }
  });
}
