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

/**
 * Describes that every case gets the same answer from every way: status, body, headers, cookies. Where a way is known to
 * differ, it must answer exactly that.
 */
export function describeParity(
  title: string,
  cases: readonly ParityCase[],
  world: () => { readonly issuer: TestIssuer; readonly ways: readonly Way[] },
): void {
  describe(title, () => {
    for (const { title, status, statusBehindGateway = status, request } of cases) {
      it(`${title}: ${status}, the same every way`, async () => {
        const { issuer, ways } = world();
        const sent = request(issuer);
        let reference: Comparable | undefined;
        for (const way of ways) {
          const answer = await way.send(sent);
          const difference = way.differences?.[title];
          if (difference) {
            assert.equal(answer.status, difference.status, `${way.name}: ${difference.why}`);
            assert.match(answer.body.toString(), difference.body, `${way.name}: ${difference.why}`);
            continue;
          }
          const expected = way.isBehindGateway ? statusBehindGateway : status;
          assert.equal(answer.status, expected, `${way.name} answered ${answer.status} ${answer.body}`);
          if (way.isBehindGateway && isGatewayError(answer)) {
            if (expected === status) assert.equal(messageOf(answer), reference?.message, way.name);
            continue;
          }
          const comparable = comparableAnswer(answer, way, sent.headers?.["x-request-id"]);
          reference ??= comparable;
          assert.deepEqual(comparable, reference, way.name);
        }
      });
    }
  });
}

/** The gateway's own refusals: a message, and nothing else. */
function isGatewayError({ status, body }: Answer): boolean {
  return status >= 400 && (body.length === 0 || /^\{"message":"[^"]*"\}$/.test(body.toString()));
}

function messageOf({ headers, body }: Answer): string | undefined {
  return headers["content-type"]?.startsWith("application/json") && body.length > 0
    ? JSON.parse(body.toString()).message
    : undefined;
}

type Comparable = ReturnType<typeof comparableAnswer>;

/**
 * An answer without what may differ: the request's own id, the moment, where this way's callers see the root, and what
 * it was built of.
 */
function comparableAnswer(answer: Answer, { basePath }: Way, sentId: string | undefined) {
  const { "x-request-id": requestId = "none", ...headers }: Record<string, string> = answer.headers;
  for (const name of VARYING_HEADERS) delete headers[name];
  const isJson = headers["content-type"]?.startsWith("application/json");
  const body = isJson ? answer.body.toString() : answer.body.toString("base64");
  return {
    headers,
    message: messageOf(answer),
    cookies: answer.cookies,
    requestId: sentId === undefined ? /^[\w=-]{16,36}$/.test(requestId) : requestId,
    body: body
      .replaceAll(requestId, "<request id>")
      .replace(/"version":"[^"]+","commit":"[^"]+"/, '"version":"<version>","commit":"<commit>"')
      .replaceAll(`"${basePath}/v1`, '"/v1')
      .replaceAll(`"url":"${basePath || "/"}"`, '"url":"/"'),
  };
}
