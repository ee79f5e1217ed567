import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { type Run, run } from "../../test/run.ts";

describe("npm start, with the API's own Lambda handler", () => {
  let stack: Run;
  let baseUrl: string;
  before(async () => {
    stack = run("../src/start.ts", { args: ["--port", "0"] });
    [baseUrl] = await stack.prints(/(?<=API +)http:\S+/);
  });
  after(async () => {
    stack.kill("SIGINT");
    assert.equal((await stack.ended).exitCode, 0);
  });

  test("serves it under the mapping key, as a custom domain would", async () => {
    assert.match(baseUrl, /^http:\/\/localhost:\d+\/express$/);
    assert.equal((await fetch(`${baseUrl}/v1/manage/hc`)).status, 200);
    assert.equal((await fetch(`${new URL(baseUrl).origin}/v1/manage/hc`)).status, 404);
  });

  test("walks the whole demo as expected", async () => {
    const { exitCode, output } = await run("../src/demo.ts", { args: ["--url", baseUrl] }).ended;
    assert.equal(exitCode, 0, output);
  });

  test("prints the address of a page, whose curl lines work when pasted one after the other", async () => {
    const [pageUrl] = await stack.prints(/(?<=Page +)http:\S+/);
    const page = await (await fetch(pageUrl, { headers: { accept: "text/html" } })).text();
    const lines = [...page.matchAll(/<pre[^>]*><code>([^<]*)</g)].map(([, text = ""]) =>
      text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&"),
    );
    assert.ok(lines.length > 10, page);
    // A refusal counts as a failure, and shows which line it was.
    const script = ['set -euo pipefail; curl() { command curl -fsS "$@"; }; set -v', ...lines].join("\n");
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { maxBuffer: 20_000_000 });
    for (const answer of [/"status":"I'm sexy/, /"subject":/, /"endpoints":/, /"access_token":/]) {
      assert.match(stdout, answer);
    }
  });

  test("lets the gateway refuse a caller without a token, before the function is asked", async () => {
    const response = await fetch(`${baseUrl}/v1/users/whoami`);
    assert.equal(response.status, 401);
    assert.deepEqual(await response.json(), { message: "Unauthorized" });
    assert.equal(response.headers.get("www-authenticate"), "Bearer");
  });

  test("shows in the inspector what the gateway saw, without the token", async () => {
    const [inspector] = await stack.prints(/(?<=Inspector +)http:\S+/);
    await fetch(`${baseUrl}/v1/users/whoami`, { headers: { authorization: "Bearer to.be.hidden" } });
    assert.equal((await fetch(inspector)).status, 200);
    const seen = await (await fetch(`${inspector}/requests.json`)).text();
    assert.match(seen, /GET \/v1\/users\/whoami/);
    assert.doesNotMatch(seen, /to\.be\.hidden/);
  });

  test("shows cold starts in its log", () => {
    assert.match(stack.output(), /^REPORT RequestId: .*Init Duration: /m);
  });
});

describe("npm run dev, with a stand-in for the API's Lambda handler", () => {
  let source: string;
  let stack: Run;
  let baseUrl: string;
  const saveHandler = (answer: string) =>
    writeFile(join(source, "main.mjs"), `export const handler = async () => ({ answer: "${answer}" });`);
  before(async () => {
    source = await mkdtemp(join(tmpdir(), "local-lambda-"));
    await saveHandler("first");
    stack = run("start-stand-in.ts", {
      args: ["--port", "0", "--reload"],
      environment: { START_ENTRY: join(source, "main.mjs"), START_SOURCE: source },
    });
    [baseUrl] = await stack.prints(/(?<=API +)http:\S+/);
  });
  after(async () => {
    stack.kill("SIGINT");
    assert.equal((await stack.ended).exitCode, 0);
    await rm(source, { recursive: true });
  });

  test("a save is in the next answer", async () => {
    assert.deepEqual(await (await fetch(`${baseUrl}/v1/manage/hc`)).json(), { answer: "first" });
    await saveHandler("second");
    await stack.prints(/^Reloaded\.$/m);
    assert.deepEqual(await (await fetch(`${baseUrl}/v1/manage/hc`)).json(), { answer: "second" });
  });
});
