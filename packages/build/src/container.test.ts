import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm, truncate } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { noIssuer, testEnvironment } from "@lambda-express-api/kit/testing/test-environment.ts";
import { api } from "../test/fixtures/api/src/api.ts";
import { FIXTURE } from "../test/fixtures/fixture.ts";
import { assertOwnStack } from "../test/support/assert-own-stack.ts";
import { routeSource, writeApi } from "../test/support/write-api.ts";
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

  /** Starts a built container, until its address is logged. */
  async function start(built: string, environment: Readonly<Record<string, string>>) {
    const server = spawn(process.execPath, ["main.mjs"], {
      cwd: built,
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(server, "exit");
    const entries: Record<string, unknown>[] = [];
    for await (const line of createInterface(server.stdout)) {
      const entry = JSON.parse(line);
      entries.push(entry);
      if (entry.message === "listening") return { server, ended, entries, url: new URL(entry.url) };
    }
    throw new Error("The server ended before it listened");
  }

  it("starts, passes its health check at the path of its API's health endpoint, logs errors with the functions and the lines of the source, and exits with 0 on SIGTERM", async () => {
    const environment = testEnvironment(api, noIssuer, { NODE_ENV: "production" });
    const { server, ended, url } = await start(folder, environment);
    const log = text(server.stdout);
    try {
      const { port, origin } = url;
      assert.equal(await healthCheck({ ...environment, PORT: port }), 0);
      assert.equal((await fetch(`${origin}/v1/health`)).status, 200);
      assert.equal((await fetch(`${origin}/v1/docs`)).status, 200, "the files of the docs are there");
      assert.equal((await fetch(`${origin}/v1/orders`)).status, 500);
      server.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
      const errors = (await log).split("\n").filter((line) => line.includes('"level":"error"'));
      assert.equal(errors.length, 1, errors.join("\n"));
      assertOwnStack(JSON.parse(errors[0] ?? "").error);
      assert.equal(await healthCheck({ ...environment, PORT: port }), 1, "once it is stopped");
    } finally {
      server.kill("SIGKILL");
    }
  });

  it("has code caches, and starts without them where V8 does not use them, after a line in the log", async () => {
    const copy = await mkdtemp(join(tmpdir(), "changed-container-"));
    await cp(folder, copy, { recursive: true });
    await truncate(join(copy, "app.js.cache"), 100);
    const messages = async (built: string) => {
      const { server, ended, entries } = await start(built, testEnvironment(api, noIssuer));
      server.kill("SIGKILL");
      await ended;
      return entries.map(({ message }) => message);
    };
    try {
      assert.deepEqual(await messages(folder), ["listening"]);
      assert.deepEqual(await messages(copy), ["code cache not used", "listening"]);
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it("is built without code caches if it cannot start in the build, which says why", async (t) => {
    const written = await mkdtemp(join(tmpdir(), "written-container-"));
    try {
      await writeApi(
        written,
        { "GET /health": ["get-health.ts", routeSource("GET /health", { role: "health" })] },
        { "src/container.ts": 'throw new Error("There is no database");' },
      );
      const write = t.mock.method(process.stderr, "write");
      await buildContainer(written);
      const said = write.mock.calls.map(({ arguments: [text] }) => String(text)).join("");
      assert.match(
        said,
        /^The container does not have a code cache, because it did not start during the build\.\n/,
      );
      assert.match(said, /There is no database/);
      assert.deepEqual(globSync("dist/container/*.cache", { cwd: written }), []);
      assert.ok(existsSync(join(written, "dist/container/main.mjs")));
    } finally {
      await rm(written, { recursive: true });
    }
  });

  it("does not import Node's own modules as ES modules, for which Node would load an HTTP client at each start", () => {
    for (const file of globSync("*.mjs", { cwd: folder })) {
      const imported = readFileSync(join(folder, file), "utf8").matchAll(/^import\b[^;"]*"([^"]+)";$/gm);
      for (const [line, specifier = ""] of imported) assert.ok(!isBuiltin(specifier), `${file}: ${line}`);
    }
  });

  it("loads no endpoint at the start: the build contains what the start says about them", () => {
    const app = readFileSync(join(folder, "app.js"), "utf8");
    assert.doesNotMatch(app, /typeof AWS_CALLERS_ENDPOINTS/);
  });

  it("has no sources and no packages, and knows its release", () => {
    assert.ok(existsSync(join(folder, "release.json")));
    assert.ok(!existsSync(join(folder, "node_modules")));
  });
});
