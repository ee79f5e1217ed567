// Tests the local issuer in each dress except Firebase's, which local-issuer.test.ts tests.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "@lambda-express-api/kit/config.ts";
import type { IdentityProviderName } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from "jose";
import { local } from "../../test/fixtures/members/src/local.ts";
import { type LocalIssuerOptions, startLocalIssuer } from "./local-issuer.ts";
import { signIn } from "./sign-in.ts";

const { user, admin, nobody } = local.callers;

type Issuer = Awaited<ReturnType<typeof startLocalIssuer>>;

async function withIssuer(
  options: Partial<LocalIssuerOptions>,
  run: (issuer: Issuer) => Promise<void>,
): Promise<void> {
  const issuer = await startLocalIssuer({ callers: Object.values(local.callers), ...options });
  try {
    await run(issuer);
  } finally {
    await issuer.close();
  }
}

/** The claims of a caller's token, verified with the published key. */
async function claimsOf(issuer: Issuer, caller = admin): Promise<JWTPayload> {
  const token = await signIn(issuer, caller);
  return (await jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUri)), { issuer: issuer.issuer }))
    .payload;
}

async function send(url: string, headers: Record<string, string>, body: string) {
  const response = await fetch(url, { method: "POST", headers, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("as Cognito", () => {
  const initiate = (issuer: Issuer, fields: object, target = "InitiateAuth") =>
    send(
      `${issuer.url}/`,
      {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityProviderService.${target}`,
      },
      JSON.stringify(fields),
    );
  const passwordOf = (username: string, password: string, client = "localdemo") => ({
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: client,
    AuthParameters: { USERNAME: username, PASSWORD: password },
  });

  test("an access token has client_id, token_use, scope and cognito:groups, and neither aud nor email", () =>
    withIssuer({ provider: "cognito" }, async (issuer) => {
      const { iat = 0, exp, auth_time, sub, jti, event_id, origin_jti, ...claims } = await claimsOf(issuer);
      assert.deepEqual(claims, {
        "cognito:groups": ["USERS", "ADMINS"],
        iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_LocalDemo",
        client_id: "localdemo",
        token_use: "access",
        scope: "aws.cognito.signin.user.admin",
        username: sub,
      });
      assert.equal(exp, iat + 3600);
      assert.match(String(sub), /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    }));

  test("an ID token has aud, email and cognito:groups, and no scope", () =>
    withIssuer({ provider: "cognito", tokenUse: "id" }, async (issuer) => {
      const { aud, token_use, email, scope, client_id, ...claims } = await claimsOf(issuer, user);
      assert.deepEqual([aud, token_use, email], ["localdemo", "id", user.email]);
      assert.deepEqual([scope, client_id], [undefined, undefined]);
      assert.deepEqual(claims["cognito:groups"], ["USERS"]);
      assert.equal(claims["cognito:username"], claims.sub);
    }));

  test("a caller without groups has no groups claim", () =>
    withIssuer({ provider: "cognito" }, async (issuer) => {
      assert.equal("cognito:groups" in (await claimsOf(issuer, nobody)), false);
    }));

  test("a refusal has status 400, an exception name and a message", () =>
    withIssuer({ provider: "cognito" }, async (issuer) => {
      const cases: [object, string][] = [
        [passwordOf("who@example.com", "x"), "UserNotFoundException"],
        [passwordOf(user.email, "wrong"), "NotAuthorizedException"],
        [passwordOf(user.email, user.password, "other"), "ResourceNotFoundException"],
        [{ ...passwordOf(user.email, user.password), AuthFlow: "CUSTOM" }, "InvalidParameterException"],
        [{ ...passwordOf(user.email, ""), AuthParameters: {} }, "InvalidParameterException"],
        [
          { ...passwordOf("", ""), AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN: "x" } },
          "NotAuthorizedException",
        ],
      ];
      for (const [fields, type] of cases) {
        const { status, body } = await initiate(issuer, fields);
        assert.deepEqual([status, body.__type, typeof body.message], [400, type, "string"]);
      }
      assert.equal((await initiate(issuer, {}, "DeleteUserPool")).body.__type, "UnknownOperationException");
    }));

  test("with protection against enumeration, an unknown user gets the same refusal as a wrong password", () =>
    withIssuer({ provider: "cognito", emailEnumerationProtection: true }, async (issuer) => {
      const [unknown, wrong] = [passwordOf("who@example.com", "x"), passwordOf(user.email, "x")];
      assert.deepEqual(await initiate(issuer, unknown), await initiate(issuer, wrong));
    }));
});

describe("as Auth0", () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const tokens = (issuer: Issuer, fields: Record<string, string>) =>
    send(
      `${issuer.url}/oauth/token`,
      form,
      new URLSearchParams({ client_id: "local-demo", ...fields }).toString(),
    );
  const asUser = { grant_type: "password", username: user.email, password: user.password };

  test("a token has a namespaced groups claim, a list of audiences, a scope, and an issuer with a trailing slash", () =>
    withIssuer({ provider: "auth0" }, async (issuer) => {
      const { iat = 0, exp, sub, ...claims } = await claimsOf(issuer);
      assert.deepEqual(claims, {
        "https://api.example.com/groups": ["USERS", "ADMINS"],
        aud: ["https://api.example.com", `${issuer.url}/userinfo`],
        azp: "local-demo",
        gty: "password",
        scope: "openid offline_access",
        iss: `${issuer.url}/`,
      });
      assert.equal(exp, iat + 86_400);
      assert.match(String(sub), /^auth0\|[\da-f]{24}$/);
    }));

  test("without an audience the token is opaque, for Auth0 only", () =>
    withIssuer({ provider: "auth0" }, async (issuer) => {
      const { body } = await tokens(issuer, asUser);
      assert.throws(() => decodeJwt(String(body.access_token)));
      assert.equal(body.refresh_token, undefined);
    }));

  test("a refusal has an OAuth error code and a description", () =>
    withIssuer({ provider: "auth0" }, async (issuer) => {
      const cases: [Record<string, string>, number, string][] = [
        [{ ...asUser, password: "wrong" }, 403, "invalid_grant"],
        [{ ...asUser, username: "who@example.com" }, 403, "invalid_grant"],
        [{ ...asUser, audience: "https://other.example.com" }, 403, "access_denied"],
        [{ ...asUser, client_id: "other" }, 401, "invalid_client"],
        [{ ...asUser, grant_type: "implicit" }, 400, "unsupported_grant_type"],
        [{ grant_type: "refresh_token", refresh_token: "x" }, 403, "invalid_grant"],
      ];
      for (const [fields, status, error] of cases) {
        const answer = await tokens(issuer, fields);
        assert.deepEqual([answer.status, answer.body.error], [status, error]);
      }
    }));
});

test("as any other provider, a token has aud, client_id, scope and a plain groups claim", () =>
  withIssuer({ provider: "oidc" }, async (issuer) => {
    const { iat, exp, sub, jti, ...claims } = await claimsOf(issuer, user);
    assert.deepEqual(claims, {
      groups: ["USERS"],
      aud: "local-api",
      client_id: "local-demo",
      email: user.email,
      email_verified: true,
      scope: "openid",
      iss: issuer.url,
    });
  }));

for (const provider of ["firebase", "cognito", "auth0", "oidc"] satisfies IdentityProviderName[]) {
  test(`as ${provider}, its settings are all that an API needs, and match its discovery document`, () =>
    withIssuer({ provider }, async (issuer) => {
      const { jwt, identityProvider } = loadConfig({ RUNTIME: "CONTAINERIZED", ...issuer.environment });
      const response = await fetch(`${issuer.url}/.well-known/openid-configuration`);
      const document = (await response.json()) as Record<string, unknown>;
      assert.equal(identityProvider, provider);
      assert.deepEqual([jwt.issuer, jwt.jwksUri], [document.issuer, document.jwks_uri]);
      assert.deepEqual(
        [jwt.issuer, jwt.jwksUri, jwt.audiences, jwt.groupsClaim],
        [issuer.issuer, issuer.jwksUri, [issuer.audience], issuer.groupsClaim],
      );
      const groups = (await claimsOf(issuer, user))[jwt.groupsClaim];
      assert.deepEqual(groups, ["USERS"]);
    }));

  test(`as ${provider}, groups are in the configured claim, and an account keeps its subject after a restart`, async () => {
    const subjects = new Set<unknown>();
    for (const groupsClaim of ["https://example.com/g", "sub"]) {
      await withIssuer({ provider, groupsClaim }, async (issuer) => {
        const claims = await claimsOf(issuer, user);
        if (groupsClaim !== "sub") assert.deepEqual(claims[groupsClaim], ["USERS"]);
        subjects.add(claims.sub);
      });
    }
    assert.equal(subjects.size, 1);
    assert.equal(typeof [...subjects][0], "string");
  });
}
