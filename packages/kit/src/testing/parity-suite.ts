import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "../api.ts";
import type { RequestToSend } from "./payload-event.ts";
import { type Answer, type StartTarget, startTargets, type Target } from "./targets.ts";
import type { Environment } from "./test-environment.ts";
import { startTestIssuer, type TestIssuer } from "./test-issuer.ts";
import { issuerOptions } from "./test-issuer-dress.ts";

/** A request, and the status that it must get on every target. */
export interface ParityCase {
  readonly title: string;
  readonly status: number;
  /** The status behind an API Gateway that answers the request itself. */
  readonly statusBehindGateway?: number;
  request(issuer: TestIssuer): RequestToSend;
}

/** Headers of one connection, of one moment, or of the gateway: all others must be equal. */
const VARYING_HEADERS = [
  "connection",
  "keep-alive",
  "date",
  "content-length",
  "transfer-encoding",
  "apigw-requestid",
  // The rest, after the targets before.
  "ratelimit",
];

/**
 * Tests that every case gets the same response from every target, in status, body, headers and cookies, and
 * leaves the same lines in the log of each target that shows its log. Where a target is known to differ, its
 * response must be exactly the known one.
 */
export function paritySuite(
  api: Api,
  starts: readonly StartTarget[],
  cases: readonly ParityCase[],
  {
    environment,
    services,
  }: { readonly environment?: Environment; readonly services?: Readonly<Record<string, unknown>> } = {},
): void {
  describe("parity", () => {
    let issuer: TestIssuer;
    let targets: readonly Target[] = [];
    const logs = new Map<Target, string[]>();
    before(async () => {
      issuer = await startTestIssuer(issuerOptions(environment));
      const logged = starts.map(
        (start): StartTarget =>
          async (options) => {
            const lines: string[] = [];
            const target = await start({ ...options, write: (line) => lines.push(line) });
            if (target.showsLog) logs.set(target, lines);
            return target;
          },
      );
      targets = await startTargets(logged, { api, issuer, environment, services });
    });
    after(async () => {
      await Promise.all(targets.map((target) => target.close()));
      await issuer.close();
    });

    for (const { title, status, statusBehindGateway = status, request } of cases) {
      it(`${title}: ${status}, the same on every target`, async () => {
        const sent = request(issuer);
        let reference: Comparable | undefined;
        let referenceLines: readonly object[] | undefined;
        for (const target of targets) {
          logs.get(target)?.splice(0);
          const answer = await target.request(sent);
          const difference = target.differences?.[title];
          if (difference) {
            assert.equal(answer.status, difference.status, `${target.name}: ${difference.why}`);
            assert.match(answer.body.toString(), difference.body, `${target.name}: ${difference.why}`);
            continue;
          }
          const expected = target.isBehindGateway ? statusBehindGateway : status;
          assert.equal(answer.status, expected, `${target.name} answered ${answer.status} ${answer.body}`);
          if (target.isBehindGateway && isGatewayError(answer)) {
            if (expected === status) assert.equal(messageOf(answer), reference?.message, target.name);
            continue;
          }
          const comparable = comparableAnswer(answer, target);
          reference ??= comparable;
          assert.deepEqual(comparable, reference, target.name);
          const lines = logs.get(target)?.flatMap((line) => comparableLine(line, answer, target));
          referenceLines ??= lines;
          if (lines) assert.deepEqual(lines, referenceLines, `the log of ${target.name}`);
        }
      });
    }
  });
}

/** The gateway's own refusals: only a message. */
function isGatewayError({ status, body }: Answer): boolean {
  return status >= 400 && (body.length === 0 || /^\{"message":"[^"]*"\}$/.test(body.toString()));
}

function messageOf({ headers, body }: Answer): string | undefined {
  return headers["content-type"]?.startsWith("application/json") && body.length > 0
    ? JSON.parse(body.toString()).message
    : undefined;
}

/**
 * A log line without what may differ: the time, the ids, and the position in the code. The container's access
 * log is left out, because the gateway writes it for Lambda, and so are lines that an instance writes once.
 * The reason for a refused token is known only where it is verified.
 */
function comparableLine(text: string, answer: Answer, target: Target): object[] {
  const { time, requestId, lambdaRequestId, traceId, ...line } = JSON.parse(text);
  if ("request" in line || line.message === "health") return [];
  if (line.code === "001401") delete line.cause;
  assert.equal(requestId, answer.headers["x-request-id"], `${target.name} logged ${text}`);
  assert.match(traceId, /^[0-9a-f]{32}$/, `${target.name} logged ${text}`);
  return [JSON.parse(JSON.stringify(line, (name, value) => (name === "stack" ? undefined : value)))];
}

type Comparable = ReturnType<typeof comparableAnswer>;

/**
 * A response without what may differ: the request id, the time, the public root of this target, and what it
 * was built from.
 */
function comparableAnswer(answer: Answer, { basePath }: Target) {
  const { "x-request-id": requestId = "none", ...headers }: Record<string, string> = answer.headers;
  for (const name of VARYING_HEADERS) delete headers[name];
  if (headers.location?.startsWith(`${basePath}/`))
    headers.location = headers.location.slice(basePath.length);
  if (headers.link) headers.link = headers.link.replaceAll(`<${basePath}/`, "</");
  // A hash of the content, which is compared without the root.
  if (headers.etag?.startsWith("W/")) headers.etag = "W/";
  // The gateway's type for a response without content and without a type.
  if (answer.body.length === 0 && headers["content-type"] === "text/plain; charset=utf-8")
    delete headers["content-type"];
  const isJson = /^application\/(.+\+)?json\b/.test(headers["content-type"] ?? "");
  const body = isJson ? answer.body.toString() : answer.body.toString("base64");
  return {
    headers,
    message: messageOf(answer),
    cookies: answer.cookies.map((cookie) => cookie.replace(`; Path=${basePath || "/"};`, "; Path=/;")),
    requestId: /^[\w=-]{16,36}$/.test(requestId),
    body: body
      .replaceAll(requestId, "<request id>")
      .replace(/"version":"[^"]+","commit":"[^"]+"/, '"version":"<version>","commit":"<commit>"')
      .replaceAll(`"${basePath}/`, '"/')
      .replaceAll(`"url":"${basePath || "/"}"`, '"url":"/"'),
  };
}
