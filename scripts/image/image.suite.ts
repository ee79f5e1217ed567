// `npm run test:image` builds the image, runs it with minimal rights, and compares its answers with the app's. It is not part of
// `npm test`, because it needs a container engine.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { api } from "../../packages/api/src/api.ts";
import { demo } from "../../packages/api/src/demo.ts";
import { local } from "../../packages/api/src/local.ts";
import {
  appTarget,
  paritySuite,
  processTarget,
  testEnvironment,
} from "../../packages/kit/src/testing/index.ts";
import { switchedOn } from "../../packages/local/src/demo/switched-on.ts";
import { walkDemo } from "../../packages/local/src/demo/walk.ts";
import { startLocalIssuer } from "../../packages/local/src/identity/local-issuer.ts";
import { apiEnvironment } from "../../packages/local/src/runtimes/api-environment.ts";
import { appCases, noProvider } from "./app-cases.ts";
import { composed, runOptions } from "./compose.ts";
import { API, type Engine, findEngine, IDENTITY } from "./engine.ts";

const LISTENING = /"message":"listening","url":"([^"]+)"/;
const MAX_APP_BYTES = 80 * 1024 * 1024;

const engine = findEngine();
if (engine) describeImage(engine);
else console.log("The image was not tested: neither docker nor podman runs on this machine.");

function describeImage({
  name,
  build,
  spawnServer,
  spawn,
  execute,
  output,
  outputForRoot,
  inspect,
}: Engine): void {
  const imageTarget = processTarget("", { name: `the image, run by ${name}`, spawnServer });

  describe("the image", () => {
    before(() => build(API, ["--build-arg=COMMIT=0123456789abcdef"]));

    describe("holds", () => {
      it("only the built API: no sources, tests, packages or environment files", () => {
        const files = output("find", "/app", "-type", "f").trim().split("\n");
        assert.ok(files.includes("/app/main.mjs"));
        assert.ok(files.includes("/app/app.js.cache"));
        const unexpected = files.filter(
          (file) =>
            !/^\/app\/([\w-]+\.m?js(\.cache|\.map|\.LEGAL\.txt)?|release\.json)$|^\/app\/assets\//.test(file),
        );
        assert.deepEqual(unexpected, []);
        assert.ok(!files.some((file) => /\.ts$|\.env|history/.test(file)));
      });

      it("no shell history in any home directory", () => {
        assert.equal(outputForRoot("find", "/", "-xdev", "-type", "f", "-name", ".*history").trim(), "");
      });

      it("less than 80 MB on top of its base", () => {
        const [kibibytes = ""] = output("du", "-sk", "/app").split("\t");
        assert.ok(Number(kibibytes) * 1024 < MAX_APP_BYTES, `${kibibytes} KiB`);
      });

      it("its version, and the commit of its build", () => {
        const { version, commit } = JSON.parse(output("cat", "/app/release.json"));
        assert.match(version, /^\d+\.\d+\.\d+/);
        assert.equal(commit, "0123456789abcdef");
      });

      it("an API that does not run as root, has a health check, and stops on SIGTERM", () => {
        assert.equal(inspect(".Config.User"), "node");
        assert.equal(inspect(".Config.StopSignal"), "SIGTERM");
        // Docker and podman store it in different places.
        assert.match(
          JSON.stringify(inspect(".")),
          /"health-?check":\{"Test":\["CMD","node","health-check\.mjs"\]/i,
        );
        assert.equal(output("id", "-u").trim(), "1000");
      });

      it("no secrets and no settings of a deployment", () => {
        const names = (inspect(".Config.Env") as string[]).map((variable) => variable.split("=")[0]);
        assert.ok(
          !names.some((variable) => /KEY|TOKEN|SECRET|JWT|FIREBASE/.test(String(variable))),
          `${names}`,
        );
      });
    });

    describe("behaves as the app does", () => {
      paritySuite(api, [appTarget, imageTarget], appCases, { environment: noProvider });
    });

    it("passes the whole demo, and exits with code 0 on SIGTERM", async () => {
      const identity = await startLocalIssuer({ callers: Object.values(local.callers) });
      try {
        const environment = {
          ...apiEnvironment({ api, callers: local.callers }, identity),
          HOST: "127.0.0.1",
          PORT: "0",
        };
        const child = spawnServer(environment);
        const baseUrl = await printed(child, LISTENING);
        const rows = await walkWholeDemo(baseUrl);
        assert.deepEqual(
          rows.filter(({ difference }) => difference !== undefined),
          [],
        );
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        assert.equal(await ended, 0);
      } finally {
        await identity.close();
      }
    });

    it("passes the whole demo with its identity provider as in the compose files (on the host's network)", async () => {
      const { api, identity } = composed("compose.yaml", "compose.override.yaml");
      assert.ok(api?.environment && identity);
      build(IDENTITY, [`--target=${identity.build.target}`]);
      const container = `identity-${process.pid}`;
      const provider = spawn(IDENTITY, [...runOptions(identity), `--name=${container}`], {
        HOST: "127.0.0.1",
        PORT: "0",
      });
      try {
        const providerUrl = await printed(provider, /Listening at (\S+),/);
        const { port } = new URL(providerUrl);
        const isHealthy = (onPort: string) =>
          execute(
            container,
            [`--env=PORT=${onPort}`],
            ["node", "packages/local/src/identity/health-check.ts"],
          );
        assert.equal(isHealthy(port), 0);
        assert.equal(isHealthy("1"), 1);

        const known = Object.entries(api.environment).flatMap(([key, value]) =>
          value === null ? [] : [[key, value.replace("http://identity:9099", providerUrl)] as const],
        );
        const environment = { ...Object.fromEntries(known), HOST: "127.0.0.1", PORT: "0" };
        const child = spawn(API, runOptions(api), environment);
        const baseUrl = await printed(child, LISTENING);
        const rows = await walkWholeDemo(baseUrl);
        child.kill("SIGTERM");
        assert.deepEqual(
          rows.filter(({ difference }) => difference !== undefined),
          [],
        );
      } finally {
        const ended = new Promise((resolve) => provider.once("exit", resolve));
        provider.kill("SIGTERM");
        assert.equal(await ended, 0);
      }
    });

    it("lists every mistake in its environment, and exits with code 1", async () => {
      const { RUNTIME: _, ...environment } = testEnvironment(api, undefined, {
        PORT: "http",
        JWT_ISSUER: "issuer",
      });
      const child = spawnServer(environment);
      assert.equal(await new Promise((resolve) => child.once("exit", resolve)), 1);
    });
  });
}

async function walkWholeDemo(baseUrl: string) {
  const on = await switchedOn(api, demo, { authEndpoints: true, docs: true });
  return walkDemo(baseUrl, { ...on, callers: local.callers, print: () => {} });
}

/** Waits for a process's output to match, and returns the first group. */
function printed(child: ReturnType<Engine["spawn"]>, pattern: RegExp): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`It ended with ${code}: ${output}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk;
      const found = pattern.exec(output)?.[1];
      if (found) resolve(found);
    });
  });
}
