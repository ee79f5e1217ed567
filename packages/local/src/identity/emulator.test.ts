import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import { demoCallers, seedDemoCallers, signIn } from "./demo-callers.ts";
import { type IdentityEmulator, startIdentityEmulator } from "./emulator.ts";

let emulator: IdentityEmulator;
before(async () => {
  emulator = await startIdentityEmulator();
  await seedDemoCallers(emulator);
});
after(() => emulator.close());

const { user } = demoCallers;

test("the inside of the pinned firebase-tools is where we reach for it, or nobody can trust a token", async () => {
  const { alg, kid } = decodeProtectedHeader(await signIn(emulator, user.email));
  assert.ok(
    alg === "RS256" && kid,
    `Tokens leave the emulator as ${alg}, kid ${kid}. Was firebase-tools updated? Check its pin in packages/local/package.json and how emulator.ts reaches into it.`,
  );
});

test("a token of a sign-in verifies against the JWKS, issuer and audience", async () => {
  const claims = await verified(await signIn(emulator, user.email));
  assert.equal(claims.email, user.email);
});

test("a token of a refresh verifies the same and carries the groups", async () => {
  const { body } = await post(`${emulator.identityToolkitBaseUrl}/v1/accounts:signInWithPassword?key=local`, {
    email: user.email,
    password: user.password,
    returnSecureToken: true,
  });
  const refreshed = await post(`${emulator.secureTokenBaseUrl}/v1/token?key=local`, {
    grant_type: "refresh_token",
    refresh_token: body.refreshToken,
  });
  assert.equal(refreshed.status, 200);
  const claims = await verified(String(refreshed.body.id_token));
  assert.deepEqual(claims.groups, ["USERS"]);
});

for (const { email, groups } of [demoCallers.user, demoCallers.admin]) {
  test(`${email} is in ${groups.join(" and ")}`, async () => {
    const claims = await verified(await signIn(emulator, email));
    assert.deepEqual(claims.groups, groups);
  });
}

test("nobody@example.com has no groups claim, not an empty one", async () => {
  const claims = await verified(await signIn(emulator, demoCallers.nobody.email));
  assert.equal("groups" in claims, false);
});

test("an unknown e-mail is EMAIL_NOT_FOUND", async () => {
  assert.deepEqual(await refusal("does.not.exist@example.com", user.password), [400, "EMAIL_NOT_FOUND"]);
});

test("a wrong password is INVALID_PASSWORD", async () => {
  assert.deepEqual(await refusal(user.email, "wrong"), [400, "INVALID_PASSWORD"]);
});

test("a disabled caller is USER_DISABLED, whatever the password", async () => {
  const accounts = `${emulator.identityToolkitBaseUrl}/v1/projects/${emulator.projectId}/accounts`;
  const fields = { email: "disabled@example.com", password: "not-secret", disabled: true };
  await send("POST", accounts, fields, { authorization: "Bearer owner" });
  assert.deepEqual(await refusal("disabled@example.com", "not-secret"), [400, "USER_DISABLED"]);
  assert.deepEqual(await refusal("disabled@example.com", "wrong"), [400, "USER_DISABLED"]);
});

test("malformed and missing credentials have codes of their own", async () => {
  assert.deepEqual(await refusal("not-an-email", "not-secret"), [400, "INVALID_EMAIL"]);
  assert.deepEqual(await refusal(undefined, "not-secret"), [400, "MISSING_EMAIL"]);
  assert.deepEqual(await refusal(user.email, undefined), [400, "MISSING_PASSWORD"]);
});

test("with e-mail enumeration protection, unknown e-mail and wrong password are one code", async () => {
  await protectEmails(true);
  try {
    const code = "INVALID_LOGIN_CREDENTIALS";
    assert.deepEqual(await refusal("does.not.exist@example.com", user.password), [400, code]);
    assert.deepEqual(await refusal(user.email, "wrong"), [400, code]);
  } finally {
    await protectEmails(false);
  }
});

test("a refresh token that is none is INVALID_REFRESH_TOKEN", async () => {
  const { status, body } = await post(`${emulator.secureTokenBaseUrl}/v1/token?key=local`, {
    grant_type: "refresh_token",
    refresh_token: "garbage",
  });
  assert.deepEqual([status, codeOf(body)], [400, "INVALID_REFRESH_TOKEN"]);
});

test("a second emulator of the process has its own callers, and tokens that verify there", async () => {
  const second = await startIdentityEmulator({ projectId: "demo-second" });
  try {
    await assert.rejects(signIn(second, user.email), /EMAIL_NOT_FOUND/);
    await seedDemoCallers(second);
    const token = await signIn(second, user.email);
    await verified(token, second);
    await assert.rejects(verified(token, emulator), /unexpected "(iss|aud)" claim value/);
  } finally {
    await second.close();
  }
});

test("closing frees the port", async () => {
  const { url, close } = await startIdentityEmulator();
  await close();
  await assert.rejects(fetch(url), /fetch failed/);
});

test("seeding leaves the environment as it was", () => {
  assert.equal(process.env.FIREBASE_AUTH_EMULATOR_HOST, undefined);
});

test("start, failure and stop print nothing, write nothing, stay on loopback and let the process end", async () => {
  const quietRun = new URL("../../test/quiet-emulator.ts", import.meta.url).pathname;
  const output = await promisify(execFile)(process.execPath, ["--permission", "--allow-fs-read=*", quietRun]);
  assert.deepEqual(output, { stdout: "", stderr: "" });
});

async function verified(token: string, { jwksUri, issuer, audience } = emulator): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(jwksUri));
  const { payload } = await jwtVerify(token, keys, { algorithms: ["RS256"], issuer, audience });
  return payload;
}

const post = (url: string, fields: object) => send("POST", url, fields);

async function send(method: "POST" | "PATCH", url: string, fields: object, headers = {}) {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(fields),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function protectEmails(enableImprovedEmailPrivacy: boolean) {
  const config = `${emulator.url}/emulator/v1/projects/${emulator.projectId}/config`;
  const { status } = await send("PATCH", config, { emailPrivacyConfig: { enableImprovedEmailPrivacy } });
  assert.equal(status, 200);
}

async function refusal(email: string | undefined, password: string | undefined) {
  const url = `${emulator.identityToolkitBaseUrl}/v1/accounts:signInWithPassword?key=local`;
  const { status, body } = await post(url, { email, password, returnSecureToken: true });
  return [status, codeOf(body)];
}

function codeOf(body: Record<string, unknown>) {
  return (body.error as { message?: string } | undefined)?.message;
}
