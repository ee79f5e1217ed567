// The API's token endpoints against the local issuer, and its tokens against the API, in both runtimes.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { api } from "@lambda-express-api/api/api.ts";
import { local } from "@lambda-express-api/api/local.ts";
import { appTarget, handlerTarget, type Target } from "@lambda-express-api/kit/testing";
import { type LocalIssuer, startLocalIssuer } from "../src/identity/local-issuer.ts";

const { user, admin, nobody } = local.callers;
const callers = Object.values(local.callers);

describe("the token endpoints and the local issuer", () => {
  let identity: LocalIssuer;
  let targets: readonly Target[];

  const environment = (detail: "provider" | "generic", provider = identity) => ({
    ...provider.environment,
    AUTH_ERROR_DETAIL: detail,
  });
  before(async () => {
    identity = await startLocalIssuer({ callers });
    const options = { api, issuer: identity, environment: environment("provider") };
    targets = [await appTarget(options), await handlerTarget(options)];
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
  const signIn = (target: Target, username: string, password: string) =>
    post(target, "/v1/auth/token", { grant_type: "password", username, password });
  const whoAmI = async (target: Target, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await target.request({ method: "GET", path: "/v1/users/whoami", headers });
    return { status: answer.status, body: JSON.parse(answer.body.toString()) };
  };

  it("a sign-in answers the provider's JSON with OAuth's names for the token, and is never stored", async () => {
    for (const target of targets) {
      const { status, headers, body } = await signIn(target, user.email, user.password);
      assert.equal(status, 200, target.name);
      assert.deepEqual(
        Object.keys(body).sort(),
        [
          "access_token",
          "displayName",
          "email",
          "expiresIn",
          "kind",
          "localId",
          "refreshToken",
          "registered",
          "token_type",
        ],
        target.name,
      );
      assert.equal(body.token_type, "bearer");
      assert.equal(headers["cache-control"], "no-store");
    }
  });

  for (const { email, password, groups } of [user, admin]) {
    it(`${email} signs in and is ${groups.join(" and ")} to the API, the same in both runtimes`, async () => {
      const [app, lambda] = targets as [Target, Target];
      const { body } = await signIn(app, email, password);
      const answer = await whoAmI(app, body.access_token);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body.groups, groups);
      assert.equal(answer.body.claims.email, email);
      assert.equal(answer.body.claims.email_verified, true);
      assert.deepEqual(answer.body.claims.firebase.identities, { email: [email] });
      assert.deepEqual(await whoAmI(lambda, body.access_token), answer);
    });
  }

  it("nobody@example.com signs in and is refused by every group", async () => {
    for (const target of targets) {
      const { body } = await signIn(target, nobody.email, nobody.password);
      const answer = await whoAmI(target, body.access_token);
      assert.equal(answer.status, 403, target.name);
      assert.match(answer.body.message, /does not belong to any groups/);
    }
  });

  for (const [title, username, password, reason] of [
    ["an unknown e-mail", "does.not.exist@example.com", "not-secret", "EMAIL_NOT_FOUND"],
    ["a wrong password", user.email, "wrong", "INVALID_PASSWORD"],
    ["a malformed e-mail", "nobody", "not-secret", "INVALID_EMAIL"],
  ] as const) {
    it(`${title} is refused with ${reason}, or without a reason where nobody may learn who exists`, async () => {
      const quiet = await appTarget({ api, issuer: identity, environment: environment("generic") });
      for (const target of [...targets, quiet]) {
        const { status, body, headers } = await signIn(target, username, password);
        assert.equal(status, 401, target.name);
        assert.equal(body.error.code, "002401");
        assert.equal(body.error.reason, target === quiet ? "The credentials were refused" : reason);
        assert.equal(body.message, body.error.reason);
        assert.equal(headers["cache-control"], "no-store");
      }
      await quiet.close();
    });
  }

  it("a refresh gives a token that is as good as the first", async () => {
    for (const target of targets) {
      const { body: first } = await signIn(target, admin.email, admin.password);
      const { status, body } = await post(target, "/v1/auth/refresh", {
        grant_type: "refresh_token",
        refresh_token: first.refreshToken,
      });
      assert.equal(status, 200, target.name);
      assert.equal(body.token_type, "bearer");
      assert.equal(body.id_token, undefined);
      assert.equal((await whoAmI(target, body.access_token)).status, 200, target.name);
    }
  });

  it("a refresh token that is none is refused", async () => {
    for (const target of targets) {
      const { status, body } = await post(target, "/v1/auth/refresh", { refresh_token: "garbage" });
      assert.equal(status, 401, target.name);
      assert.equal(body.error.reason, "INVALID_REFRESH_TOKEN");
    }
  });

  it("an account that is disabled after its sign-in is refused a new token", async () => {
    const account = identity.accounts.withEmail(user.email);
    assert.ok(account);
    for (const target of targets) {
      const { body: first } = await signIn(target, user.email, user.password);
      account.disabled = true;
      const { status, body } = await post(target, "/v1/auth/refresh", { refresh_token: first.refreshToken });
      assert.equal(status, 401, target.name);
      assert.equal(body.error.reason, "USER_DISABLED");
      account.disabled = false;
    }
  });

  it("a change of groups arrives with the next refresh", async () => {
    const account = identity.accounts.withEmail(nobody.email);
    assert.ok(account);
    for (const target of targets) {
      const { body: first } = await signIn(target, nobody.email, nobody.password);
      account.groups = ["USERS"];
      const { body } = await post(target, "/v1/auth/refresh", { refresh_token: first.refreshToken });
      assert.equal((await whoAmI(target, first.access_token)).status, 403, target.name);
      assert.equal((await whoAmI(target, body.access_token)).status, 200, target.name);
      account.groups = [];
    }
  });

  it("a provider that is down is 503 and says nothing of why", async () => {
    const stopped = await startLocalIssuer({ callers });
    await stopped.close();
    const options = { api, issuer: stopped, environment: environment("provider", stopped) };
    for (const target of [await appTarget(options), await handlerTarget(options)]) {
      const { status, body } = await signIn(target, user.email, user.password);
      assert.equal(status, 503, target.name);
      assert.equal(body.error.code, "001503");
      await target.close();
    }
  });
});
