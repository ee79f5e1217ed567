// The servers under load, in a separate process: one handler behind a bare node:http server and behind the
// gateway.

import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const startedAt = performance.now();
const { createGateway, createInspector, runInProcess } = await import("../src/index.ts");

interface Event {
  rawPath: string;
}

async function handler({ rawPath }: Event): Promise<object> {
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path: rawPath }),
  };
}

const description = {
  routes: [{ routeKey: "ANY /{proxy+}", authorizationType: "NONE" }],
  integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 29_000 },
  stages: [{ stageName: "$default" }],
} as const;
const unlimited = { throttlingRateLimit: 1e9, throttlingBurstLimit: 1e9 };

const open = createGateway({
  api: description,
  function: runInProcess(handler),
  accountThrottling: unlimited,
});
await open.listen();
const startMilliseconds = performance.now() - startedAt;

const issuer = await startIssuer();
const inspector = createInspector();
const authorized = {
  ...description,
  routes: [{ routeKey: "ANY /{proxy+}", authorizationType: "JWT", authorizerId: "jwt" }],
  authorizers: { jwt: { jwtConfiguration: { issuer: issuer.url, audience: ["bench"] } } },
} as const;
const guarded = createGateway({
  api: authorized,
  function: runInProcess(handler),
  accountThrottling: unlimited,
});
const inspected = createGateway({
  api: authorized,
  function: runInProcess(handler),
  accountThrottling: unlimited,
  inspector,
});
await Promise.all([guarded.listen(), inspected.listen()]);
const bare = await listen(createBareServer());

export interface Targets {
  startMilliseconds: number;
  token: string;
  urls: { bare: string; open: string; guarded: string; inspected: string };
}

const targets: Targets = {
  startMilliseconds,
  token: issuer.token,
  urls: { bare, open: open.url, guarded: guarded.url, inspected: inspected.url },
};
process.send?.(targets);
process.on("message", () => {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({ heapUsed, rss });
});

/** What a developer would write in five minutes: request to event, answer to response. */
function createBareServer(): Server {
  return createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(incoming.url ?? "/", "http://localhost");
    const event = {
      version: "2.0",
      routeKey: "$default",
      rawPath: url.pathname,
      rawQueryString: url.search.slice(1),
      headers: incoming.headers,
      queryStringParameters: Object.fromEntries(url.searchParams),
      requestContext: { http: { method: incoming.method, path: url.pathname } },
      body: Buffer.concat(chunks).toString(),
      isBase64Encoded: false,
    };
    const answer = (await handler(event)) as {
      statusCode: number;
      headers: Record<string, string>;
      body: string;
    };
    outgoing.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
}

async function startIssuer(): Promise<{ url: string; token: string }> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let url = "";
  url = await listen(
    createServer((incoming, outgoing) => {
      const isDiscovery = incoming.url?.startsWith("/.well-known") ?? false;
      const keys = [{ ...publicKey.export({ format: "jwk" }), kid: "bench" }];
      outgoing.end(JSON.stringify(isDiscovery ? { jwks_uri: `${url}/jwks.json` } : { keys }));
    }),
  );
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: url, aud: "bench", sub: "u1", exp: Math.floor(Date.now() / 1000) + 3_600 };
  const text = `${encode({ alg: "RS256", kid: "bench" })}.${encode(claims)}`;
  return { url, token: `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}` };
}

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
