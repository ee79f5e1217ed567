import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { fixtureApi } from "../../test/fixtures/api.ts";
import { holdRequest } from "../../test/support/held-request.ts";
import {
  type Entry,
  isAccess,
  isListening,
  isStopping,
  type ServerProcess,
  startServerProcess,
} from "../../test/support/server-process.ts";
import { release } from "../release.ts";
import { noIssuer, testEnvironment } from "../testing/test-environment.ts";

describe("the container's process", () => {
  const processes: ServerProcess[] = [];
  afterEach(async () => {
    for (const { child, ended } of processes.splice(0)) {
      child.kill("SIGKILL");
      await ended;
    }
  });

  function start(environment: Readonly<Record<string, string>>): ServerProcess {
    const started = startServerProcess(environment);
    processes.push(started);
    return started;
  }

  async function startListening(environment: Readonly<Record<string, string>> = {}) {
    const server = start(testEnvironment(fixtureApi, noIssuer, { NODE_ENV: "production", ...environment }));
    const { url } = (await server.line(isListening)) as { url: string };
    return { server, url };
  }

  it("lists each mistake in its environment, prints nothing else, and exits with code 1", async () => {
    const server = start({ RUNTIME: "LAMDBA", PORT: "99999", JWT_ISSUER: noIssuer.issuer });
    assert.equal(await server.ended, 1);
    assert.deepEqual(server.entries, []);
    assert.deepEqual(server.stderr().trimEnd().split("\n"), [
      'RUNTIME is invalid ("LAMDBA"); it must be LAMBDA or CONTAINERIZED, e.g. RUNTIME=CONTAINERIZED.',
      "JWT_AUTHORIZED_AUDIENCES is not set; it must be a comma-separated list of audiences, e.g. JWT_AUTHORIZED_AUDIENCES=my-project,my-other-project.",
      'PORT is invalid ("99999"); it must be a number from 0 to 65535, e.g. PORT=5000.',
      "FIREBASE_APP_API_KEY is not set; set the project's web API key, e.g. FIREBASE_APP_API_KEY=AIzaSyExample, or disable the token endpoints with AUTH_ENDPOINTS=off.",
    ]);
  });

  it("does not start without RUNTIME", async () => {
    const { RUNTIME: _, ...environment } = testEnvironment(fixtureApi);
    const server = start(environment);
    assert.equal(await server.ended, 1);
    assert.match(server.stderr(), /^RUNTIME is not set;[^\n]*\n$/);
  });

  it("says that its port is already in use, and exits with code 1", async () => {
    const { url } = await startListening();
    const second = start(testEnvironment(fixtureApi, noIssuer, { PORT: new URL(url).port }));
    assert.equal(await second.ended, 1);
    assert.deepEqual(second.entries, []);
    assert.equal(
      second.stderr(),
      `Port ${new URL(url).port} is already in use; choose another, for example PORT=5000, or use PORT=0 for any free port.\n`,
    );
  });

  it("has three stars in place of a secret in its access log", async () => {
    const { server, url } = await startListening({ FIREBASE_APP_API_KEY: "AIzaSyExample" });
    await fetch(`${url}/v1/nowhere`, { headers: { "user-agent": "it sends AIzaSyExample" } });
    assert.equal(Object(await server.line(isAccess)).client.userAgent, "it sends ***");
  });

  it("warns when it accepts expired tokens", async () => {
    const { server } = await startListening({ JWT_VERIFY_TOKEN_EXPIRATION: "false" });
    const entry = await server.line(({ level }) => level === "warn");
    assert.match(entry.message, /expired tokens are accepted/);
  });

  it("warns once about endpoints for AWS callers, however many workers it has, and returns 403 at them", async () => {
    const environment = { NODE_ENV: "production", WEB_CONCURRENCY: "2" };
    const server = startServerProcess(testEnvironment(fixtureApi, noIssuer, environment), "aws-container.ts");
    processes.push(server);
    const isWarning = ({ level }: Entry) => level === "warn";
    const warning = await server.line(isWarning);
    assert.match(warning.message, /^endpoints for AWS callers return 403 in a container/);
    assert.deepEqual(Object(warning).endpoints, ["POST /v1/probe/signed"]);
    const [{ url }] = await server.lines(2, isListening);
    assert.equal((await fetch(`${url}/v1/probe/signed`, { method: "POST" })).status, 403);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    assert.equal(server.entries.filter(isWarning).length, 1);
  });

  it("does not warn where no endpoint is for AWS callers", async () => {
    const { server } = await startListening();
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    assert.ok(!server.entries.some(({ level }) => level === "warn"));
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`responds to requests in flight on ${signal}, refuses new connections, and exits with code 0`, async () => {
      const { server, url } = await startListening();
      const { answer, finish } = await holdRequest(url);
      server.child.kill(signal);
      const stopping = await server.line(isStopping);
      assert.equal(stopping.signal, signal);
      await assert.rejects(fetch(`${url}/v1/health`), TypeError);
      finish();
      const { status, body } = await answer;
      assert.deepEqual([status, JSON.parse(body).error.code], [400, "001400"]);
      assert.equal(await server.ended, 0);
      // Its line of the access log is not lost either.
      const [entry] = server.entries.filter(isAccess);
      assert.equal(entry?.response.status, "400");
      assert.equal(server.stderr(), "");
    });
  }

  for (const signals of [
    ["SIGTERM", "SIGTERM"],
    ["SIGINT", "SIGINT"],
    ["SIGTERM", "SIGINT"],
  ] as const) {
    it(`is forced to end by a second signal, with exit code 1: ${signals.join(", ")}`, async () => {
      const { server, url } = await startListening();
      const { answer } = await holdRequest(url);
      const cut = assert.rejects(answer, { code: "ECONNRESET" });
      server.child.kill(signals[0]);
      await server.line(isStopping);
      server.child.kill(signals[1]);
      assert.equal(await server.ended, 1);
      await cut;
    });
  }

  it("reports version and commit when it starts, and at its health endpoint", async () => {
    const { server, url } = await startListening();
    const started = await server.line(isListening);
    assert.deepEqual({ version: started.version, commit: started.commit }, release(fixtureApi));
    await (await fetch(`${url}/v1/health`)).text();
    const { api } = await server.line(isAccess);
    assert.deepEqual({ version: api.version, commit: api.commit }, release(fixtureApi));
  });

  it("writes one line per request with the groups of the gateway's access log, and no other line", async () => {
    const { server, url } = await startListening({ AWS_API_GW_STAGE_NAME: "mvp" });
    const paths = ["/v1/health?secret=1", "/v1/me", "/v1/nowhere"];
    for (const path of paths) await (await fetch(url + path, { headers: { "user-agent": "a test" } })).text();
    const entries = await server.lines(3, isAccess);
    assert.deepEqual(
      entries.map(({ http, response, error, api, client }) => [
        http.path,
        http.routeKey,
        response.status,
        error.responseType,
        api.stage,
        client.userAgent,
      ]),
      [
        ["/v1/health", "GET /v1/health", "200", "-", "mvp", "a test"],
        ["/v1/me", "GET /v1/me", "401", "001401", "mvp", "a test"],
        ["/v1/nowhere", "-", "404", "001404", "mvp", "a test"],
      ],
    );
    for (const entry of entries) {
      assert.deepEqual(Object.keys(entry), [
        "request",
        "api",
        "client",
        "http",
        "integration",
        "error",
        "response",
      ]);
    }
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    assert.deepEqual(
      server.entries.filter((entry) => !isAccess(entry)).map(({ message }) => message),
      ["listening", "stopping"],
    );
  });
});
