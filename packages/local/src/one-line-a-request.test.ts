import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accessLogFormat } from "@lambda-express-api/infra/access-log-format.ts";
import { createAccessLine } from "@lambda-express-api/kit/container/access-log.ts";
import { oneLineARequest } from "./one-line-a-request.ts";

function shown(...lines: readonly string[]): string[] {
  const printed: string[] = [];
  const print = oneLineARequest((line) => printed.push(line));
  for (const line of lines) print(line);
  return printed;
}

describe("the terminal, by default", () => {
  test("shows one short line per request from the gateway's access log", () => {
    const values: Readonly<Record<string, string>> = {
      requestId: "JKJaXmPLvHcESHA=",
      httpMethod: "GET",
      path: "/v1/me",
      status: "200",
      responseLatency: "12",
    };
    const line = accessLogFormat(false).replaceAll(/\$context\.([\w.]+)/g, (_, name) => values[name] ?? "-");
    assert.deepEqual(shown(line), ["GET /v1/me 200 12 ms JKJaXmPLvHcESHA="]);
  });

  test("shows the same line from the container's access log", () => {
    const accessLine = createAccessLine({
      stageName: undefined,
      release: { version: "1.0.0", commit: "development" },
      showsSubject: false,
    });
    const line = accessLine({
      ids: { requestId: "id", traceId: "trace", clientRequestId: undefined },
      receivedAt: 0,
      host: "localhost",
      address: "127.0.0.1",
      userAgent: "curl",
      path: "/v1/me",
      protocol: "HTTP/1.1",
      method: "GET",
      latencyMilliseconds: 12.7,
      error: undefined,
      status: 200,
      requestBytes: 0,
      responseBytes: 2,
    });
    assert.deepEqual(shown(line.trimEnd()), ["GET /v1/me 200 12 ms id"]);
  });

  test("hides Lambda's own lines, and nothing that the API writes", () => {
    const written = [
      '{"level":"error","message":"request failed"}',
      "START of my own",
      '{"request":{"requestId":broken',
    ];
    const ofLambda = [
      "INIT_START Runtime Version: nodejs:24",
      "START RequestId: 1 Version: $LATEST",
      "END RequestId: 1",
      "REPORT RequestId: 1\tDuration: 1 ms",
    ];
    assert.deepEqual(shown(...ofLambda, ...written), written);
  });
});
