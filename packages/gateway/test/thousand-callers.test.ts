// A thousand simultaneous callers: no answer is ever another caller's.

import assert from "node:assert/strict";
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type HttpApiEvent, runInWorkers } from "../src/index.ts";
import type { InspectedRequest } from "../src/inspector/inspected-request.ts";
import { inspectRequest } from "../src/inspector/inspected-request.ts";
import { issuedAt, rsaKey, signToken, startIssuer, validClaims } from "./support/local-issuer.ts";
import { startGateway } from "./support/start-gateway.ts";

const rounds = 20;
const callersAtOnce = 64;
const instances = 6;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  localPort: number | undefined;
}

/** Every seventh has no token, every eleventh makes the function throw; all others are echoed. */
type Kind = "echoed" | "refused" | "failed";

function kindOf(index: number): Kind {
  if (index % 7 === 3) return "refused";
  return index % 11 === 5 ? "failed" : "echoed";
}

describe("a thousand callers", () => {
  it(`${rounds} rounds of ${callersAtOnce} different callers at once over ${instances} instances: each gets its own response`, async (t) => {
    const issuer = await startIssuer(t);
    const file = fileURLToPath(new URL("./functions/probe.ts", import.meta.url));
    const function_ = runInWorkers({ file, maximumInstances: instances, log: () => {} });
    t.after(() => function_.close());
    const inspected: InspectedRequest[] = [];
    const gateway = await startGateway(t, {
      function: function_,
      inspector: { record: (exchange) => inspected.push(inspectRequest(exchange)) },
      now: () => issuedAt * 1000,
      api: {
        routes: [{ routeKey: "POST /callers/{caller}", authorizationType: "JWT", authorizerId: "jwt" }],
        authorizers: { jwt: { jwtConfiguration: { issuer: issuer.issuer, audience: [issuer.audience] } } },
        stages: [
          {
            stageName: "$default",
            accessLogSettings: {
              format:
                '{"requestId":"$context.requestId","path":"$context.path","sub":"$context.authorizer.claims.sub"}',
            },
          },
        ],
      },
      accountThrottling: { throttlingRateLimit: 10_000, throttlingBurstLimit: 5_000 },
    });
    const agent = new Agent({ keepAlive: true, maxSockets: callersAtOnce });
    t.after(() => agent.destroy());
    const tokens = Array.from({ length: callersAtOnce }, (_, index) =>
      signToken(rsaKey("first"), { ...validClaims(issuer), sub: `user-${index}` }),
    );

    const ports = new Set<number | undefined>();
    const requestIds = new Map<string, string>();
    const usedInstances = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const answers = await Promise.all(
        tokens.map((token, index) => call(agent, gateway.port, token, `${round}-${index}`, kindOf(index))),
      );
      for (const [index, answer] of answers.entries()) {
        const caller = `${round}-${index}`;
        assertOwnAnswer(answer, caller, index);
        ports.add(answer.localPort);
        requestIds.set(String(answer.headers["apigw-requestid"]), `/callers/${caller}`);
        if (answer.status === 200) usedInstances.add(String(answer.headers["x-instance"]));
      }
    }

    assert.equal(requestIds.size, rounds * callersAtOnce);
    assert.equal(usedInstances.size, instances);
    assert.ok(ports.size <= callersAtOnce, `${ports.size} connections`);
    assert.equal(gateway.logLines.length, rounds * callersAtOnce);
    for (const line of gateway.logLines) {
      const { requestId, path, sub } = JSON.parse(line);
      assert.equal(requestIds.get(requestId), path);
      const index = Number(path.split("-")[1]);
      assert.equal(sub, kindOf(index) === "refused" ? "-" : `user-${index}`);
    }
    assert.equal(inspected.length, rounds * callersAtOnce);
    for (const { requestId, path } of inspected) assert.equal(requestIds.get(requestId), path.split("?")[0]);
  });
});

function assertOwnAnswer({ status, headers, text }: Answer, caller: string, index: number): void {
  const kind = kindOf(index);
  if (kind === "refused") {
    assert.deepEqual([status, text], [401, '{"message":"Unauthorized"}']);
    return;
  }
  if (kind === "failed") {
    assert.deepEqual([status, text], [500, '{"message":"Internal Server Error"}']);
    return;
  }
  assert.deepEqual([status, headers["x-caller"], headers["set-cookie"]], [200, caller, [`caller=${caller}`]]);
  const event: HttpApiEvent = JSON.parse(text);
  assert.equal(event.requestContext.requestId, headers["apigw-requestid"]);
  assert.equal(event.requestContext.authorizer?.jwt?.claims.sub, `user-${index}`);
  assert.deepEqual(
    [event.rawPath, event.pathParameters, event.queryStringParameters?.caller, event.cookies, event.body],
    [`/callers/${caller}`, { caller }, caller, [`sid=${caller}`], `body of ${caller}`],
  );
}

function call(agent: Agent, port: number, token: string, caller: string, kind: Kind): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const does = kind === "failed" ? "throw" : "echo";
  const outgoing = httpRequest(
    {
      agent,
      host: "127.0.0.1",
      port,
      method: "POST",
      path: `/callers/${caller}?caller=${caller}&do=${does}`,
      headers: {
        "content-type": "text/plain",
        cookie: `sid=${caller}`,
        "x-caller": caller,
        ...(kind !== "refused" && { authorization: `Bearer ${token}` }),
      },
    },
    async (incoming) => {
      const { localPort } = incoming.socket;
      const chunks: Buffer[] = [];
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, localPort });
    },
  );
  outgoing.on("error", reject);
  outgoing.end(`body of ${caller}`);
  return promise;
}
