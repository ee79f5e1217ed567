/** The Cognito provider against a stub that answers as the API reference of user pools describes. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import {
  downAnswers,
  providerFailure,
  slowAnswers,
  uselessAnswers,
} from "../../test/support/provider-failure.ts";
import { type StubProvider, startStubProvider } from "../../test/support/stub-provider.ts";
import { loadConfig } from "../config.ts";
import { createCognitoProvider } from "./cognito.ts";
import type { IdentityProvider } from "./identity-provider.ts";

const USERNAME = "alice.liddell@example.com";
const PASSWORD = 'pa"ss wörd+&=%00💡';
const REFRESH_TOKEN = "eyJjdHkiOiJKV1Qi.refresh-token";
const CLIENT_ID = "1h57kf5cpq17m0eml12";
const CLIENT_SECRET = "the-clients-own-secret";
const SESSION = "AYABeC1-y8qooiuysEv0uM4wAqQ";
const SECRETS = [USERNAME, PASSWORD, REFRESH_TOKEN, CLIENT_SECRET, SESSION, "fake-token"];

const TOKENS = {
  AccessToken: "fake-token-access",
  ExpiresIn: 3600,
  TokenType: "Bearer",
  RefreshToken: REFRESH_TOKEN,
  IdToken: "fake-token-id",
};
const success = { ChallengeParameters: {}, AuthenticationResult: TOKENS };

let stub: StubProvider;
before(async () => {
  stub = await startStubProvider();
});
after(() => stub.close());

function provider(environment: Record<string, string> = {}, timeoutMilliseconds?: number): IdentityProvider {
  const config = loadConfig({
    RUNTIME: "CONTAINERIZED",
    IDENTITY_PROVIDER: "cognito",
    COGNITO_USER_POOL_ID: "eu-west-1_AbCdEfGhI",
    COGNITO_CLIENT_ID: CLIENT_ID,
    COGNITO_URL: stub.url,
    ...environment,
  });
  return createCognitoProvider(config, timeoutMilliseconds);
}

const failureOf = (call: () => Promise<unknown>) => providerFailure(call, SECRETS);

/** The only request. */
function sent() {
  assert.equal(stub.requests.length, 1);
  const [request] = stub.requests;
  return {
    method: request?.method,
    path: request?.url.pathname,
    target: request?.headers["x-amz-target"],
    contentType: request?.headers["content-type"],
    body: JSON.parse(request?.body ?? ""),
  };
}

const operation = (name: string, body: object) => ({
  method: "POST",
  path: "/",
  target: `AWSCognitoIdentityProviderService.${name}`,
  contentType: "application/x-amz-json-1.1",
  body,
});

const CALLS: readonly [string, (provider: IdentityProvider) => Promise<unknown>][] = [
  ["signIn", (it) => it.signIn(USERNAME, PASSWORD)],
  ["refresh", (it) => it.refresh(REFRESH_TOKEN)],
];

describe("Cognito, as its API reference describes it (stub)", () => {
  it("signs in with USER_PASSWORD_AUTH, once, and returns Cognito's tokens under OAuth's names", async () => {
    stub.answerWith(200, success);
    assert.deepEqual(await provider().signIn(USERNAME, PASSWORD), {
      access_token: "fake-token-access",
      token_type: "bearer",
      ExpiresIn: 3600,
      TokenType: "Bearer",
      RefreshToken: REFRESH_TOKEN,
      IdToken: "fake-token-id",
    });
    assert.deepEqual(
      sent(),
      operation("InitiateAuth", {
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: CLIENT_ID,
        AuthParameters: { USERNAME, PASSWORD },
      }),
    );
  });

  it("returns the ID token where the API accepts that kind", async () => {
    stub.answerWith(200, success);
    const answer = await provider({ JWT_TOKEN_USE: "id" }).signIn(USERNAME, PASSWORD);
    assert.equal(answer.access_token, "fake-token-id");
    assert.equal(answer.AccessToken, "fake-token-access");
    assert.equal(answer.IdToken, undefined);
  });

  it("proves the client's secret with its hash over user and client, and does not send it", async () => {
    stub.answerWith(200, success);
    await provider({ COGNITO_CLIENT_SECRET: CLIENT_SECRET }).signIn(USERNAME, PASSWORD);
    const { body } = sent();
    const hash = createHmac("sha256", CLIENT_SECRET).update(`${USERNAME}${CLIENT_ID}`).digest("base64");
    assert.deepEqual(body.AuthParameters, { USERNAME, PASSWORD, SECRET_HASH: hash });
    assert.ok(!stub.requests[0]?.body.includes(CLIENT_SECRET));
  });

  it("renews tokens with REFRESH_TOKEN_AUTH, and returns no refresh token where Cognito returns none", async () => {
    const { RefreshToken: _, ...renewed } = TOKENS;
    stub.answerWith(200, { ChallengeParameters: {}, AuthenticationResult: renewed });
    const answer = await provider().refresh(REFRESH_TOKEN);
    assert.deepEqual([answer.access_token, answer.token_type], ["fake-token-access", "bearer"]);
    assert.equal("RefreshToken" in answer, false);
    assert.deepEqual(
      sent(),
      operation("InitiateAuth", {
        AuthFlow: "REFRESH_TOKEN_AUTH",
        ClientId: CLIENT_ID,
        AuthParameters: { REFRESH_TOKEN },
      }),
    );
  });

  it("renews tokens of a client with a secret by the operation that needs no user name", async () => {
    stub.answerWith(200, { AuthenticationResult: TOKENS });
    const answer = await provider({ COGNITO_CLIENT_SECRET: CLIENT_SECRET }).refresh(REFRESH_TOKEN);
    assert.equal(answer.RefreshToken, REFRESH_TOKEN);
    assert.deepEqual(
      sent(),
      operation("GetTokensFromRefreshToken", {
        RefreshToken: REFRESH_TOKEN,
        ClientId: CLIENT_ID,
        ClientSecret: CLIENT_SECRET,
      }),
    );
  });

  for (const [challenge, reason] of [
    ["SMS_MFA", "The account has a second factor; sign in with the provider's SDK"],
    ["SOFTWARE_TOKEN_MFA", "The account has a second factor; sign in with the provider's SDK"],
    ["MFA_SETUP", "The account needs a second factor; sign in with the provider's SDK"],
    ["NEW_PASSWORD_REQUIRED", "The account needs a new password; sign in with the provider's SDK"],
  ] as const) {
    it(`responds to the challenge ${challenge} with 403, and does not reveal its session`, async () => {
      stub.answerWith(200, {
        ChallengeName: challenge,
        ChallengeParameters: { USER_ID_FOR_SRP: USERNAME },
        Session: SESSION,
      });
      const error = await failureOf(() => provider().signIn(USERNAME, PASSWORD));
      assert.deepEqual([error.status, error.code, error.reason], [403, "002403", reason]);
    });
  }

  it("refuses a user name that no pool allows like any other, without asking Cognito", async () => {
    stub.answerWith(200, success);
    for (const username of ["alice liddell", "alice\n", "a".repeat(129)]) {
      const error = await failureOf(() => provider().signIn(username, PASSWORD));
      assert.deepEqual([error.status, error.code], [401, "002401"]);
      assert.equal(error.reason, "The credentials were refused");
    }
    assert.equal(stub.requests.length, 0);
  });
});

/** Exceptions and their messages: from the API reference, and from public logs. */
const REFUSALS: readonly (readonly [type: string, message: string])[] = [
  ["NotAuthorizedException", "Incorrect username or password."],
  ["NotAuthorizedException", "User is disabled."],
  ["NotAuthorizedException", "Invalid Refresh Token"],
  ["NotAuthorizedException", "Refresh Token has expired"],
  ["NotAuthorizedException", "Refresh Token has been revoked"],
  ["UserNotFoundException", "User does not exist."],
  ["UserNotConfirmedException", "User is not confirmed."],
  ["PasswordResetRequiredException", "Password reset required for the user"],
  ["RefreshTokenReuseException", "Refresh token has already been used"],
  ["UserLambdaValidationException", "PreAuthentication failed with error: only staff."],
  ["com.amazonaws.cognito#NotAuthorizedException", "Incorrect username or password."],
  // A locked account: a different answer would reveal that it exists.
  ["NotAuthorizedException", "Password attempts exceeded"],
];
const RATE_LIMITS: readonly (readonly [number, string, string])[] = [
  [400, "TooManyRequestsException", "Rate exceeded"],
  [400, "LimitExceededException", "Attempt limit exceeded, please try after some time."],
  [400, "ForbiddenException", "Request not allowed due to WAF block."],
  [429, "", ""],
];
const OUR_FAULTS: readonly (readonly [number, string, string])[] = [
  [400, "ResourceNotFoundException", `User pool client ${CLIENT_ID} does not exist.`],
  [400, "InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"],
  [400, "NotAuthorizedException", `Unable to verify secret hash for client ${CLIENT_ID}`],
  [
    400,
    "NotAuthorizedException",
    `Client ${CLIENT_ID} is configured with secret but SECRET_HASH was not received`,
  ],
  [400, "InvalidUserPoolConfigurationException", "x"],
  [403, "AccessDeniedException", "x"],
  [404, "NotAuthorizedException", "Incorrect username or password."],
];

for (const [name, call] of CALLS) {
  describe(`${name}, refused by Cognito (stub)`, () => {
    it("returns the same error for all reasons where the detail is generic, and logs the exception", async () => {
      const answers = new Set<string>();
      for (const [type, message] of REFUSALS) {
        stub.answerWith(400, { __type: type, message });
        const error = await failureOf(() => call(provider()));
        assert.deepEqual([error.status, error.code], [401, "002401"], message);
        answers.add(JSON.stringify([error.body, error.headers, error.status]));
        assert.match(String(error.cause), new RegExp(`gave status 400 ${type.split("#").at(-1)}$`));
        assert.equal(stub.requests.length, 1, "once");
      }
      assert.equal(answers.size, 1);
    });

    it("names the exception where the detail allows it, and never its message", async () => {
      for (const [type, message] of REFUSALS) {
        stub.answerWith(400, { __type: type, message });
        const error = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL: "provider" })));
        assert.equal(error.reason, type.split("#").at(-1));
        assert.deepEqual(error.headers, { "www-authenticate": "Bearer" });
      }
    });

    for (const [status, type, message] of RATE_LIMITS) {
      it(`returns 429 with retry-after for ${status} ${type} ${message}`, async () => {
        stub.answerWith(status, { __type: type, message });
        const error = await failureOf(() => call(provider()));
        assert.deepEqual([error.status, error.code], [429, "001429"]);
        assert.deepEqual(error.headers, { "retry-after": "60" });
      });
    }

    for (const [status, type, message] of OUR_FAULTS) {
      it(`returns 502 without detail, whatever the setting, for ${status} ${type} ${message}`, async () => {
        stub.answerWith(status, { __type: type, message });
        for (const AUTH_ERROR_DETAIL of ["provider", "generic"]) {
          const error = await failureOf(() => call(provider({ AUTH_ERROR_DETAIL })));
          assert.deepEqual([error.status, error.code], [502, "001502"]);
          assert.equal(error.reason, "The identity provider refused this API");
        }
      });
    }
  });

  describe(`${name}, with Cognito out of order (stub)`, () => {
    for (const [what, listener] of [
      ...uselessAnswers,
      ["tokens that are not strings", tokens({ AccessToken: null })] as const,
      ["an empty token", tokens({ AccessToken: "" })] as const,
      ["the other token alone", tokens({ IdToken: "fake-token-id" })] as const,
    ]) {
      it(`returns 502 for ${what}`, async () => {
        stub.answerWith(listener);
        const error = await failureOf(() => call(provider()));
        assert.deepEqual([error.status, error.code], [502, "001502"]);
        assert.equal(stub.requests.length, 1);
      });
    }

    for (const [what, listener] of downAnswers) {
      it(`returns 503 for ${what}`, async () => {
        stub.answerWith(listener);
        const error = await failureOf(() => call(provider()));
        assert.deepEqual([error.status, error.code], [503, "001503"]);
        assert.equal(stub.requests.length, 1, "no retry");
      });
    }

    for (const [what, listener] of slowAnswers) {
      it(`returns 503 for ${what}, once the time is up`, async () => {
        stub.answerWith(listener);
        const error = await failureOf(() => call(provider({}, 100)));
        assert.deepEqual([error.status, error.code], [503, "001503"]);
      });
    }
  });
}

function tokens(result: object) {
  const body = JSON.stringify({ AuthenticationResult: result });
  return (_request: unknown, response: { end(body: string): unknown }) => response.end(body);
}
