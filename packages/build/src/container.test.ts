import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { noIssuer, testEnvironment } from "@lambda-express-api/kit/testing/test-environment.ts";
import { api } from "../test/fixtures/api/src/api.ts";
import { FIXTURE } from "../test/fixtures/fixture.ts";
import { buildContainer } from "./container.ts";

describe("the built container", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "built-container-"));
    await buildContainer(FIXTURE, folder);
  });
  after(() => rm(folder, { recursive: true }));

  /** The exit code of the health check. */
  async function healthCheck(environment: Readonly<Record<string, string>>): Promise<number | null> {
    const child = execFile(process.execPath, [join(folder, "health-check.mjs")], { env: environment });
    const [code] = await once(child, "exit");
    return code;
  }

  it("starts, passes its health check at the path of its API's health endpoint, and exits with 0 on SIGTERM", async () => {
    const environment = testEnvironment(api, noIssuer, { NODE_ENV: "production" });
    const server = spawn(process.execPath, ["main.mjs"], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(server, "exit");
    try {
      const urls = new Promise<URL>((resolve, reject) => {
        const lines = createInterface(server.stdout);
        lines.on("line", (line) => {
          const { message, url } = JSON.parse(line);
          if (message === "listening") resolve(new URL(url));
        });
        lines.on("close", () => reject(new Error("The server ended before it listened")));
      });
      const { port, origin } = await urls;
      assert.equal(await healthCheck({ ...environment, PORT: port }), 0);
      assert.equal((await fetch(`${origin}/v1/health`)).status, 200);
      assert.equal((await fetch(`${origin}/v1/docs`)).status, 200, "the files of the docs are there");
      server.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
      assert.equal(await healthCheck({ ...environment, PORT: port }), 1, "once it is stopped");
    } finally {
      server.kill("SIGKILL");
    }
  });

  it("does not import Node's own modules as ES modules, for which Node would load an HTTP client at each start", () => {
    for (const file of globSync("*.mjs", { cwd: folder })) {
      const imported = readFileSync(join(folder, file), "utf8").matchAll(/^import\b[^;"]*"([^"]+)";$/gm);
      for (const [line, specifier = ""] of imported) assert.ok(!isBuiltin(specifier), `${file}: ${line}`);
    }
  });

  it("loads no endpoint at the start: the build contains what the start says about them", () => {
    const main = readFileSync(join(folder, "main.mjs"), "utf8");
    assert.doesNotMatch(main, /typeof AWS_CALLERS_ENDPOINTS/);
  });

  it("has no sources and no packages, and knows its release", () => {
    assert.ok(existsSync(join(folder, "release.json")));
    assert.ok(!existsSync(join(folder, "node_modules")));
  });
});
