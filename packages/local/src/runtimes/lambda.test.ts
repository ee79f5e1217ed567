import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
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

  test("walks the whole demo as expected", async () => {
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

  test("a save shows in the next answer", async () => {
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
