/**
 * The local issuer answers as the Firebase Auth emulator does: each request goes to both, and the answers are compared.
 * Ids, times and tokens differ by nature and are replaced by their kind; what else differs is listed with both answers.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { local } from "../../../packages/api/src/local.ts";
import type { LocalCaller } from "../../../packages/kit/src/local-stack.ts";
import type { LocalIdentity } from "../../../packages/local/src/identity/local-identity.ts";
import { type LocalIssuer, startLocalIssuer } from "../../../packages/local/src/identity/local-issuer.ts";
import { type FirebaseEmulator, startFirebaseEmulator } from "../src/emulator.ts";
import { setGroups } from "../src/set-groups.ts";

const { user, admin, nobody } = local.callers;
const { password } = user;
const disabled = caller("disabled@example.com");
const removed = caller("removed@example.com");
const changing = caller("changing@example.com", ["USERS"]);
const callers = [user, admin, nobody, disabled, removed, changing];

function caller(email: string, groups: string[] = []): LocalCaller {
  return { email, password, displayName: email, groups };
}

interface Request {
  readonly api: "sign-in" | "refresh";
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields, which are sent as each API expects them, or unchanged text. */
  readonly body: object | string;
  readonly method?: string;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

const signInWith = (body: Request["body"], rest: Partial<Request> = {}): Request => ({
  api: "sign-in",
  body,
  ...rest,
});
const refreshWith = (body: Request["body"], rest: Partial<Request> = {}): Request => ({
  api: "refresh",
  body,
  ...rest,
});

async function send(identity: LocalIdentity, request: Request): Promise<Answer> {
  const { api, query = "?key=local", method = "POST", body } = request;
  const headers = request.headers ?? (api === "sign-in" ? JSON_TYPE : FORM_TYPE);
  const url =
    api === "sign-in"
      ? `${identity.url}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword`
      : `${identity.url}/securetoken.googleapis.com/v1/token`;
  const isForm = headers["content-type"] === FORM_TYPE["content-type"];
  const fields = typeof body === "string" ? body : isForm ? formOf(body) : JSON.stringify(body);
  const response = await fetch(url + query, {
    method,
    headers,
    ...(method !== "GET" && { body: new TextEncoder().encode(fields) }),
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

function formOf(fields: object): string {
  return new URLSearchParams(Object.entries(fields)).toString();
}

let emulator: FirebaseEmulator;
let issuer: LocalIssuer;
before(async () => {
  emulator = await startFirebaseEmulator({ callers });
  issuer = await startLocalIssuer({ callers });

  const idAtEmulator = async (email: string) =>
    await emulator.asAdmin(async (auth) => (await auth.getUserByEmail(email)).uid);
  for (const email of [removed.email, disabled.email]) refreshTokens.set(email, await refreshTokensOf(email));
  const [disabledId, removedId] = [await idAtEmulator(disabled.email), await idAtEmulator(removed.email)];
  await emulator.asAdmin((auth) => auth.updateUser(disabledId, { disabled: true }));
  await emulator.asAdmin((auth) => auth.deleteUser(removedId));
  accountOf(disabled.email).disabled = true;
  issuer.accounts.remove(accountOf(removed.email));
});
after(async () => {
  await emulator.close();
  await issuer.close();
});

function accountOf(email: string) {
  const account = issuer.accounts.withEmail(email);
  assert.ok(account, email);
  return account;
}

/** A refresh token of each provider, taken while the account was good. */
type RefreshTokens = readonly [ofEmulator: string, ofIssuer: string];
const refreshTokens = new Map<string, RefreshTokens>();

async function refreshTokensOf(email: string): Promise<RefreshTokens> {
  const of = async (identity: LocalIdentity) =>
    String((await send(identity, signInWith({ email, password }))).body.refreshToken);
  return [await of(emulator), await of(issuer)];
}

describe("a sign-in", () => {
  for (const { email, groups } of [user, admin, nobody]) {
    it(`of ${email} has the same answer, and a token of the same header and claims`, async () => {
      const request = signInWith({ email, password, returnSecureToken: true });
      const [theirs, ours] = [await send(emulator, request), await send(issuer, request)];
      // The emulator leaves out the name, which production sends.
      const { displayName, ...ourBody } = ours.body;
      assert.equal(displayName, accountOf(email).displayName);
      assert.deepEqual([theirs.status, kindsOf(theirs.body)], [200, kindsOf(ourBody)]);

      const [theirToken, ourToken] = [
        await tokenOf(emulator, theirs.body.idToken),
        await tokenOf(issuer, ours.body.idToken),
      ];
      assert.deepEqual(ourToken, theirToken);
      assert.deepEqual(ourToken.claims.groups, groups.length > 0 ? groups : undefined);
    });
  }

  for (const [title, fields] of Object.entries({
    "without returnSecureToken": { email: user.email, password },
    "with returnSecureToken false": { email: user.email, password, returnSecureToken: false },
    "with an e-mail in capitals": { email: user.email.toUpperCase(), password },
    "with an unknown field": { email: user.email, password, unknown: true },
  })) {
    it(`${title} is granted by both`, async () => {
      for (const identity of [emulator, issuer]) {
        const { status, body } = await send(identity, signInWith(fields));
        assert.equal(status, 200, identity.name);
        assert.equal(body.email, user.email);
      }
    });
  }
});

describe("a refresh", () => {
  for (const [title, headers] of Object.entries({ form: FORM_TYPE, JSON: JSON_TYPE })) {
    it(`as ${title} has the same answer, and a token of the same header and claims`, async () => {
      const [theirs, ours] = await refreshBoth(await refreshTokensOf(admin.email), headers);
      assert.equal(theirs.status, 200);
      assert.deepEqual(kindsOf(ours.body), kindsOf(theirs.body));
      assert.equal(theirs.body.access_token, theirs.body.id_token);
      assert.equal(ours.body.access_token, ours.body.id_token);
      assert.deepEqual(
        await tokenOf(issuer, ours.body.id_token),
        await tokenOf(emulator, theirs.body.id_token),
      );
    });
  }

  it("after a change of groups has the new groups at both, and none after their end", async () => {
    const tokens = await refreshTokensOf(changing.email);
    for (const groups of [["USERS", "STAFF"], []]) {
      await emulator.asAdmin((auth) => setGroups(auth, changing.email, groups));
      accountOf(changing.email).groups = groups;
      const [theirs, ours] = await refreshBoth(tokens);
      const [theirToken, ourToken] = [
        await tokenOf(emulator, theirs.body.id_token),
        await tokenOf(issuer, ours.body.id_token),
      ];
      assert.deepEqual(ourToken, theirToken);
      assert.deepEqual(ourToken.claims.groups, groups.length > 0 ? groups : undefined);
    }
  });

  for (const [title, fields, code] of [
    ["without a grant type", {}, "MISSING_GRANT_TYPE"],
    ["with an empty grant type", { grant_type: "" }, "MISSING_GRANT_TYPE"],
    ["with another grant type", { grant_type: "password" }, "INVALID_GRANT_TYPE"],
  ] as const) {
    it(`of a good token, ${title}, is refused with ${code} by both`, async () => {
      const [theirToken, ourToken] = await refreshTokensOf(admin.email);
      const theirs = await send(emulator, refreshWith({ ...fields, refresh_token: theirToken }));
      assert.equal(codeOf(theirs), code);
      assert.deepEqual(await send(issuer, refreshWith({ ...fields, refresh_token: ourToken })), theirs);
    });
  }

  for (const [title, email, code] of [
    ["of a disabled account", disabled.email, "USER_DISABLED"],
    ["of an account that was deleted", removed.email, "INVALID_REFRESH_TOKEN"],
  ] as const) {
    it(`${title} is refused with ${code} by both`, async () => {
      const tokens = refreshTokens.get(email);
      assert.ok(tokens);
      const [theirs, ours] = await refreshBoth(tokens);
      assert.equal(codeOf(theirs), code);
      assert.deepEqual(ours, theirs);
    });
  }

  it("of revoked tokens is still granted by both: neither revokes", async () => {
    const tokens = await refreshTokensOf(user.email);
    await emulator.asAdmin(async (auth) =>
      auth.revokeRefreshTokens((await auth.getUserByEmail(user.email)).uid),
    );
    const [theirs, ours] = await refreshBoth(tokens);
    assert.deepEqual([theirs.status, ours.status], [200, 200]);
  });

  async function refreshBoth([theirs, ours]: RefreshTokens, headers = FORM_TYPE) {
    const request = (refresh_token: string) =>
      refreshWith({ grant_type: "refresh_token", refresh_token }, { headers });
    return [await send(emulator, request(theirs)), await send(issuer, request(ours))] as const;
  }
});

describe("a request that is refused has the same answer", () => {
  const { email } = user;
  const good = { email, password };
  const isTextRefused = (name: string) => `Invalid JSON payload received. /${name} must be string`;
  const noKey = "The request is missing a valid API key.";
  const cases: readonly (readonly [title: string, status: number, message: string, Request])[] = [
    ["an unknown e-mail", 400, "EMAIL_NOT_FOUND", signInWith({ email: "x@example.com", password })],
    [
      "an e-mail with a space before it",
      400,
      "EMAIL_NOT_FOUND",
      signInWith({ email: ` ${email}`, password }),
    ],
    ["a wrong password", 400, "INVALID_PASSWORD", signInWith({ email, password: "wrong" })],
    ["a password that is a number", 400, "INVALID_PASSWORD", signInWith({ email, password: 5 })],
    ["a disabled account", 400, "USER_DISABLED", signInWith({ email: disabled.email, password })],
    [
      "a disabled account, with a wrong password",
      400,
      "USER_DISABLED",
      signInWith({ email: disabled.email, password: "wrong" }),
    ],
    ["a removed account", 400, "EMAIL_NOT_FOUND", signInWith({ email: removed.email, password })],
    ["a malformed e-mail", 400, "INVALID_EMAIL", signInWith({ email: "x", password })],
    ["an e-mail with two @", 400, "INVALID_EMAIL", signInWith({ email: "x@y@z", password })],
    ["an empty e-mail", 400, "INVALID_EMAIL", signInWith({ email: "", password })],
    ["an e-mail that is a number", 400, "INVALID_EMAIL", signInWith({ email: 5, password })],
    ["a missing e-mail", 400, "MISSING_EMAIL", signInWith({ password })],
    ["a missing password", 400, "MISSING_PASSWORD", signInWith({ email })],
    ["an empty password", 400, "MISSING_PASSWORD", signInWith({ email, password: "" })],
    ["a malformed e-mail and no password", 400, "INVALID_EMAIL", signInWith({ email: "x" })],
    ["no fields", 400, "MISSING_EMAIL", signInWith({})],
    ["an empty body of JSON", 400, "MISSING_EMAIL", signInWith("")],
    [
      "fields in __proto__",
      400,
      "MISSING_EMAIL",
      signInWith(`{"__proto__":{"email":"${email}"},"password":"${password}"}`),
    ],
    ["an e-mail that is null", 400, isTextRefused("email"), signInWith({ email: null, password })],
    ["an e-mail that is a list", 400, isTextRefused("email"), signInWith({ email: [email], password })],
    ["a password that is a list", 400, isTextRefused("password"), signInWith({ email, password: [] })],
    ["two fields that are lists", 400, isTextRefused("email"), signInWith({ email: [], password: [] })],
    [
      "a returnSecureToken that is text",
      400,
      "Invalid JSON payload received. /returnSecureToken must be boolean",
      signInWith({ ...good, returnSecureToken: "true" }),
    ],
    ["a list", 400, "Invalid JSON payload received.  must be object", signInWith("[]")],
    ["no API key", 403, noKey, signInWith(good, { query: "" })],
    ["an empty API key", 403, noKey, signInWith(good, { query: "?key=" })],
    ["two API keys", 403, noKey, signInWith(good, { query: "?key=a&key=b" })],
    ["no API key, and broken JSON", 403, noKey, signInWith("{", { query: "" })],
    [
      "a form",
      400,
      "Invalid content-type: application/x-www-form-urlencoded",
      signInWith(good, { headers: FORM_TYPE }),
    ],
    [
      "plain text",
      400,
      "Invalid content-type: text/plain",
      signInWith(good, { headers: { "content-type": "text/plain" } }),
    ],
    ["a refresh without a token", 400, "MISSING_REFRESH_TOKEN", refreshWith({ grant_type: "refresh_token" })],
    [
      "a refresh with an empty token",
      400,
      "MISSING_REFRESH_TOKEN",
      refreshWith({ grant_type: "refresh_token", refresh_token: "" }),
    ],
    [
      "a refresh with garbage",
      400,
      "INVALID_REFRESH_TOKEN",
      refreshWith({ grant_type: "refresh_token", refresh_token: "garbage" }),
    ],
    [
      "a refresh with a number",
      400,
      "INVALID_REFRESH_TOKEN",
      refreshWith({ grant_type: "refresh_token", refresh_token: 5 }, { headers: JSON_TYPE }),
    ],
    [
      "a refresh with two tokens",
      400,
      isTextRefused("refreshToken"),
      refreshWith("grant_type=refresh_token&refresh_token=a&refresh_token=b"),
    ],
    [
      "a refresh with a list",
      400,
      "Invalid JSON payload received.  must be object",
      refreshWith("[]", { headers: JSON_TYPE }),
    ],
    [
      "a refresh without an API key",
      403,
      noKey,
      refreshWith({ grant_type: "refresh_token", refresh_token: "x" }, { query: "" }),
    ],
    [
      "a refresh as plain text",
      400,
      "Invalid content-type: text/plain",
      refreshWith("x", { headers: { "content-type": "text/plain" } }),
    ],
  ];
  for (const [title, status, message, request] of cases) {
    it(`for ${title}: ${status} ${message}`, async () => {
      const theirs = await send(emulator, request);
      assert.deepEqual([theirs.status, codeOf(theirs)], [status, message]);
      assert.deepEqual(await send(issuer, request), theirs);
    });
  }

  it("for an unknown e-mail and a wrong password, under e-mail enumeration protection: INVALID_LOGIN_CREDENTIALS", async () => {
    const protecting = await startLocalIssuer({ callers, emailEnumerationProtection: true });
    const protect = (enableImprovedEmailPrivacy: boolean) =>
      fetch(`${emulator.url}/emulator/v1/projects/${emulator.audience}/config`, {
        method: "PATCH",
        headers: JSON_TYPE,
        body: JSON.stringify({ emailPrivacyConfig: { enableImprovedEmailPrivacy } }),
      });
    assert.equal((await protect(true)).status, 200);
    try {
      for (const fields of [
        { email: "x@example.com", password },
        { email, password: "wrong" },
      ]) {
        const theirs = await send(emulator, signInWith(fields));
        assert.equal(codeOf(theirs), "INVALID_LOGIN_CREDENTIALS");
        assert.deepEqual(await send(protecting, signInWith(fields)), theirs);
      }
    } finally {
      await protect(false);
      await protecting.close();
    }
  });
});

describe("the known differences are", () => {
  const good = { email: user.email, password };
  const cases: readonly (readonly [
    title: string,
    request: Request,
    ofEmulator: readonly [status: number, message: string | RegExp],
    ofIssuer: readonly [status: number, message: string],
  ])[] = [
    [
      "broken JSON is not quoted, for it may hold a password",
      signInWith("{"),
      [400, /^Invalid JSON payload received\. Expected property name/],
      [400, "Invalid JSON payload received. Expected an object."],
    ],
    [
      "a body that is not an object, likewise",
      signInWith("null"),
      [400, /^Invalid JSON payload received\. Unexpected token/],
      [400, "Invalid JSON payload received. Expected an object."],
    ],
    [
      "a sign-in without a body is the caller's mistake",
      signInWith("", { headers: {} }),
      [500, /^Cannot read properties of undefined/],
      [400, "MISSING_EMAIL"],
    ],
    [
      "a refresh without a body, likewise",
      refreshWith("", { headers: {} }),
      [500, /^Cannot read properties of undefined/],
      [400, "MISSING_GRANT_TYPE"],
    ],
    [
      "a refresh token that decodes to null, likewise",
      refreshWith({ grant_type: "refresh_token", refresh_token: "bnVsbA==" }),
      [500, /^Cannot read properties of null/],
      [400, "INVALID_REFRESH_TOKEN"],
    ],
    [
      "another method is refused in the form of every other error",
      signInWith(good, { method: "GET" }),
      [405, /^Method GET not allowed/],
      [405, "Method Not Allowed"],
    ],
    [
      "there are no tenants, so a tenant is an unknown field",
      signInWith({ ...good, tenantId: "tenant" }),
      [400, "EMAIL_NOT_FOUND"],
      [200, "no error"],
    ],
  ];
  for (const [title, request, [theirStatus, theirMessage], ours] of cases) {
    it(title, async () => {
      const theirs = await send(emulator, request);
      assert.equal(theirs.status, theirStatus);
      assert.match(
        codeOf(theirs),
        typeof theirMessage === "string" ? new RegExp(`^${theirMessage}$`) : theirMessage,
      );
      const answer = await send(issuer, request);
      assert.deepEqual([answer.status, codeOf(answer)], ours);
    });
  }
});

/** An answer in which each field whose value is new every time has only its kind. */
function kindsOf(body: Answer["body"]): object {
  const isNew = [
    "localId",
    "user_id",
    "idToken",
    "id_token",
    "access_token",
    "refreshToken",
    "refresh_token",
  ];
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, isNew.includes(name) ? typeof value : value]),
  );
}

/** A verified token, without what is new every time, whose relations are asserted instead. */
async function tokenOf(identity: LocalIdentity, token: unknown) {
  const { payload, protectedHeader } = await jwtVerify(
    String(token),
    createRemoteJWKSet(new URL(identity.jwksUri)),
    { algorithms: ["RS256"], issuer: identity.issuer, audience: identity.audience },
  );
  const { sub, user_id, iat = 0, exp, auth_time, ...claims } = payload;
  assert.equal(user_id, sub);
  assert.match(String(sub), /^[A-Za-z0-9]{28}$/);
  assert.equal(exp, iat + 3600);
  assert.ok(typeof auth_time === "number" && auth_time <= iat && auth_time > iat - 60);
  return { header: { ...protectedHeader, kid: typeof protectedHeader.kid }, claims };
}

function codeOf({ body }: Answer): string {
  const { message } = (body.error ?? body) as { message?: string };
  return message ?? "no error";
}
