import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import { local } from "../../test/fixtures/members/src/local.ts";
import { IDENTITY_TOOLKIT_PATH, SECURE_TOKEN_PATH } from "./firebase.ts";
import { type LocalIssuer, type LocalIssuerOptions, startLocalIssuer } from "./local-issuer.ts";
import { signIn } from "./sign-in.ts";

const { user, admin, nobody } = local.callers;
const start = (options: Partial<LocalIssuerOptions> = {}) =>
  startLocalIssuer({ callers: Object.values(local.callers), ...options });

let issuer: LocalIssuer;
before(async () => {
  issuer = await start();
});
after(() => issuer.close());

describe("a token", () => {
  test("verifies against the JWKS, issuer and audience, and is signed with RS256 and a key id", async () => {
    const token = await signIn(issuer, user);
    const { alg, kid, typ } = decodeProtectedHeader(token);
    assert.deepEqual({ alg, typ }, { alg: "RS256", typ: "JWT" });
    assert.ok(kid);
    await verified(token);
  });

  test("has the claims of Firebase's tokens, and expires after an hour", async () => {
    const { iat = 0, exp, auth_time, sub, user_id, ...claims } = await verified(await signIn(issuer, admin));
    assert.deepEqual(claims, {
      name: "Demo Admin",
      groups: ["USERS", "ADMINS"],
      email: admin.email,
      email_verified: true,
      firebase: { identities: { email: [admin.email] }, sign_in_provider: "password" },
      aud: "demo-project",
      iss: "https://securetoken.google.com/demo-project",
    });
    assert.equal(exp, iat + 3600);
    assert.ok(Number(auth_time) <= iat);
    assert.match(String(sub), /^[a-z0-9]{28}$/);
    assert.equal(user_id, sub);
  });

  test("has no groups claim, rather than an empty one, for a caller without groups", async () => {
    assert.equal("groups" in (await verified(await signIn(issuer, nobody))), false);
  });

  test("has the caller's groups in the configured claim", async () => {
    const named = await start({ groupsClaim: "https://example.com/groups" });
    try {
      const claims = await verified(await signIn(named, user), named);
      assert.deepEqual(claims["https://example.com/groups"], ["USERS"]);
      assert.equal("groups" in claims, false);
    } finally {
      await named.close();
    }
  });

  test("keeps its subject and email whatever the name of the groups claim", async () => {
    const named = await start({ groupsClaim: "sub" });
    try {
      assert.match(String((await verified(await signIn(named, user), named)).sub), /^[a-z0-9]{28}$/);
    } finally {
      await named.close();
    }
  });

  test("from another issuer in the same process does not verify, but has the same subject", async () => {
    const other = await start();
    try {
      const token = await signIn(other, user);
      await assert.rejects(verified(token), { code: "ERR_JWKS_NO_MATCHING_KEY" });
      const { sub } = await verified(await signIn(issuer, user));
      assert.equal((await verified(token, other)).sub, sub);
    } finally {
      await other.close();
    }
  });

  test("from a refresh verifies too, with the original sign-in time and the current groups", async () => {
    const own = await start();
    try {
      const { body: first } = await signInWith({ email: user.email, password: user.password }, own);
      const account = own.accounts.withEmail(user.email);
      assert.ok(account);
      account.groups = ["USERS", "STAFF"];
      const { status, body } = await refreshWith({ refresh_token: String(first.refreshToken) }, own);
      assert.equal(status, 200);
      const claims = await verified(String(body.id_token), own);
      assert.deepEqual(claims.groups, ["USERS", "STAFF"]);
      assert.equal(claims.auth_time, (await verified(String(first.idToken), own)).auth_time);
    } finally {
      await own.close();
    }
  });
});

test("the discovery document names the issuer, and the keys at the address of the request", async () => {
  const { port } = new URL(issuer.url);
  const response = await fetch(`http://localhost:${port}/.well-known/openid-configuration`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    issuer: issuer.issuer,
    jwks_uri: `http://localhost:${port}/.well-known/jwks.json`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  });
});

test("the JWKS has only the public half of the key", async () => {
  const response = await fetch(issuer.jwksUri);
  const { keys } = (await response.json()) as { keys: object[] };
  assert.deepEqual(
    keys.map((key) => Object.keys(key).sort()),
    [["alg", "e", "kid", "kty", "n", "use"]],
  );
});

test("a sign-in responds with Firebase's fields and ignores the case of the email", async () => {
  const { status, body } = await signInWith({
    email: "ADMIN@example.com",
    password: admin.password,
    returnSecureToken: true,
  });
  const { localId, idToken, refreshToken, ...rest } = body;
  assert.equal(status, 200);
  assert.deepEqual(rest, {
    kind: "identitytoolkit#VerifyPasswordResponse",
    registered: true,
    email: admin.email,
    displayName: "Demo Admin",
    expiresIn: "3600",
  });
  assert.equal((await verified(String(idToken))).sub, localId);
  assert.match(String(refreshToken), /^[\w-]{43}$/);
});

test("a refresh responds with Firebase's fields, for a form and for JSON", async () => {
  const { body: first } = await signInWith({ email: admin.email, password: admin.password });
  const fields = { grant_type: "refresh_token", refresh_token: String(first.refreshToken) };
  const url = `${issuer.url}${SECURE_TOKEN_PATH}/v1/token?key=local`;
  for (const answer of [await post(url, fields), await post(url, new URLSearchParams(fields))]) {
    const { id_token, access_token, ...rest } = answer.body;
    assert.equal(answer.status, 200);
    assert.deepEqual(rest, {
      expires_in: "3600",
      refresh_token: first.refreshToken,
      token_type: "Bearer",
      user_id: first.localId,
      project_id: "12345",
    });
    assert.equal(access_token, id_token);
  }
});

describe("a sign-in is refused", () => {
  const { email, password } = user;
  const cases: [string, object, string][] = [
    ["an unknown e-mail", { email: "x@example.com", password }, "EMAIL_NOT_FOUND"],
    ["a wrong password", { email, password: "wrong" }, "INVALID_PASSWORD"],
    ["a malformed e-mail", { email: "x", password }, "INVALID_EMAIL"],
    ["an empty e-mail", { email: "", password }, "INVALID_EMAIL"],
    ["a missing e-mail", { password }, "MISSING_EMAIL"],
    ["a missing password", { email }, "MISSING_PASSWORD"],
    ["an empty password", { email, password: "" }, "MISSING_PASSWORD"],
    ["inherited names", JSON.parse(`{"__proto__":{"email":"${email}"},"password":"x"}`), "MISSING_EMAIL"],
    [
      "an e-mail that is a list",
      { email: [email], password },
      "Invalid JSON payload received. /email must be string",
    ],
    [
      "a returnSecureToken that is text",
      { email, password, returnSecureToken: "true" },
      "Invalid JSON payload received. /returnSecureToken must be boolean",
    ],
  ];
  for (const [what, fields, code] of cases) {
    test(`for ${what}, with ${code}`, async () => {
      assert.deepEqual(refusalOf(await signInWith(fields)), [400, code]);
    });
  }

  test("for a disabled account, with USER_DISABLED whatever the password, and so is its refresh", async () => {
    const own = await start();
    try {
      const account = own.accounts.withEmail(email);
      assert.ok(account);
      account.disabled = true;
      const { refreshToken } = account;
      for (const answer of [
        await signInWith({ email, password }, own),
        await signInWith({ email, password: "wrong" }, own),
        await refreshWith({ refresh_token: refreshToken }, own),
      ]) {
        assert.deepEqual(refusalOf(answer), [400, "USER_DISABLED"]);
      }
    } finally {
      await own.close();
    }
  });

  test("with the same code for an unknown email and a wrong password, with email enumeration protection", async () => {
    const own = await start({ emailEnumerationProtection: true });
    try {
      for (const fields of [
        { email: "x@example.com", password },
        { email, password: "wrong" },
      ]) {
        assert.deepEqual(refusalOf(await signInWith(fields, own)), [400, "INVALID_LOGIN_CREDENTIALS"]);
      }
    } finally {
      await own.close();
    }
  });
});

describe("a refresh is refused", () => {
  const cases: [string, object, string][] = [
    ["an unknown token", { refresh_token: "garbage" }, "INVALID_REFRESH_TOKEN"],
    ["a missing token", {}, "MISSING_REFRESH_TOKEN"],
    ["another grant type", { grant_type: "password" }, "INVALID_GRANT_TYPE"],
    ["an empty grant type", { grant_type: "" }, "MISSING_GRANT_TYPE"],
    [
      "a token that is a list",
      { refresh_token: [] },
      "Invalid JSON payload received. /refreshToken must be string",
    ],
  ];
  for (const [what, fields, code] of cases) {
    test(`for ${what}, with ${code}`, async () => {
      assert.deepEqual(refusalOf(await refreshWith(fields)), [400, code]);
    });
  }

  test("for an account that was removed, with INVALID_REFRESH_TOKEN", async () => {
    const own = await start();
    try {
      const account = own.accounts.withEmail(user.email);
      assert.ok(account);
      own.accounts.remove(account);
      const answer = await refreshWith({ refresh_token: account.refreshToken }, own);
      assert.deepEqual(refusalOf(answer), [400, "INVALID_REFRESH_TOKEN"]);
    } finally {
      await own.close();
    }
  });
});

describe("a request that is not a sign-in", () => {
  const signInUrl = () => `${issuer.url}${IDENTITY_TOOLKIT_PATH}/v1/accounts:signInWithPassword`;
  const good = JSON.stringify({ email: user.email, password: user.password });
  const json = { "content-type": "application/json" };
  const cases: [string, () => [string, RequestInit], number, string | RegExp][] = [
    ["without an API key", () => [signInUrl(), { body: good, headers: json }], 403, /API key/],
    ["with an empty API key", () => [`${signInUrl()}?key=`, { body: good, headers: json }], 403, /API key/],
    [
      "with two API keys",
      () => [`${signInUrl()}?key=a&key=b`, { body: good, headers: json }],
      403,
      /API key/,
    ],
    ["with no body", () => [`${signInUrl()}?key=a`, {}], 400, "MISSING_EMAIL"],
    ["with broken JSON", () => [`${signInUrl()}?key=a`, { body: "{", headers: json }], 400, /^Invalid JSON/],
    ["with null", () => [`${signInUrl()}?key=a`, { body: "null", headers: json }], 400, /^Invalid JSON/],
    ["with a list", () => [`${signInUrl()}?key=a`, { body: "[]", headers: json }], 400, /must be object/],
    [
      "with a form",
      () => [`${signInUrl()}?key=a`, { body: new URLSearchParams({ email: user.email }) }],
      400,
      "Invalid content-type: application/x-www-form-urlencoded",
    ],
    [
      "with a body of a megabyte",
      () => [`${signInUrl()}?key=a`, { body: "x".repeat(1024 * 1024), headers: json }],
      400,
      "Request payload size exceeds the limit: 65536 bytes.",
    ],
    ["with another method", () => [`${signInUrl()}?key=a`, { method: "PUT" }], 405, "Method Not Allowed"],
    ["to an unknown path", () => [`${issuer.url}/v1/nothing`, {}], 404, "Not Found"],
    ["to a path that is a property of Object", () => [`${issuer.url}/__proto__`, {}], 404, "Not Found"],
  ];
  for (const [what, request, status, message] of cases) {
    test(`${what}, is answered ${status} in Firebase's form`, async () => {
      const [url, init] = request();
      const response = await fetch(url, { method: "POST", ...init });
      const { error } = (await response.json()) as {
        error: { code: number; message: string; errors: object[] };
      };
      assert.equal(response.status, status);
      assert.equal(error.code, status);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      assert.equal(error.errors.length, 1);
    });
  }

  test("an API key can be in a header instead of the URL", async () => {
    const response = await fetch(signInUrl(), {
      method: "POST",
      headers: { ...json, "x-goog-api-key": "local" },
      body: good,
    });
    assert.equal(response.status, 200);
  });

  test("no response repeats unreadable input, which may contain a password", async () => {
    const response = await fetch(`${signInUrl()}?key=a`, { method: "POST", headers: json, body: '"hunter2' });
    assert.doesNotMatch(await response.text(), /hunter2/);
  });

  test("survives bytes that are not HTTP, malformed addresses and aborted requests", async () => {
    const { port } = new URL(issuer.url);
    for (const bytes of [
      "nonsense\r\n\r\n",
      "GET //[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ]) {
      const socket = connect(Number(port), "127.0.0.1");
      socket.end(bytes).resume();
      await once(socket, "close");
    }
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(
      "POST /securetoken.googleapis.com/v1/token?key=a HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{",
    );
    await once(socket, "connect");
    socket.destroy();
    await signIn(issuer, user);
  });
});

test("listens on loopback by default, and frees its port when it closes", async () => {
  const own = await start();
  assert.match(own.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const { port } = new URL(own.url);
  await assert.rejects(start({ port: Number(port) }), { code: "EADDRINUSE" });
  await own.close();
  await assert.rejects(fetch(own.url), /fetch failed/);
});

async function verified(token: string, { jwksUri, issuer: iss, audience } = issuer): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(jwksUri));
  const { payload } = await jwtVerify(token, keys, { algorithms: ["RS256"], issuer: iss, audience });
  return payload;
}

const signInWith = (fields: object, { url } = issuer) =>
  post(`${url}${IDENTITY_TOOLKIT_PATH}/v1/accounts:signInWithPassword?key=local`, fields);

const refreshWith = (fields: object, { url } = issuer) =>
  post(`${url}${SECURE_TOKEN_PATH}/v1/token?key=local`, { grant_type: "refresh_token", ...fields });

async function post(url: string, fields: object) {
  const isForm = fields instanceof URLSearchParams;
  const response = await fetch(url, {
    method: "POST",
    body: isForm ? fields : JSON.stringify(fields),
    ...(!isForm && { headers: { "content-type": "application/json" } }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function refusalOf({ status, body }: Awaited<ReturnType<typeof post>>) {
  return [status, (body.error as { message?: string } | undefined)?.message];
}
