/** The refresh endpoint in both runtimes, in front of a stub of the identity provider. */
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
  multipart,
  multipartWithFile,
} from "./support/bodies.ts";
import { firebaseError, type StubProvider, startStubProvider } from "./support/stub-provider.ts";

const REFRESH_TOKEN = "AMf-vBx/refresh+token==&grant_type=password";
const FIELDS: Fields = [
  ["grant_type", "refresh_token"],
  ["refresh_token", REFRESH_TOKEN],
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
  stub.answerWith(200, {
    id_token: "fake-id-token",
    access_token: "fake-id-token",
    expires_in: "3600",
    token_type: "Bearer",
    refresh_token: "fake-refresh-token",
    user_id: "x",
    project_id: "12345",
  });
});

async function closeAll(among: readonly Target[]): Promise<void> {
  for (const target of among) await target.close();
}

function targetsWith(overrides: Record<string, string>): Promise<Target[]> {
  const environment = { ...stub.environment, FIREBASE_APP_API_KEY: "fake-api-key", ...overrides };
  const options = { api: fixtureApi, issuer, environment, write: (line: string) => logged.push(line) };
  return Promise.all([appTarget, handlerTarget].map((start) => start(options)));
}

async function answers({ contentType, body }: BodyToSend, among = targets): Promise<Answer[]> {
  const all: Answer[] = [];
  for (const target of among) {
    const headers = { "content-type": contentType };
    const answer = await target.request({ method: "POST", path: "/v1/auth/refresh", headers, body });
    assert.equal(answer.headers["cache-control"], "no-store");
    all.push(answer);
  }
  for (const secret of [REFRESH_TOKEN, "fake-api-key", "fake-id-token", "fake-refresh-token"]) {
    assert.ok(!logged.join("").includes(secret), `the log has ${secret}`);
  }
  return all;
}

async function assertRefused(sent: BodyToSend, status: number, code: string, field?: string): Promise<void> {
  for (const answer of await answers(sent)) {
    assert.equal(answer.status, status, answer.body.toString());
    const { error } = JSON.parse(answer.body.toString());
    assert.equal(error.code, code);
    if (field) assert.equal(error.fields[0].name, field);
  }
  assert.equal(stub.requests.length, 0, "the provider is not asked");
}

describe("POST /v1/auth/refresh (stub upstream)", () => {
  for (const [name, encode] of Object.entries(encodings)) {
    it(`accepts ${name}, with or without grant_type, and responds with OAuth's names for the token`, async () => {
      for (const fields of [FIELDS, FIELDS.slice(1)]) {
        for (const answer of await answers(encode(fields))) {
          assert.equal(answer.status, 200, answer.body.toString());
          assert.equal(answer.headers.pragma, "no-cache");
          assert.deepEqual(JSON.parse(answer.body.toString()), {
            access_token: "fake-id-token",
            expires_in: "3600",
            token_type: "bearer",
            refresh_token: "fake-refresh-token",
            user_id: "x",
            project_id: "12345",
          });
        }
      }
      assert.equal(stub.requests.length, 2 * targets.length);
      for (const { body } of stub.requests) {
        assert.equal(new URLSearchParams(body).get("refresh_token"), REFRESH_TOKEN);
        assert.deepEqual(new URLSearchParams(body).getAll("grant_type"), ["refresh_token"]);
      }
    });

    it(`refuses ${name} with another grant_type, without a token, or with an empty or too long one`, async () => {
      await assertRefused(
        encode([["grant_type", "password"], ...FIELDS.slice(1)]),
        400,
        "001400",
        "grant_type",
      );
      await assertRefused(encode(FIELDS.slice(0, 1)), 400, "001400", "refresh_token");
      await assertRefused(encode([["refresh_token", ""]]), 400, "001400", "refresh_token");
      await assertRefused(encode([["refresh_token", "x".repeat(5000)]]), 413, "001413");
    });
  }

  it("refuses a repeated token, and one in a file", async () => {
    for (const encode of [form, multipart]) {
      await assertRefused(encode([...FIELDS, ["refresh_token", "x"]]), 400, "001400", "refresh_token");
    }
    const file = multipartWithFile(FIELDS.slice(0, 1), "refresh_token", "x");
    await assertRefused(file, 400, "001400", "refresh_token");
  });

  for (const code of ["TOKEN_EXPIRED", "USER_DISABLED", "USER_NOT_FOUND", "INVALID_REFRESH_TOKEN"]) {
    it(`hides the reason, unless it is configured otherwise: ${code}`, async (t) => {
      for (const [detail, reason] of [
        ["generic", "The credentials were refused"],
        ["provider", code],
      ] as const) {
        stub.answerWith(400, firebaseError(400, code));
        const among = await targetsWith({ AUTH_ERROR_DETAIL: detail });
        t.after(() => closeAll(among));
        for (const answer of await answers(form(FIELDS), among)) {
          assert.equal(answer.status, 401);
          const { error } = JSON.parse(answer.body.toString());
          assert.deepEqual([error.code, error.reason], ["002401", reason]);
        }
      }
    });
  }

  it("does not exist when AUTH_ENDPOINTS is off", async (t) => {
    const among = await targetsWith({ AUTH_ENDPOINTS: "off" });
    t.after(() => closeAll(among));
    for (const { status } of await answers(form(FIELDS), among)) assert.equal(status, 404);
    assert.equal(stub.requests.length, 0);
  });
});
