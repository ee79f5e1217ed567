/** The Firebase provider against a stub of Firebase's REST APIs, for answers that no emulator gives. */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { after, before, describe, it } from "node:test";
import { fixtureApi } from "../../test/fixtures/api.ts";
import { providerFailure } from "../../test/support/provider-failure.ts";
import { firebaseError, type StubProvider, startStubProvider } from "../../test/support/stub-provider.ts";
import { noIssuer, testConfig } from "../testing/test-environment.ts";
import { createFirebaseProvider } from "./firebase.ts";
import type { IdentityProvider } from "./identity-provider.ts";

const KEY = "AIzaSy-key/of+the=project&x";
const USERNAME = "alice.liddell@example.com";
const PASSWORD = 'pa"ss wörd+&=%00💡';
const REFRESH_TOKEN = "AMf-vBx/refresh+token==&grant_type=password";
const SECRETS = [KEY, encodeURIComponent(KEY), USERNAME, PASSWORD, REFRESH_TOKEN, "fake-id-token"];

let stub: StubProvider;
before(async () => {
  stub = await startStubProvider();
});
after(() => stub.close());

function provider(environment: Record<string, string> = {}, timeoutMilliseconds?: number): IdentityProvider {
  const config = testConfig(fixtureApi, noIssuer, {
    FIREBASE_APP_API_KEY: KEY,
    ...stub.environment,
    ...environment,
  });
  return createFirebaseProvider(config, timeoutMilliseconds);
}

const failureOf = (call: () => Promise<unknown>) => providerFailure(call, SECRETS);

const CALLS: readonly [string, (provider: IdentityProvider) => Promise<unknown>][] = [
  ["signIn", (it) => it.signIn(USERNAME, PASSWORD)],
  ["refresh", (it) => it.refresh(REFRESH_TOKEN)],
];

describe("signIn (stub upstream)", () => {
  it("sends email, password and returnSecureToken as JSON, once, with the key", async () => {
    stub.answerWith(200, { idToken: "fake-id-token" });
    await provider().signIn(USERNAME, PASSWORD);
    assert.equal(stub.requests.length, 1);
    const [request] = stub.requests;
    assert.equal(request?.method, "POST");
    assert.equal(request?.url.pathname, "/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword");
    assert.deepEqual([...(request?.url.searchParams ?? [])], [["key", KEY]]);
    assert.equal(request?.headers["content-type"], "application/json");
    assert.deepEqual(JSON.parse(request?.body ?? ""), {
      email: USERNAME,
      password: PASSWORD,
      returnSecureToken: true,
    });
  });

  it("returns the provider's JSON, with idToken renamed and the token type added", async () => {
    const rest = {
      kind: "identitytoolkit#VerifyPasswordResponse",
      registered: true,
      localId: "gf30eciYKjVJrA5XMHK0NKDbKeC2",
      email: USERNAME,
      displayName: "",
      profilePicture: "https://example.com/alice.png",
      refreshToken: REFRESH_TOKEN,
      expiresIn: "3600",
      userNotifications: [{ notificationCode: "MISSING_LOWERCASE_CHARACTER" }],
    };
    stub.answerWith(200, { ...rest, idToken: "fake-id-token" });
    assert.deepEqual(await provider().signIn(USERNAME, PASSWORD), {
      ...rest,
      access_token: "fake-id-token",
      token_type: "bearer",
    });
  });

  it("says that the account has a second factor, where the response asks for one instead of a token", async () => {
    stub.answerWith(200, {
      localId: "x",
      email: USERNAME,
      mfaPendingCredential: "fake-id-token",
      mfaInfo: [{ mfaEnrollmentId: "y", phoneInfo: "+*******99" }],
    });
    const error = await failureOf(() => provider().signIn(USERNAME, PASSWORD));
    assert.deepEqual([error.status, error.code], [403, "002403"]);
  });
});

describe("refresh (stub upstream)", () => {
  it("sends the refresh token as a form, once, with the key", async () => {
    stub.answerWith(200, { id_token: "fake-id-token" });
    await provider().refresh(REFRESH_TOKEN);
    assert.equal(stub.requests.length, 1);
    const [request] = stub.requests;
    assert.equal(request?.method, "POST");
    assert.equal(request?.url.pathname, "/securetoken.googleapis.com/v1/token");
    assert.deepEqual([...(request?.url.searchParams ?? [])], [["key", KEY]]);
    assert.match(request?.headers["content-type"] ?? "", /^application\/x-www-form-urlencoded/);
    assert.deepEqual(
      [...new URLSearchParams(request?.body)],
      [
        ["grant_type", "refresh_token"],
        ["refresh_token", REFRESH_TOKEN],
      ],
    );
  });

  it("returns the provider's JSON without id_token, whose value is the access token", async () => {
    const rest = { expires_in: "3600", refresh_token: REFRESH_TOKEN, user_id: "x", project_id: "12345" };
    stub.answerWith(200, { ...rest, access_token: "other", id_token: "fake-id-token", token_type: "Bearer" });
    assert.deepEqual(await provider().refresh(REFRESH_TOKEN), {
      ...rest,
      access_token: "fake-id-token",
      token_type: "bearer",
    });
  });
});

const CALLERS_FAULTS = [
  "EMAIL_NOT_FOUND",
  "INVALID_PASSWORD",
  "INVALID_LOGIN_CREDENTIALS",
  "INVALID_EMAIL",
  "MISSING_EMAIL",
  "MISSING_PASSWORD",
  "USER_DISABLED",
  "PASSWORD_DOES_NOT_MEET_REQUIREMENTS",
  "BLOCKING_FUNCTION_ERROR_RESPONSE",
  "INVALID_REFRESH_TOKEN",
  "MISSING_REFRESH_TOKEN",
  "TOKEN_EXPIRED",
  "USER_NOT_FOUND",
  "PROJECT_NUMBER_MISMATCH",
  // A locked account: a different answer would reveal that it exists.
  "TOO_MANY_ATTEMPTS_TRY_LATER",
];

const RATE_LIMITS: readonly [number, string][] = [
  [400, "QUOTA_EXCEEDED : Exceeded quota for verifying passwords."],
  [403, "QUOTA_EXCEEDED"],
  [429, `Quota exceeded for consumer 'api_key:${KEY}'.`],
];

/** Faults of this API's own configuration. */
const OUR_FAULTS: readonly [number, string, object?][] = [
  [
    400,
    "API key not valid. Please pass a valid API key.",
    { status: "INVALID_ARGUMENT", details: [{ reason: "API_KEY_INVALID" }] },
  ],
  [400, "API key expired. Please renew the API key.", { status: "INVALID_ARGUMENT" }],
  [400, "CONFIGURATION_NOT_FOUND"],
  [400, "OPERATION_NOT_ALLOWED"],
  [400, "OPERATION_NOT_ALLOWED : Password sign-in is disabled for this project."],
  [400, "PASSWORD_LOGIN_DISABLED"],
  [400, "INVALID_GRANT_TYPE"],
  [400, "Invalid JSON payload received. /email must be string", { status: "INVALID_ARGUMENT" }],
  [400, `Invalid value at 'password' (TYPE_STRING), ${PASSWORD} of ${USERNAME}`],
  [400, "toString"],
  [400, ""],
  [401, "Request had invalid authentication credentials.", { status: "UNAUTHENTICATED" }],
  [403, "The request is missing a valid API key.", { status: "PERMISSION_DENIED" }],
  [403, "Requests from referer <empty> are blocked.", { status: "PERMISSION_DENIED" }],
  [403, `Permission denied: Consumer 'api_key:${KEY}' has been suspended.`, { status: "PERMISSION_DENIED" }],
  [403, "USER_DISABLED"],
  [404, "Not found"],
];

for (const [name, call] of CALLS) {
  describe(`${name}, refused (stub upstream)`, () => {
    for (const fault of CALLERS_FAULTS) {
      for (const message of [fault, `${fault} : and why`]) {
        it(`returns 401 for ${message}: with the provider's reason, or without`, async () => {
          stub.answerWith(400, firebaseError(400, message));
          const generic = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL: "generic" })));
          const detailed = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL: "provider" })));
          for (const error of [generic, detailed]) {
            assert.deepEqual([error.status, error.code], [401, "002401"]);
            assert.deepEqual(error.headers, { "www-authenticate": "Bearer" });
          }
          assert.equal(generic.reason, "The credentials were refused");
          assert.equal(detailed.reason, fault);
          assert.equal(stub.requests.length, 2, "one request each");
        });
      }
    }

    it("returns the same error for all reasons where the detail is generic, and logs the reason", async () => {
      const answers = new Set<string>();
      for (const fault of CALLERS_FAULTS) {
        stub.answerWith(400, firebaseError(400, fault));
        const error = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL: "generic" })));
        answers.add(JSON.stringify([error.body, error.headers, error.status]));
        assert.match(String(error.cause), new RegExp(`${fault}$`));
      }
      assert.equal(answers.size, 1);
    });

    for (const [status, message] of RATE_LIMITS) {
      it(`returns 429 with retry-after for ${status} ${message.slice(0, 60)}`, async () => {
        stub.answerWith(status, firebaseError(status, message));
        const error = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL: "provider" })));
        assert.deepEqual([error.status, error.code], [429, "001429"]);
        assert.deepEqual(error.headers, { "retry-after": "60" });
        assert.equal(error.reason, "Too many attempts; try again later");
        assert.equal(stub.requests.length, 1);
      });
    }

    for (const [status, message, more] of OUR_FAULTS) {
      it(`returns 502 without detail, whatever the setting, for ${status} ${message.slice(0, 60)}`, async () => {
        stub.answerWith(status, firebaseError(status, message, more));
        for (const detail of ["provider", "generic"]) {
          const error = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL: detail })));
          assert.deepEqual([error.status, error.code], [502, "001502"]);
          assert.equal(error.reason, "The identity provider refused this API");
        }
      });
    }

    it("logs what is misconfigured, by the provider's codes", async () => {
      const [status, message, more] = OUR_FAULTS[0] as (typeof OUR_FAULTS)[0];
      stub.answerWith(status, firebaseError(status, message, more));
      const error = await failureOf(() => call(provider()));
      assert.match(String(error.cause), /status 400 INVALID_ARGUMENT API_KEY_INVALID$/);
      stub.answerWith(400, firebaseError(400, "PASSWORD_LOGIN_DISABLED"));
      assert.match(String((await failureOf(() => call(provider()))).cause), /PASSWORD_LOGIN_DISABLED$/);
    });
  });

  describe(`${name}, with a useless response (stub upstream)`, () => {
    const useless: readonly [string, RequestListener | [number, unknown]][] = [
      ["no token", [200, { localId: "x" }]],
      ["a token that is null", [200, { idToken: null, id_token: null }]],
      ["a token that is not a string", [200, { idToken: 1, id_token: {} }]],
      ["an empty token", [200, { idToken: "", id_token: "" }]],
      ["an empty object", [200, {}]],
      ["an array", [200, [{ idToken: "fake-id-token", id_token: "fake-id-token" }]]],
      ["null", [200, null]],
      ["a string", [200, "fake-id-token"]],
      ["a token with another status", [201, { idToken: "fake-id-token", id_token: "fake-id-token" }]],
      ["an error without a message", [400, { error: { code: 400 } }]],
      ["an error that is a string", [400, { error: "invalid_grant" }]],
      ["a message that is not a string", [400, { error: { message: ["EMAIL_NOT_FOUND"] } }]],
      ["nothing", (_request, response) => response.writeHead(200).end()],
      ["no content", (_request, response) => response.writeHead(204).end()],
      [
        "a page",
        (_request, response) =>
          response.writeHead(200, { "content-type": "text/html" }).end("<html>fake-id-token</html>"),
      ],
      [
        "a page that says 404",
        (_request, response) => response.writeHead(404, { "content-type": "text/html" }).end("<html>"),
      ],
      [
        "JSON cut short",
        (_request, response) =>
          response.writeHead(200, { "content-type": "application/json" }).end('{"idToken":"fake-id-token"'),
      ],
    ];
    for (const [what, answer] of useless) {
      it(`returns 502 for ${what}`, async () => {
        if (typeof answer === "function") stub.answerWith(answer);
        else stub.answerWith(...answer);
        const error = await failureOf(() => call(provider()));
        assert.deepEqual([error.status, error.code], [502, "001502"]);
        assert.equal(stub.requests.length, 1);
      });
    }

    for (const status of [301, 302, 303, 307, 308]) {
      it(`returns 502 for a redirect with ${status}, which is not followed`, async () => {
        stub.answerWith((_request, response) => {
          response.writeHead(status, { location: `${stub.url}/elsewhere?key=${KEY}` }).end();
        });
        const error = await failureOf(() => call(provider()));
        assert.deepEqual([error.status, error.code], [502, "001502"]);
        assert.equal(stub.requests.length, 1);
      });
    }
  });

  describe(`${name}, while the provider is down (stub upstream)`, () => {
    const down: readonly [string, RequestListener][] = [
      ...[500, 502, 503, 504].map((status): [string, RequestListener] => [
        `${status} in JSON`,
        (_request, response) => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify(firebaseError(status, `Internal error with ${KEY}`)));
        },
      ]),
      [
        "500 as a page",
        (_request, response) => response.writeHead(500, { "content-type": "text/html" }).end(`<html>${KEY}`),
      ],
      [
        "500 with a code that blames the caller",
        (_request, response) =>
          response.writeHead(500).end(JSON.stringify(firebaseError(500, "EMAIL_NOT_FOUND"))),
      ],
      ["a connection that is cut", (request) => request.socket.destroy()],
      ["an answer that is not HTTP", (request) => request.socket.end("hello\r\n\r\n")],
      [
        "an answer that is cut off",
        (request, response) => {
          response.writeHead(200, { "content-length": 1000 }).write('{"idToken":"fake-id-token"');
          setImmediate(() => request.socket.destroy());
        },
      ],
      [
        "an answer of a megabyte",
        (_request, response) => {
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify({ idToken: "x".repeat(1024 * 1024), id_token: "x" }));
        },
      ],
    ];
    for (const [what, listener] of down) {
      it(`returns 503 for ${what}`, async () => {
        stub.answerWith(listener);
        const error = await failureOf(() => call(provider()));
        assert.deepEqual([error.status, error.code], [503, "001503"]);
        assert.equal(error.reason, "The identity provider cannot be reached; try again later");
        assert.equal(stub.requests.length, 1, "no retry");
      });
    }

    const slow: readonly [string, RequestListener][] = [
      ["an answer that never begins", () => {}],
      [
        "an answer that never ends",
        (_request, response) => {
          response.writeHead(200, { "content-type": "application/json" }).write('{"idToken":"fake-id-token"');
        },
      ],
      [
        "an answer that comes drop by drop",
        (_request, response) => {
          response.writeHead(200, { "content-type": "application/json" });
          const dripping = setInterval(() => response.write(" "), 10);
          response.once("close", () => clearInterval(dripping));
          // A client that only limits the silence would accept this answer.
          setTimeout(
            () => response.end('{"idToken":"fake-id-token","id_token":"fake-id-token"}'),
            3000,
          ).unref();
        },
      ],
    ];
    for (const [what, listener] of slow) {
      it(`returns 503 for ${what}, once the time is up`, async () => {
        stub.answerWith(listener);
        const error = await failureOf(() => call(provider({}, 100)));
        assert.deepEqual([error.status, error.code], [503, "001503"]);
        assert.match(String(error.cause), /no response \((ECONNABORTED|ETIMEDOUT|ERR_CANCELED)\)$/);
      });
    }

    it("returns 503 when nothing listens", async () => {
      const nowhere = "http://127.0.0.1:1";
      const error = await failureOf(() =>
        call(provider({ FIREBASE_IDENTITY_TOOLKIT_URL: nowhere, FIREBASE_SECURE_TOKEN_URL: nowhere })),
      );
      assert.deepEqual([error.status, error.code], [503, "001503"]);
      assert.match(String(error.cause), /ECONNREFUSED/);
    });
  });
}
