/**
 * What an identity provider's fault leads to: the answer to the caller and the log, neither of which contains
 * a secret.
 */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { ApiError, type ErrorAnswer, errorAnswer } from "../../src/errors/api-error.ts";
import { catalogue, type ErrorCode } from "../../src/errors/catalogue.ts";
import { createLog } from "../../src/log.ts";

/** What a caller gets for an error, and what the log records. */
export type Failure = ErrorAnswer & Pick<ApiError, "code" | "reason" | "headers" | "cause">;

/** Runs a call that must fail, and checks that neither the answer nor the log contains a secret. */
export async function providerFailure(
  call: () => Promise<unknown>,
  secrets: readonly string[],
): Promise<Failure> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    let logged = "";
    createLog((line) => {
      logged += line;
    }).error("request failed", { error });
    const answer = errorAnswer(error, catalogue[error.code as ErrorCode], "request-id");
    const { code, reason, headers, cause } = error;
    const answered = JSON.stringify({ ...answer, headers });
    for (const secret of secrets) {
      const written = JSON.stringify(secret).slice(1, -1);
      assert.ok(!logged.includes(secret) && !logged.includes(written), `the log has ${secret}: ${logged}`);
      assert.ok(!answered.includes(secret) && !answered.includes(written), `the answer has ${secret}`);
    }
    return { ...answer, code, reason, headers, cause };
  }
  throw assert.fail("The call should have failed");
}

const page: RequestListener = (_request, response) =>
  response.writeHead(200, { "content-type": "text/html" }).end("<html>fake-token</html>");
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(code, headers).end();
const json =
  (code: number, body: unknown): RequestListener =>
  (_request, response) =>
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));

/** Unusable answers: 502. */
export const uselessAnswers: readonly (readonly [string, RequestListener])[] = [
  ["nothing", status(200)],
  ["no content", status(204)],
  ["a page", page],
  ["null", json(200, null)],
  ["a list", json(200, ["fake-token"])],
  ["a string", json(200, "fake-token")],
  ["an empty object", json(200, {})],
  ["an error that is not text", json(400, { error: ["invalid_grant"], __type: ["NotAuthorizedException"] })],
  ["an error without a name", json(400, {})],
  ["a redirect", status(307, { location: "/elsewhere" })],
];

/** A provider that is down: 503. */
export const downAnswers: readonly (readonly [string, RequestListener])[] = [
  ["500", json(500, { error: "server_error", __type: "InternalErrorException" })],
  ["503 as a page", (_request, response) => response.writeHead(503).end("<html>")],
  [
    "500 with a code that blames the caller",
    json(500, { error: "invalid_grant", __type: "NotAuthorizedException" }),
  ],
  ["a connection that is cut", (request) => request.socket.destroy()],
  ["an answer that is not HTTP", (request) => request.socket.end("hello\r\n\r\n")],
  [
    "an answer of a megabyte",
    json(200, { access_token: "x".repeat(1024 * 1024), AuthenticationResult: { AccessToken: "x" } }),
  ],
];

/** A provider that is too slow: 503, once the time is up. */
export const slowAnswers: readonly (readonly [string, RequestListener])[] = [
  ["an answer that never begins", () => {}],
  [
    "an answer that never ends",
    (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write('{"access_token":"fake-token"');
    },
  ],
];
