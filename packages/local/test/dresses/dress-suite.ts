// Tests an API with each identity provider, imitated by the local issuer: whom the API lets in, refuses and signs in.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { IdentityProviderName } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { apiOf, getMe, listEndpoints } from "@lambda-express-api/kit/test/fixtures/api.ts";
import {
  accessSuite,
  appTarget,
  handlerTarget,
  type ParityCase,
  paritySuite,
  type Target,
} from "@lambda-express-api/kit/testing";
import { type LocalIssuer, startLocalIssuer } from "../../src/identity/local-issuer.ts";
import { signIn } from "../../src/identity/sign-in.ts";
import { demoSuite } from "../../src/testing/demo-suite.ts";
import { gatewayTarget } from "../../src/testing/gateway-target.ts";
import { api } from "../fixtures/members/src/api.ts";
import { demo } from "../fixtures/members/src/demo.ts";
import { local } from "../fixtures/members/src/local.ts";

const { user, admin, nobody } = local.callers;
const callers = Object.values(local.callers);

/** Each provider's name for the refresh token, and for its second token, which the API must refuse. */
const REFRESH_TOKEN = {
  firebase: "refreshToken",
  cognito: "RefreshToken",
  auth0: "refresh_token",
  oidc: "refresh_token",
};
const OTHER_TOKEN = { firebase: undefined, cognito: "IdToken", auth0: "id_token", oidc: "id_token" };
const REASONS = {
  firebase: { unknown: "EMAIL_NOT_FOUND", wrong: "INVALID_PASSWORD", disabled: "USER_DISABLED" },
  cognito: {
    unknown: "UserNotFoundException",
    wrong: "NotAuthorizedException",
    disabled: "NotAuthorizedException",
  },
  auth0: { unknown: "invalid_grant", wrong: "invalid_grant", disabled: "unauthorized" },
  oidc: { unknown: "invalid_grant", wrong: "invalid_grant", disabled: "invalid_grant" },
};

const tokenCases: readonly ParityCase[] = [
  { title: "a token of a caller in a group", status: 200, groups: ["USERS", "with a space"] },
  { title: "a token of a caller in no group", status: 403, groups: undefined },
].map(({ groups, ...rest }) => ({
  ...rest,
  request: (issuer) => ({
    method: "GET",
    path: getMe.path,
    headers: { authorization: issuer.bearer(groups) },
  }),
}));

/**
 * Tests the API with one provider. Each provider has its own test file, and so its own process, because sign-in attempts are
 * counted.
 */
export async function dressSuite(provider: IdentityProviderName): Promise<void> {
  describe(`with ${provider}`, () => {
    let identity: LocalIssuer;
    let targets: readonly Target[];
    const on = { AUTH_ENDPOINTS: "on" };
    const targetsWith = (environment: Record<string, string>) => {
      const options = { api, issuer: identity, environment: { ...on, ...environment } };
      return Promise.all([appTarget, handlerTarget].map((start) => start(options)));
    };
    before(async () => {
      identity = await startLocalIssuer({ callers, provider });
      targets = await targetsWith({ AUTH_ERROR_DETAIL: "provider" });
    });
    after(async () => {
      for (const target of targets) await target.close();
      await identity.close();
    });

    const post = async (target: Target, path: string, fields: Record<string, string>) => {
      const answer = await target.request({
        method: "POST",
        path,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(fields).toString(),
      });
      return { ...answer, body: JSON.parse(answer.body.toString()) };
    };
    const tokenOf = (target: Target, username: string, password: string) =>
      post(target, "/v1/auth/token", { username, password });
    const refresh = (target: Target, token: string) =>
      post(target, "/v1/auth/refresh", { refresh_token: token });
    const whoAmI = async (target: Target, token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await target.request({ method: "GET", path: "/v1/me", headers });
      return { status: answer.status, body: JSON.parse(answer.body.toString()) };
    };

    for (const { email, password, groups } of [user, admin]) {
      it(`${email} signs in and is ${groups.join(" and ")} to the API, the same in both runtimes`, async () => {
        const [app, lambda] = targets as [Target, Target];
        for (const target of targets) {
          const { status, headers, body } = await tokenOf(target, email, password);
          assert.deepEqual([status, body.token_type], [200, "bearer"], target.name);
          assert.equal(headers["cache-control"], "no-store");
          const answer = await whoAmI(app, body.access_token);
          assert.deepEqual([answer.status, answer.body.groups], [200, groups]);
          assert.deepEqual(await whoAmI(lambda, body.access_token), answer);
        }
      });
    }

    it("accepts a token from the provider itself", async () => {
      for (const target of targets) {
        assert.equal((await whoAmI(target, await signIn(identity, user))).status, 200, target.name);
        assert.equal((await whoAmI(target, await signIn(identity, nobody))).status, 403, target.name);
      }
    });

    it("refuses the provider's other token", async () => {
      const name = OTHER_TOKEN[provider];
      for (const target of targets) {
        const { body } = await tokenOf(target, admin.email, admin.password);
        if (name === undefined)
          assert.equal(JSON.stringify(body).match(/"eyJ[\w-]+\.[\w-]+\.[\w-]+"/g)?.length, 1);
        else assert.equal((await whoAmI(target, body[name])).status, 401, target.name);
      }
    });

    it("returns a valid token with the current groups from a refresh", async () => {
      const account = identity.accounts.withEmail(nobody.email);
      assert.ok(account);
      for (const target of targets) {
        const { body: first } = await tokenOf(target, nobody.email, nobody.password);
        account.groups = ["USERS"];
        const { status, body } = await refresh(target, first[REFRESH_TOKEN[provider]]);
        account.groups = [];
        assert.deepEqual([status, body.token_type], [200, "bearer"], target.name);
        assert.equal((await whoAmI(target, first.access_token)).status, 403, target.name);
        assert.equal((await whoAmI(target, body.access_token)).status, 200, target.name);
      }
    });

    it("gives no new token to an account disabled after its sign-in", async () => {
      const account = identity.accounts.withEmail(user.email);
      assert.ok(account);
      for (const target of targets) {
        const { body: first } = await tokenOf(target, user.email, user.password);
        account.disabled = true;
        const { status, body } = await refresh(target, first[REFRESH_TOKEN[provider]]);
        account.disabled = false;
        assert.deepEqual([status, body.error.code], [401, "002401"], target.name);
      }
    });

    it("gives a refused caller the provider's error code, or the same response for all causes if enumeration is protected", async () => {
      const account = identity.accounts.withEmail(user.email);
      assert.ok(account);
      const quiet = await targetsWith({ AUTH_ERROR_DETAIL: "generic" });
      const refusals = async (target: Target) => {
        const unknown = await tokenOf(target, "does.not.exist@example.com", user.password);
        const wrong = await tokenOf(target, user.email, "wrong");
        account.disabled = true;
        const disabled = await tokenOf(target, user.email, user.password);
        account.disabled = false;
        for (const { status, body } of [unknown, wrong, disabled]) {
          assert.deepEqual([status, body.error.code], [401, "002401"], target.name);
          assert.equal(body.message, body.error.reason);
        }
        return { unknown: unknown.body.message, wrong: wrong.body.message, disabled: disabled.body.message };
      };
      const one = "The credentials were refused";
      for (const target of targets) assert.deepEqual(await refusals(target), REASONS[provider], target.name);
      for (const target of quiet)
        assert.deepEqual(await refusals(target), { unknown: one, wrong: one, disabled: one });
      for (const target of quiet) await target.close();
    });

    it("refuses an invalid refresh token", async () => {
      for (const target of targets) {
        const { status, body } = await refresh(target, "garbage");
        assert.deepEqual([status, body.error.code], [401, "002401"], target.name);
      }
    });

    it("returns 503 without a cause if the provider is down", async () => {
      const stopped = await startLocalIssuer({ callers, provider });
      await stopped.close();
      for (const start of [appTarget, handlerTarget]) {
        const target = await start({ api, issuer: stopped, environment: on });
        const { status, body } = await tokenOf(target, user.email, user.password);
        assert.deepEqual([status, body.error.code], [503, "001503"], target.name);
        await target.close();
      }
    });

    demoSuite({ api, demo, callers: local.callers, provider });
  });

  describe(`with tokens of ${provider}`, async () => {
    const behindGateway = gatewayTarget({ through: "mapping key" });
    const environment = { IDENTITY_PROVIDER: provider };
    const guarded = apiOf([getMe, listEndpoints]);
    await accessSuite(guarded, [appTarget, handlerTarget, behindGateway], { environment });
    paritySuite(guarded, [appTarget, behindGateway], tokenCases, { environment });
  });
}
