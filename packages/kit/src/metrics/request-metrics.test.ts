/** The API's own metrics in CloudWatch's embedded metric format, from both runtimes. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { apiOf } from "../../test/fixtures/api.ts";
import { anyone, auth } from "../route/access.ts";
import { defineRoute } from "../route/define-route.ts";
import { appTarget, handlerTarget, type StartTarget } from "../testing/targets.ts";
import { startTestIssuer } from "../testing/test-issuer.ts";

const contract = {
  method: "GET",
  summary: "Of a test.",
  responses: (z: typeof import("zod")) => ({ 200: { description: "Done.", schema: z.unknown() } }),
} as const;
const done = async () => ({ status: 200, body: "done" }) as const;
const api = apiOf([
  defineRoute({ ...contract, operationId: "plain", path: "/v1/plain" }).handler(anyone(done)),
  defineRoute({ ...contract, operationId: "marked", path: "/v1/marked/{id}", metrics: true }).handler(
    anyone(done),
  ),
  defineRoute({ ...contract, operationId: "staff", path: "/v1/staff" }).handler(
    auth({ groups: ["STAFF"] }, done),
  ),
  defineRoute({ ...contract, operationId: "failing", path: "/v1/failing" }).handler(
    anyone(async () => {
      throw new Error("secret");
    }),
  ),
]);

const CALLS = ["/v1/plain", "/v1/marked/7", "/v1/staff", "/v1/failing", "/v1/nowhere"];

async function linesOf(t: TestContext, start: StartTarget, METRICS_NAMESPACE?: string) {
  const issuer = await startTestIssuer();
  const lines: string[] = [];
  const target = await start({
    api,
    issuer,
    environment: METRICS_NAMESPACE === undefined ? {} : { METRICS_NAMESPACE },
    write: (line) => lines.push(line),
  });
  t.after(async () => {
    await target.close();
    await issuer.close();
  });
  const ids: string[] = [];
  for (const path of CALLS) {
    const authorization = issuer.bearer(["USERS"]);
    const { headers } = await target.request({ method: "GET", path, headers: { authorization } });
    ids.push(headers["x-request-id"] ?? "");
  }
  return { ids, lines: lines.map((line) => JSON.parse(line)) };
}

for (const start of [appTarget, handlerTarget])
  describe(`metrics, in ${start === appTarget ? "the container" : "the function"}`, () => {
    it("are six for the API as a whole, one line per request, with the route as a property", async (t) => {
      const { ids, lines } = await linesOf(t, start, "my-api/test");
      const told = lines.filter(({ _aws }) => _aws);
      assert.deepEqual(
        told.map((line) => [
          line.routeKey,
          line.status,
          line.Requests,
          line["4xx"],
          line["5xx"],
          line.Refused,
          line.ColdStarts,
        ]),
        [
          ["GET /v1/plain", 200, 1, 0, 0, 0, 1],
          ["GET /v1/marked/{id}", 200, 1, 0, 0, 0, 0],
          ["GET /v1/staff", 403, 1, 1, 0, 1, 0],
          ["GET /v1/failing", 500, 1, 0, 1, 0, 0],
          ["-", 404, 1, 1, 0, 0, 0],
        ],
      );
      assert.deepEqual(
        told.map(({ requestId }) => requestId),
        ids,
      );
      const metrics = ["Requests", "Latency", "4xx", "5xx", "Refused", "ColdStarts"];
      for (const { _aws, ...line } of told) {
        assert.ok(Math.abs(_aws.Timestamp - Date.parse(line.time)) < 60_000);
        const [group] = _aws.CloudWatchMetrics;
        assert.deepEqual([group.Namespace, group.Dimensions, line.api], ["my-api/test", [["api"]], api.name]);
        assert.deepEqual(
          group.Metrics.map(({ Name }: { Name: string }) => Name),
          metrics,
        );
        for (const name of metrics) assert.ok(Number.isInteger(line[name]) && line[name] >= 0, name);
      }
    });

    it("are one more for a marked endpoint, and for no other", async (t) => {
      const { lines } = await linesOf(t, start, "my-api/test");
      const own = lines
        .filter(({ _aws }) => _aws)
        .flatMap(({ _aws, routeKey }) =>
          _aws.CloudWatchMetrics.slice(1).map((group: object) => ({ routeKey, ...group })),
        );
      assert.deepEqual(own, [
        {
          routeKey: "GET /v1/marked/{id}",
          Namespace: "my-api/test",
          Dimensions: [["api", "routeKey"]],
          Metrics: [{ Name: "Latency", Unit: "Milliseconds" }],
        },
      ]);
    });

    it("are off by default", async (t) => {
      const { lines } = await linesOf(t, start);
      assert.deepEqual(
        lines.filter(({ _aws, message }) => _aws || message === "request"),
        [],
      );
    });
  });
