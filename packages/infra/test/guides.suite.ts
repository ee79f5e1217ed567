// Tests docs/guides/operate.md against a deployment: the queries match the logs, and each alarm is explained.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createLog } from "@lambda-express-api/kit/log.ts";
import { METRICS } from "@lambda-express-api/kit/metrics/request-metrics.ts";
import { logReleaseOnce } from "@lambda-express-api/kit/release.ts";
import { accessLogFormat } from "../src/access-log-format.ts";
import { synthesise } from "../src/testing/synthesise.ts";
import { all } from "../src/testing/view.ts";
import { api } from "./fixtures/api/src/api.ts";

const guide = readFileSync(new URL("../../../docs/guides/operate.md", import.meta.url), "utf8");

/** The queries, each with the sentence before it that names its log. */
const queries = [...guide.matchAll(/\n([^\n]+(?:\n[^\n]+)*)\n\n```sql\n([\s\S]*?)```/g)].map(
  ([, sentence = "", query = ""]) => ({ sentence, query }),
);

/** Every path to a value, in the notation of Logs Insights. */
function pathsOf(value: object, prefix = ""): string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === "object" && inner !== null ? pathsOf(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

/** The fields that a query reads: not quoted text, keywords or its own names. */
function fieldsOf(query: string): string[] {
  const named = [...query.matchAll(/ as (\w+)/g)].map(([, name]) => name);
  const words = ["fields", "filter", "stats", "sort", "limit", "by", "as", "like", "asc", "desc"];
  const functions = ["count", "sum", "max", "pct", "strcontains"];
  return query
    .replaceAll(/"[^"]*"|\/\^5\//g, "")
    .split(/[^\w.@]+/)
    .filter((word) => /^[a-z]/i.test(word) && ![...words, ...functions, ...named].includes(word));
}

describe("the queries in the guide Operate", () => {
  const isOfAccessLog = ({ sentence }: { sentence: string }) => sentence.includes("access log");

  it("are seven, cover both logs, and find a request by its id in each and in both together", () => {
    assert.deepEqual(queries.map(isOfAccessLog), [true, true, false, false, true, true, false]);
    assert.match(queries[0]?.query ?? "", /filter @message like /);
    assert.match(queries[1]?.query ?? "", /filter request\.requestId = /);
    assert.match(queries[2]?.query ?? "", /filter requestId = /);
  });

  it("read only fields that the gateway writes to the access log", () => {
    const known = pathsOf(JSON.parse(accessLogFormat(false)));
    for (const { query } of queries.slice(1).filter(isOfAccessLog)) {
      assert.ok(fieldsOf(query).length > 0, query);
      for (const field of fieldsOf(query)) assert.ok(known.includes(field), `${field} in\n${query}`);
    }
  });

  it("read only fields that the function logs for failures, health checks and metrics", () => {
    const lines: string[] = [];
    const log = createLog((line) => lines.push(line)).with({ requestId: "id" });
    log.error("request failed", { error: new Error("why") });
    logReleaseOnce(log, { ...api, endpoints: async () => [] });
    const ofMetrics = [...METRICS.map(({ Name }) => Name), "routeKey"];
    const known = [...lines.flatMap((line) => pathsOf(JSON.parse(line))), ...ofMetrics];
    assert.equal(
      JSON.parse(lines[1] ?? "").message,
      /filter message = "(\w+)"/.exec(queries[3]?.query ?? "")?.[1],
    );
    for (const { query } of queries.filter((each) => !isOfAccessLog(each)))
      for (const field of fieldsOf(query)) assert.ok(known.includes(field), `${field} in\n${query}`);
  });
});

it("each alarm of a deployment is explained in the guide", async () => {
  const explained = [...guide.matchAll(/^### The alarm `(\w+)`$/gm)].map(([, alarm]) => alarm);
  const graph = await synthesise({
    config: "packages/infra/test/configs/default.ts",
    stage: "production",
    environment: {
      JWT_ISSUER: "https://securetoken.google.com/my-project",
      JWT_AUTHORIZED_AUDIENCES: "my-project",
      FIREBASE_APP_API_KEY: "AIzaSyExample",
      ALARMS: "on",
    },
  });
  const raised = all(graph, "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) =>
    String(inputs.name).split("-").at(-1),
  );
  assert.deepEqual(explained.sort(), raised.sort());
});
