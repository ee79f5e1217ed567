/** A thousand simultaneous callers: no answer and no log line is ever another caller's, in either runtime. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { auth } from "../src/route/access.ts";
import { defineRoute } from "../src/route/define-route.ts";
import { handlerTarget, serverTarget } from "../src/testing/targets.ts";
import { startTestIssuer } from "../src/testing/test-issuer.ts";
import { apiOf } from "./fixtures/api.ts";

const ROUNDS = 16;
const CALLERS_AT_ONCE = 64;

/**
 * Answers with all that it knows of its caller, after some turns of the event loop; every eleventh fails
 * instead.
 */
const describeCaller = defineRoute({
  operationId: "describeCaller",
  method: "POST",
  path: "/v1/callers/{caller}",
  summary: "Describes the caller.",
  request: (z) => ({
    query: z.object({ query: z.string() }),
    headers: z.object({ "x-own": z.string() }),
    body: z.object({ text: z.string() }),
  }),
  responses: (z) => ({ 200: { description: "The caller.", schema: z.unknown() } }),
}).handler(
  auth(async ({ principal, params, query, headers, body, requestId, trace, log }) => {
    for (let turns = Number(params.caller.split("-")[1]) % 5; turns > 0; turns -= 1) await setImmediate();
    log.info("described", { caller: principal.subject });
    if (body.text.startsWith("fail")) throw new Error(`of ${principal.subject}`);
    const { subject, claims } = principal;
    const told = { ...params, ...query, own: headers["x-own"], ...body };
    return {
      status: 200,
      body: { subject, email: claims.email, ...told, requestId, traceId: trace.traceId },
    };
  }),
);

describe("a thousand callers", () => {
  for (const startTarget of [handlerTarget, serverTarget]) {
    it(`${ROUNDS} rounds of ${CALLERS_AT_ONCE} different callers at once, each gets its own response: ${startTarget === handlerTarget ? "handler" : "server"}`, async (t) => {
      const issuer = await startTestIssuer();
      const lines: string[] = [];
      const target = await startTarget({
        api: apiOf([describeCaller]),
        issuer,
        write: (line) => lines.push(line),
      });
      t.after(async () => {
        await target.close();
        await issuer.close();
      });
      const tokens = Array.from({ length: CALLERS_AT_ONCE }, (_, index) =>
        issuer.bearer(["USERS"], { sub: `caller-${index}`, email: `${index}@example.com` }),
      );

      for (let round = 0; round < ROUNDS; round += 1) {
        await Promise.all(
          tokens.map(async (authorization, index) => {
            const own = `${round}-${index}`;
            const traceId = own.replace("-", "f").padStart(32, "a");
            const kind = index % 7 === 3 ? "refused" : index % 11 === 5 ? "fail" : "work";
            const answer = await target.request({
              method: "POST",
              path: `/v1/callers/${own}?query=${own}`,
              headers: {
                ...(kind !== "refused" && { authorization }),
                "content-type": "application/json",
                traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
                "x-own": own,
                "x-request-id": `client-${own}`,
              },
              body: JSON.stringify({ text: `${kind} ${own}` }),
            });
            const body = JSON.parse(answer.body.toString());
            if (kind !== "work") {
              assert.equal(answer.status, kind === "refused" ? 401 : 500);
              assert.equal(body.error.requestId, answer.headers["x-request-id"]);
              return;
            }
            assert.deepEqual(body, {
              subject: `caller-${index}`,
              email: `${index}@example.com`,
              caller: own,
              query: own,
              own,
              text: `work ${own}`,
              requestId: answer.headers["x-request-id"],
              traceId,
            });
          }),
        );
      }

      const described = lines
        .map((line) => JSON.parse(line))
        .filter(({ message }) => message === "described");
      assert.equal(described.length, ROUNDS * tokens.filter((_, index) => index % 7 !== 3).length);
      for (const { caller, clientRequestId } of described)
        assert.equal(caller.split("-")[1], clientRequestId.split("-")[2]);
    });
  }
});

/** Every collection that begins empty, and every module variable: its purpose, and to whom it belongs. */
const STATE: Readonly<Record<string, string>> = {
  "auth/principal.ts principals": "by a token's claims, as an object: the caller of that token",
  "auth/token-rules.ts memory": "by a token's text: the caller who sends it",
  "auth/token-rules.ts utf8": "a decoder without state",
  "container/access-log.ts jsonOfAgent": "the text of the last user agent, compared before it is used",
  "container/access-log.ts jsonOfHost": "the text of the last host, compared before it is used",
  "container/access-log.ts lastTime": "the text of the second",
  "container/server.ts inFlight": "the answers to wait for at the end",
  "container/server.ts refused": "connections that have got their last answer",
  "container/verify-token.ts pending": "by the text of a token that is being verified",
  "container/workers.ts listening": "processes",
  "container/workers.ts restarts": "processes",
  "container/workers.ts workers": "processes",
  "docs/files.ts list": "the files of the docs pages",
  "docs/json-schema.ts #numbers": "of one document",
  "docs/openapi.ts #written": "of one document",
  "docs/routes/openapi-answer.ts made": "by API: its document, the same for all callers",
  "docs/routes/openapi-answer.ts toldFaults": "faults of schemas that were logged",
  "docs/sign-in-page.ts answered": "by configuration",
  "identity/create-identity-provider.ts providers": "by configuration",
  "lambda/warmer.ts connected": "the client of the AWS SDK",
  "limits/rate-limit.ts counters": "by configuration: counts by key, to refuse",
  "limits/rate-limiter.ts recent": "counts by key, to refuse",
  "release.ts known": "version and commit",
  "release.ts logged": "which APIs have said their release",
  "route/comma-separated.ts lists": "of one query",
  "route/compress.ts kept": "by a body that never changes: its compressed forms",
  "route/read-body.ts values": "of one body",
  "route/route-requests.ts mounted": "by endpoint",
  "route/schema-faults.ts found": "of one schema",
  "services.ts pending": "the services, which an owner makes for all callers",
  "services.ts uses": "the services that each service uses",
  "shared-store/memory-store.ts counters": "by a limit's name: counts by key, to refuse",
  "shared-store/memory-store.ts held":
    "by key: what a limit has counted, and the answers for an idempotency key's own caller",
  "source-stack.ts maps": "source maps, by file",
  "tracing/outgoing-calls.ts spans": "of calls whose answer has not begun",
};

/** `const x = new Map()` anywhere, and at the top of a module `let x` or a cache. */
const KEPT =
  /^(?:\s*(?:readonly|const) (#?\w+) = new (?:Weak)?(?:Map|Set)(?:<.*>)?\(\);|(?:export )?let (\w+)|const (\w+) = rememberLast\()/gm;

describe("the state between requests", () => {
  it("is listed, and contains nothing of one caller that another could get", () => {
    const root = fileURLToPath(new URL("../src", import.meta.url));
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.startsWith("testing"),
    );
    const found = files.flatMap((file) =>
      [...readFileSync(`${root}/${file}`, "utf8").matchAll(KEPT)].map(
        ([, ...names]) => `${file} ${names.find(Boolean)}`,
      ),
    );
    assert.deepEqual(found.toSorted(), Object.keys(STATE));
  });
});
