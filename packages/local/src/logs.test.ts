// Tests `npm run logs`. For a stage, the real SDK calls a stand-in for CloudWatch Logs; the local logs come from a real
// gateway.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { createGateway, createInspector } from "@lambda-express-api/gateway";
import { MEMBERS } from "../test/api-folder.ts";
import { run } from "../test/run.ts";

const logs = (args: readonly string[], environment: Record<string, string> = {}) =>
  run("../src/logs.ts", { args: ["--api", MEMBERS, ...args], environment }).ended;

const ID = "JKJaXmPLvHcESHA=";
const INVOCATION = "8c5e8a1c-0b5e-4f5e-9f0a-1f2e3d4c5b6a";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const ACCESS = `{"request":{"requestId":"${ID}"},"integration":{"requestId":"${INVOCATION}"}}`;
const HELLO = `{"message":"hello","requestId":"${ID}","lambdaRequestId":"${INVOCATION}"}`;
const REPORT = `REPORT RequestId: ${INVOCATION}\tDuration: 3.00 ms`;

/** A stand-in for CloudWatch Logs that finds a quoted term in a group's messages, one event per page. */
async function startCloudWatch(
  t: TestContext,
  groups: Readonly<Record<string, readonly [number, string][]>>,
) {
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const events = groups[body.logGroupName];
    response.setHeader("content-type", "application/x-amz-json-1.1");
    if (!events) {
      response
        .writeHead(400)
        .end('{"__type":"ResourceNotFoundException","message":"There is no such log group"}');
      return;
    }
    const found = events.filter(
      ([time, message]) => time >= body.startTime && message.includes(JSON.parse(body.filterPattern)),
    );
    const page = Number(body.nextToken ?? 0);
    const [event] = found.slice(page);
    response.end(
      JSON.stringify({
        events: event ? [{ timestamp: event[0], message: `${event[1]}\n` }] : [],
        ...(page + 1 < found.length && { nextToken: String(page + 1) }),
      }),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "not-secret",
  };
}

describe("npm run logs", () => {
  for (const id of [ID, INVOCATION])
    test(`finds every line of a request in both logs, including Lambda's own (stand-in for CloudWatch Logs): ${id}`, async (t) => {
      const now = Date.now();
      const environment = await startCloudWatch(t, {
        "/aws/lambda/fixture-api-dev-Api": [
          [now - 3, `START RequestId: ${INVOCATION}`],
          [now - 2, HELLO],
          [now - 1, REPORT],
          [now, '{"message":"another request"}'],
        ],
        "/aws/vendedlogs/apis/fixture-api-dev-Api": [
          [now, ACCESS],
          [now, '{"request":{"requestId":"other"}}'],
        ],
      });
      const { exitCode, output } = await logs([id, "--stage", "dev"], environment);
      assert.equal(output, [`START RequestId: ${INVOCATION}`, HELLO, REPORT, ACCESS, ""].join("\n"));
      assert.equal(exitCode, 0);
    });

  test("says where it looked, and passes AWS's errors on (stand-in for CloudWatch Logs)", async (t) => {
    const old = Date.now() - 25 * 3_600_000;
    const name = "fixture-api-dev-Api";
    const environment = await startCloudWatch(t, {
      [`/aws/lambda/${name}`]: [[old, HELLO]],
      [`/aws/vendedlogs/apis/${name}`]: [],
    });
    const nothing = await logs([ID, "--stage", "dev"], environment);
    assert.match(nothing.output, /^Nothing found for the ID JKJaXmPLvHcESHA= in the last 24 hours\./);
    assert.equal(nothing.exitCode, 1);
    assert.equal((await logs([ID, "--stage", "dev", "--hours", "48"], environment)).exitCode, 0);
    const { output } = await logs([ID, "--stage", "other"], environment);
    assert.match(output, /^Cannot reach CloudWatch Logs \(ResourceNotFoundException: There is no such/);
  });

  test("says that the region is not set, or that the credentials are not accepted", async () => {
    const aws = {
      AWS_REGION: "",
      AWS_PROFILE: "",
      AWS_CONFIG_FILE: "nowhere",
      AWS_SHARED_CREDENTIALS_FILE: "nowhere",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    const { exitCode, output } = await logs([ID, "--stage", "dev"], aws);
    assert.equal(output, "The region is not set; set AWS_REGION, for example AWS_REGION=eu-west-1.\n");
    assert.equal(exitCode, 1);
    assert.match(
      (await logs([ID, "--stage", "dev"], { ...aws, AWS_REGION: "eu-west-1" })).output,
      /^AWS does not accept your credentials \(Could not load credentials [^\n]+\); sign in with aws sso login, and set AWS_PROFILE\.\n$/,
    );
  });

  test("reads PORT as --port, and names it if it is wrong", async () => {
    assert.match(
      (await logs([ID], { PORT: "x" })).output,
      /^PORT is "x"; use the port of npm start, a number from 1 to 65534/,
    );
  });

  test("without a stage, finds the local gateway's lines by any id of the request", async (t) => {
    const inspector = createInspector();
    await inspector.listen();
    t.after(() => inspector.close());
    const gateway = createGateway({
      api: {
        routes: [{ routeKey: "$default", authorizationType: "NONE" }],
        integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 1_000 },
        stages: [{ stageName: "$default", accessLogSettings: { format: "access $context.requestId" } }],
      },
      function: {
        invoke: async () => ({
          outcome: "returned",
          payload: "{}",
          requestId: INVOCATION,
          isColdStart: false,
          durationMilliseconds: 1,
          lines: [HELLO, REPORT],
        }),
        close: async () => {},
      },
      inspector,
      log: () => {},
    });
    await gateway.listen();
    t.after(() => gateway.close());
    const { headers } = await fetch(gateway.url, {
      headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, "x-request-id": "my-own-id-1" },
    });
    const requestId = headers.get("apigw-requestid") ?? "";
    const port = String(Number(new URL(inspector.url).port) - 1);
    for (const id of [requestId, INVOCATION, TRACE, "my-own-id-1"]) {
      const { output } = await logs([id, "--port", port]);
      const [spans = "", ...lines] = output.split("\n").toReversed().slice(1);
      assert.match(spans, /^ +\d+\.\d ms +\d+\.\d ms {4}function$/);
      assert.match(lines.shift() ?? "", /^ +0\.0 ms +\d+\.\d ms {2}gateway$/);
      assert.deepEqual(lines.toReversed(), [HELLO, REPORT, `access ${requestId}`, `Trace ${TRACE}`]);
    }
    assert.match(
      (await logs(["12345678", "--port", port])).output,
      /^Nothing found for the ID 12345678\. The local gateway keeps only the last 100 requests/,
    );
  });

  for (const [args, sentence] of [
    [[], /^Enter the ID of a request, an invocation or a trace: npm run logs -- ID /],
    [[ID, ID], /^Enter one ID, not 2: npm run logs/],
    [
      ["nope"],
      /^"nope" is not a valid ID; use 8 to 128 letters, digits and characters from \._:\+\/=-, for example JKJaXmPLvHcESHA=\. Every error response contains its request ID\.\n$/,
    ],
    [["with space"], /^"with space" is not a valid ID/],
    [
      [ID, "--port", "x"],
      /^--port is "x"; use the port of npm start, a number from 1 to 65534, for example --port 3000\.\n$/,
    ],
    [[ID, "--port", "0"], /^--port is "0"; use the port of npm start/],
    [[ID, "--port", "65535"], /^--port is "65535"; use the port of npm start/],
    [[ID, "--stage", "a b"], /^--stage is "a b"; use letters/],
    [[ID, "--hours", "soon"], /^--hours is "soon"; use a number/],
    [[ID, "--day"], /^Cannot read .*; write: npm run logs/],
    [[ID, "--port", "1"], /^No inspector responds on port 2\. Run npm start/],
  ] as const)
    test(`refuses with a clear message: ${args.join(" ") || "nothing"}`, async () => {
      const { exitCode, output } = await logs(args);
      assert.match(output, sentence);
      assert.equal(exitCode, 1);
    });
});
