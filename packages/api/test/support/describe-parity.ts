import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ParityCase } from "./parity-cases.ts";
import type { TestIssuer } from "./test-issuer.ts";
import type { Answer, Way } from "./ways.ts";

/** Headers of one connection, of one moment, or of the gateway: everything else must be the same. */
const VARYING_HEADERS = [
  "connection",
  "keep-alive",
  "date",
  "content-length",
  "transfer-encoding",
  "apigw-requestid",
];

/** Describes that every case gets the same answer from every way: status, body, headers, cookies. */
export function describeParity(
  title: string,
  cases: readonly ParityCase[],
  world: () => { readonly issuer: TestIssuer; readonly ways: readonly Way[] },
): void {
  describe(title, () => {
    for (const { title, status, request } of cases) {
      it(`${title}: ${status}, the same every way`, async () => {
        const { issuer, ways } = world();
        const sent = request(issuer);
        let reference: unknown;
        for (const way of ways) {
          const answer = await way.send(sent);
          assert.equal(answer.status, status, `${way.name} answered ${answer.status} ${answer.body}`);
          const comparable = comparableAnswer(answer, way, sent.headers?.["x-request-id"]);
          reference ??= comparable;
          assert.deepEqual(comparable, reference, way.name);
        }
      });
    }
  });
}

/** An answer without what may differ: the request's own id, the moment, and where this way's callers see the root. */
function comparableAnswer(answer: Answer, { basePath }: Way, sentId: string | undefined) {
  const { "x-request-id": requestId = "none", ...headers }: Record<string, string> = answer.headers;
  for (const name of VARYING_HEADERS) delete headers[name];
  const isJson = headers["content-type"]?.startsWith("application/json");
  const body = isJson ? answer.body.toString() : answer.body.toString("base64");
  return {
    headers,
    cookies: answer.cookies,
    requestId: sentId === undefined ? /^[\w=-]{16,36}$/.test(requestId) : requestId,
    body: body
      .replaceAll(requestId, "<request id>")
      .replaceAll(`"${basePath}/v1`, '"/v1')
      .replaceAll(`"url":"${basePath || "/"}"`, '"url":"/"'),
  };
}
