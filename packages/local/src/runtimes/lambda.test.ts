import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import type { InspectedRequest } from "@lambda-express-api/gateway";
import { createApiFolder, MEMBERS, membersModule, type TestApiFolder } from "../../test/api-folder.ts";
import { type Run, run } from "../../test/run.ts";

describe("npm start, with an API's Lambda handler", () => {
  let stack: Run;
  let baseUrl: string;
  before(async () => {
    stack = run("../src/start.ts", { args: ["--api", MEMBERS, "--port", "0", "--verbose"] });
    [baseUrl] = await stack.prints(/(?<=API +)http:\S+/);
  });
  after(async () => {
    stack.kill("SIGINT");
    assert.equal((await stack.ended).exitCode, 0);
  });

  test("serves it under the mapping key, as a custom domain would", async () => {
    assert.match(baseUrl, /^http:\/\/localhost:\d+\/members$/);
    assert.equal((await fetch(`${baseUrl}/v1/health`)).status, 200);
    assert.equal((await fetch(`${new URL(baseUrl).origin}/v1/health`)).status, 404);
  });

  test("passes the whole demo", async () => {
    const { exitCode, output } = await run("../src/demo.ts", { args: ["--api", MEMBERS, "--url", baseUrl] })
      .ended;
    assert.equal(exitCode, 0, output);
  });

  test("prints the address of a page whose curl lines work when pasted in order", async () => {
    const [pageUrl] = await stack.prints(/(?<=Page +)http:\S+/);
    const page = await (await fetch(pageUrl, { headers: { accept: "text/html" } })).text();
    const lines = [...page.matchAll(/<pre[^>]*><code>([^<]*)</g)].map(([, text = ""]) =>
      text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&"),
    );
    assert.ok(lines.length > 10, page);
    // A refused call fails the script, and its line is shown.
    const script = ['set -euo pipefail; curl() { command curl -fsS "$@"; }; set -v', ...lines].join("\n");
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { maxBuffer: 20_000_000 });
    for (const answer of [/"status":"up"/, /"subject":/, /"endpoints":/, /"access_token":/]) {
      assert.match(stdout, answer);
    }
  });

  test("refuses a caller without a token at the gateway, before the function runs", async () => {
    const response = await fetch(`${baseUrl}/v1/me`);
    assert.equal(response.status, 401);
    assert.deepEqual(await response.json(), { message: "Unauthorized" });
    assert.equal(response.headers.get("www-authenticate"), "Bearer");
  });

  test("shows requests in the inspector without their tokens", async () => {
    const [inspector] = await stack.prints(/(?<=Inspector +)http:\S+/);
    await fetch(`${baseUrl}/v1/me`, { headers: { authorization: "Bearer to.be.hidden" } });
    assert.equal((await fetch(inspector)).status, 200);
    const seen = await (await fetch(`${inspector}/requests.json`)).text();
    assert.match(seen, /GET \/v1\/me/);
    assert.doesNotMatch(seen, /to\.be\.hidden/);
  });

  test("prints the command that finds a request's lines and its trace by the id in an error's response", async () => {
    const answer = await fetch(`${baseUrl}/v1/auth/token`, { method: "POST" });
    const { error } = (await answer.json()) as { readonly error: { readonly requestId: string } };
    const [, args = ""] = await stack.prints(/npm run logs -- (ID.*)/);
    const { exitCode, output } = await run("../src/logs.ts", {
      args: args.replace("ID", error.requestId).split(" "),
    }).ended;
    assert.equal(exitCode, 0, output);
    const line = `{"request":{"requestId":"${error.requestId}"`;
    assert.ok(output.includes(line), output);
    assert.match(output, /^Trace [0-9a-f]{32}\n.* gateway\n(?:.*\n)* .* {4}function\n/m);
  });

  test("shows cold starts in its log", () => {
    assert.match(stack.output(), /^REPORT RequestId: .*Init Duration: /m);
  });
});

describe("npm run dev, with a stand-in for the API's Lambda handler", () => {
  let api: TestApiFolder;
  let stack: Run;
  let baseUrl: string;
  const handler = (answer: string) => `export const handler = async () => ({ answer: "${answer}" });`;
  before(async () => {
    api = await createApiFolder({ "lambda.ts": handler("first") });
    stack = run("../src/start.ts", { args: ["--api", api.path, "--port", "0", "--reload"] });
    [baseUrl] = await stack.prints(/(?<=API +)http:\S+/);
  });
  after(async () => {
    stack.kill("SIGINT");
    assert.equal((await stack.ended).exitCode, 0);
    await api.remove();
  });

  test("a save shows in the next response", async () => {
    assert.deepEqual(await (await fetch(`${baseUrl}/v1/health`)).json(), { answer: "first" });
    await api.save("lambda.ts", handler("second"));
    await stack.prints(/^Reloaded\.$/m);
    assert.deepEqual(await (await fetch(`${baseUrl}/v1/health`)).json(), { answer: "second" });
  });

  test("prints an AWS caller's keys, which work with the page's curl line for an iam endpoint", async () => {
    const folder = await createApiFolder({
      "lambda.ts": `export { handler } from ${JSON.stringify(import.meta.resolve("../../test/fixtures/signed/lambda.ts"))};`,
      "api.ts": `export { api } from ${JSON.stringify(import.meta.resolve("../../test/fixtures/signed/api.ts"))};`,
      "local.ts": `export const local = { mappingKey: "signed", callers: {} };`,
    });
    const signed = run("../src/start.ts", { args: ["--api", folder.path, "--port", "0"] });
    try {
      const [exported] = await signed.prints(/export AWS_REGION=.*/);
      const [url] = await signed.prints(/(?<=API +)http:\S+/);
      const page = await (await fetch(`${url}/v1`, { headers: { accept: "text/html" } })).text();
      const [, line = ""] = /<code>(curl[^<]*--aws-sigv4[^<]*)</.exec(page) ?? [];
      const script = `${exported}\n${line.replaceAll("&quot;", '"')}`;
      const { stdout } = await promisify(execFile)("bash", ["-c", script]);
      assert.deepEqual(JSON.parse(stdout), {
        caller: "arn:aws:iam::123456789012:user/local",
        account: "123456789012",
      });
    } finally {
      signed.kill("SIGINT");
      await signed.ended;
      await folder.remove();
    }
  });

  test("a new endpoint gets its route at the gateway", async () => {
    assert.equal((await fetch(`${baseUrl}/v1/added`)).status, 404);
    await api.save(
      "api.ts",
      `import { api as own } from ${membersModule("api.ts")};
       const load = async () => ({ ...(await own.routes["GET /v1/health"]()), path: "/v1/added" });
       export const api = { ...own, routes: { ...own.routes, "GET /v1/added": load } };`,
    );
    await stack.prints(/^Reloaded\.$[\s\S]*^Reloaded\.$/m);
    assert.equal((await fetch(`${baseUrl}/v1/added`)).status, 200);
  });
});

describe("npm start, with an API that is traced", () => {
  const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  interface SpanLine {
    readonly message?: string;
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId?: string;
    readonly name: string;
    readonly kind: string;
  }

  test("has spans of the gateway that contain the function's, whichever service started the trace", async () => {
    const tracing = JSON.stringify(import.meta.resolve("@lambda-express-api/kit/tracing"));
    const api = await createApiFolder({
      "api.ts": `import { api as own } from ${membersModule("api.ts")};
        export const api = { ...own, tracing: () => import(${tracing}) };`,
      "lambda.ts": `import { createHandler } from ${JSON.stringify(import.meta.resolve("@lambda-express-api/kit/lambda"))};
        import { api } from "./api.ts";
        export const handler = createHandler(api);`,
    });
    const stack = run("../src/start.ts", {
      args: ["--api", api.path, "--port", "0"],
      environment: { OTEL_TRACES_EXPORTER: "console" },
    });
    try {
      const [baseUrl] = await stack.prints(/(?<=API +)http:\S+/);
      for (const headers of [{}, { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }]) {
        const requestId = (await fetch(`${baseUrl}/v1/health`, { headers })).headers.get("apigw-requestid");
        const [inspector] = await stack.prints(/(?<=Inspector +)http:\S+/);
        const kept = (await (await fetch(`${inspector}/requests.json`)).json()) as {
          readonly requests: readonly InspectedRequest[];
        };
        const request = kept.requests.find((request) => request.requestId === requestId);
        assert.ok(request);
        const { traceId, waterfall } = request;
        // The gateway's lines come after its answer.
        await stack.prints(new RegExp(`"traceId":"${traceId}".*"name":"function"`));
        const spans = stack
          .output()
          .split("\n")
          .flatMap((line): SpanLine[] => (line.startsWith("{") ? [JSON.parse(line)] : []))
          .filter((line) => line.message === "span" && line.traceId === traceId);
        const chain: string[] = [];
        for (
          let span = spans.find(({ name }) => name === "handler");
          span;
          span = spans.find(({ spanId }) => spanId === span?.parentSpanId)
        )
          chain.push(`${span.name} ${span.kind}`);
        assert.deepEqual(chain, [
          "handler INTERNAL",
          "GET /v1/health SERVER",
          "function CLIENT",
          "GET /v1/health SERVER",
        ]);
        assert.deepEqual(
          waterfall.map(({ name }) => name).filter((name) => name !== "cold start"),
          ["gateway", "function", "GET /v1/health", "auth", "handler"],
        );
        if (headers.traceparent) assert.equal(traceId, TRACE);
      }
    } finally {
      stack.kill("SIGINT");
      await stack.ended;
      await api.remove();
    }
  });
});
