/** The token endpoint in both runtimes, in front of a stub of the identity provider. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type Answer, appTarget, handlerTarget, type Target } from "../src/testing/targets.ts";
import { startTestIssuer, type TestIssuer } from "../src/testing/test-issuer.ts";
import { fixtureApi } from "./fixtures/api.ts";
import {
  type BodyToSend,
  encodings,
  type Fields,
  form,
  json,
  multipart,
  multipartWithFile,
} from "./support/bodies.ts";
import { firebaseError, type StubProvider, startStubProvider } from "./support/stub-provider.ts";

const USERNAME = "alice@example.com";
const PASSWORD = 'pa"ss wörd+&=%41💡';
const FIELDS: Fields = [
  ["grant_type", "password"],
  ["username", USERNAME],
  ["password", PASSWORD],
];

let issuer: TestIssuer;
let stub: StubProvider;
let targets: Target[];
let logged: string[] = [];

before(async () => {
  issuer = await startTestIssuer();
  stub = await startStubProvider();
  targets = await targetsWith({});
});
after(async () => {
  await closeAll(targets);
  await stub.close();
  await issuer.close();
});
beforeEach(() => {
  logged = [];
  stub.answerWith(200, { localId: "x", idToken: "fake-id-token", refreshToken: "fake-refresh-token" });
});

async function closeAll(among: readonly Target[]): Promise<void> {
  for (const target of among) await target.close();
}

function targetsWith(overrides: Record<string, string>): Promise<Target[]> {
  const environment = { ...stub.environment, FIREBASE_APP_API_KEY: "fake-api-key", ...overrides };
  const options = { api: fixtureApi, issuer, environment, write: (line: string) => logged.push(line) };
  return Promise.all([appTarget, handlerTarget].map((start) => start(options)));
}

function post(
  target: Target,
  { contentType, body }: Partial<BodyToSend>,
  headers: object = {},
): Promise<Answer> {
  return target.request({
    method: "POST",
    path: "/v1/auth/token",
    headers: { ...(contentType !== undefined && { "content-type": contentType }), ...headers },
    ...(body !== undefined && { body }),
  });
}

/** Sends it in every way; checks that the answer may not be stored, and that the log has no secret. */
async function answers(sent: Partial<BodyToSend>, headers: object = {}, among = targets): Promise<Answer[]> {
  const all: Answer[] = [];
  for (const target of among) {
    const answer = await post(target, sent, headers);
    assert.equal(answer.headers["cache-control"], "no-store");
    all.push(answer);
  }
  for (const secret of [PASSWORD, JSON.stringify(PASSWORD).slice(1, -1), "fake-api-key", "fake-id-token"]) {
    assert.ok(!logged.join("").includes(secret), `the log has ${secret}`);
  }
  return all;
}

async function assertRefused(sent: Partial<BodyToSend>, status: number, code: string, headers: object = {}) {
  const all = await answers(sent, headers);
  const errors = all.map((answer) => {
    assert.equal(answer.status, status, answer.body.toString());
    const { error } = JSON.parse(answer.body.toString());
    assert.equal(error.code, code);
    return error;
  });
  assert.equal(stub.requests.length, 0, "the provider is not asked");
  return errors;
}

describe("POST /v1/auth/token (stub upstream)", () => {
  for (const [name, encode] of Object.entries(encodings)) {
    it(`accepts ${name}, and returns the provider's JSON with OAuth's names for the token`, async () => {
      for (const answer of await answers(encode(FIELDS))) {
        assert.equal(answer.status, 200, answer.body.toString());
        assert.equal(answer.headers.pragma, "no-cache");
        assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
        assert.deepEqual(JSON.parse(answer.body.toString()), {
          localId: "x",
          refreshToken: "fake-refresh-token",
          access_token: "fake-id-token",
          token_type: "bearer",
        });
      }
      assert.equal(stub.requests.length, targets.length);
      for (const { body, url } of stub.requests) {
        const sent = { email: USERNAME, password: PASSWORD, returnSecureToken: true };
        assert.deepEqual(JSON.parse(body), sent);
        assert.equal(url.searchParams.get("key"), "fake-api-key");
      }
    });

    it(`accepts ${name} without grant_type, and with unknown fields`, async () => {
      const scope: Fields = [["scope", ""], ["client_id", "x"], ...FIELDS.slice(1)];
      for (const { status } of await answers(encode(scope))) assert.equal(status, 200);
    });

    it(`refuses ${name} with another grant_type`, async () => {
      for (const grant of ["refresh_token", "client_credentials", "Password", "password ", ""]) {
        const [error] = await assertRefused(
          encode([["grant_type", grant], ...FIELDS.slice(1)]),
          400,
          "001400",
        );
        assert.deepEqual(error.fields[0].name, "grant_type");
      }
    });

    for (const [missing, fields] of [
      ["username", [["password", PASSWORD]]],
      ["password", [["username", USERNAME]]],
    ] as const) {
      it(`names the field that ${name} lacks: ${missing}`, async () => {
        for (const error of await assertRefused(encode(fields), 400, "001400")) {
          assert.deepEqual(error.fields, [{ in: "body", name: missing, message: "is required" }]);
        }
      });
    }

    it(`names both fields that ${name} lacks`, async () => {
      for (const error of await assertRefused(encode([["grant_type", "password"]]), 400, "001400")) {
        assert.deepEqual(error.fields.map((field: { name: string }) => field.name).sort(), [
          "password",
          "username",
        ]);
      }
    });

    it(`refuses empty fields of ${name}, and fields that are too long`, async () => {
      for (const fields of [
        [
          ["username", ""],
          ["password", "x"],
        ],
        [
          ["username", "x"],
          ["password", ""],
        ],
        [
          ["username", "a".repeat(256)],
          ["password", "x"],
        ],
      ] as const) {
        await assertRefused(encode(fields), 400, "001400");
      }
    });

    it(`refuses ${name} of more than 4096 bytes`, async () => {
      await assertRefused(
        encode([
          ["username", "a"],
          ["password", "x".repeat(5000)],
        ]),
        413,
        "001413",
      );
    });
  }

  it("refuses a repeated field, even with equal values", async () => {
    for (const encode of [form, multipart]) {
      for (const twice of ["username", "password", "grant_type"]) {
        const fields: Fields = [...FIELDS, FIELDS.find(([name]) => name === twice) ?? ["", ""]];
        for (const error of await assertRefused(encode(fields), 400, "001400")) {
          assert.equal(error.fields[0].name, twice);
        }
      }
    }
  });

  it("refuses a file where text is expected", async () => {
    for (const [name, rest] of [
      ["password", FIELDS.slice(0, 2)],
      ["username", [FIELDS[0], FIELDS[2]]],
    ] as [string, Fields][]) {
      for (const error of await assertRefused(multipartWithFile(rest, name, "content"), 400, "001400")) {
        assert.equal(error.fields[0].name, name);
        assert.ok(!JSON.stringify(error).includes("secret.txt"));
      }
    }
  });

  it("refuses JSON whose fields are not strings", async () => {
    for (const value of [1, true, null, ["x"], { $ne: "" }]) {
      for (const body of [
        { username: value, password: "x" },
        { username: "x", password: value },
      ]) {
        await assertRefused({ contentType: "application/json", body: JSON.stringify(body) }, 400, "001400");
      }
    }
    for (const body of ["[]", "null", '"username"', "1"]) {
      await assertRefused({ contentType: "application/json", body }, 400, "001400");
    }
  });

  it("refuses a body that does not match its type, and quotes nothing of it", async () => {
    const { contentType, body } = multipart(FIELDS);
    for (const sent of [
      { contentType: "application/json", body: `{"username":"a","password":${PASSWORD}}` },
      { contentType: "application/json", body: `{"username":"a","password":${JSON.stringify(PASSWORD)}` },
      { contentType: "application/json", body: form(FIELDS).body },
      { contentType, body: body.slice(0, -10) },
      { contentType, body: form(FIELDS).body },
      { contentType: "multipart/form-data", body },
      { contentType: "multipart/form-data; boundary=other", body },
    ]) {
      for (const error of await assertRefused(sent, 400, "001400")) {
        assert.match(error.reason, /^The body is not well-formed [a-z/-]+$/);
      }
    }
  });

  it("refuses a body of another type", async () => {
    const { body } = form(FIELDS);
    for (const contentType of [
      "text/plain",
      "application/xml",
      "application/json-patch+json",
      "form",
      "*/*",
    ]) {
      await assertRefused({ contentType, body }, 415, "001415");
    }
  });

  it("accepts a type in any case and with UTF-8 as its charset, and refuses any other charset", async () => {
    const { body } = json(FIELDS);
    for (const contentType of [
      "Application/JSON",
      "application/json; charset=utf-8",
      'application/json;charset="UTF-8"',
    ]) {
      for (const { status } of await answers({ contentType, body })) assert.equal(status, 200, contentType);
    }
    stub.answerWith(200, {});
    for (const charset of ["utf-16", "iso-8859-1", '"us-ascii"', "x"]) {
      await assertRefused({ contentType: `application/json; charset=${charset}`, body }, 415, "001415");
    }
  });

  it("refuses a body with a content encoding", async () => {
    for (const encoding of ["gzip", "br", "deflate", "x"]) {
      await assertRefused(form(FIELDS), 415, "001415", { "content-encoding": encoding });
    }
  });

  it("requires a body", async () => {
    for (const sent of [
      {},
      { contentType: "application/json" },
      { contentType: "application/json", body: "" },
    ]) {
      await assertRefused(sent, 400, "001400");
    }
  });

  it("ignores the query", async () => {
    for (const target of targets) {
      const path = `/v1/auth/token?${form(FIELDS).body}`;
      assert.equal((await target.request({ method: "POST", path })).status, 400);
    }
    assert.equal(stub.requests.length, 0);
  });

  it("does not reveal who exists, unless it is configured otherwise", async (t) => {
    for (const [environment, reason] of [
      [{}, "The credentials were refused"],
      [{ AUTH_ERROR_DETAIL: "generic" }, "The credentials were refused"],
      [{ AUTH_ERROR_DETAIL: "provider" }, "EMAIL_NOT_FOUND"],
      [{ NODE_ENV: "development" }, "EMAIL_NOT_FOUND"],
      [{ NODE_ENV: "production" }, "The credentials were refused"],
    ] as const) {
      stub.answerWith(400, firebaseError(400, "EMAIL_NOT_FOUND"));
      const among = await targetsWith(environment);
      t.after(() => closeAll(among));
      for (const answer of await answers(form(FIELDS), {}, among)) {
        assert.equal(answer.status, 401);
        assert.equal(answer.headers["www-authenticate"], "Bearer");
        const { error, message } = JSON.parse(answer.body.toString());
        assert.deepEqual([error.code, error.reason, message], ["002401", reason, reason]);
      }
    }
  });

  const outcomes: readonly [number, object, number, string][] = [
    [200, { localId: "x", mfaPendingCredential: "y", mfaInfo: [] }, 403, "002403"],
    [400, firebaseError(400, "TOO_MANY_ATTEMPTS_TRY_LATER : Wait."), 401, "002401"],
    [400, firebaseError(400, "QUOTA_EXCEEDED : Wait."), 429, "001429"],
    [400, firebaseError(400, "API key not valid. Please pass a valid API key."), 502, "001502"],
    [403, firebaseError(403, "Consumer 'api_key:fake-api-key' has been suspended."), 502, "001502"],
    [500, firebaseError(500, `Failed for fake-api-key and ${PASSWORD}`), 503, "001503"],
  ];
  for (const [status, body, expected, code] of outcomes) {
    it(`returns ${code} for the provider's ${status} ${JSON.stringify(body).slice(0, 60)}`, async () => {
      stub.answerWith(status, body);
      for (const answer of await answers(form(FIELDS))) {
        assert.equal(answer.status, expected, answer.body.toString());
        assert.equal(JSON.parse(answer.body.toString()).error.code, code);
        assert.equal(answer.headers["retry-after"], expected === 429 ? "60" : undefined);
      }
      assert.equal(stub.requests.length, targets.length, "one request each");
    });
  }

  it("does not exist when AUTH_ENDPOINTS is off, with or without a key", async (t) => {
    for (const key of ["fake-api-key", ""]) {
      const among = await targetsWith({ AUTH_ENDPOINTS: "off", FIREBASE_APP_API_KEY: key });
      t.after(() => closeAll(among));
      for (const answer of await answers(form(FIELDS), {}, among)) {
        assert.equal(answer.status, 404);
        assert.equal(JSON.parse(answer.body.toString()).error.code, "001404");
      }
    }
    assert.equal(stub.requests.length, 0);
  });
});
