import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { fixtureApi } from "../../test/fixtures/api.ts";
import { holdRequest } from "../../test/support/held-request.ts";
import {
  isAccess,
  isListening,
  isStopping,
  type ServerProcess,
  startServerProcess,
} from "../../test/support/server-process.ts";
import { noIssuer, testEnvironment } from "../testing/test-environment.ts";

const processes: ServerProcess[] = [];
afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});

async function startListening(
  environment: Readonly<Record<string, string>>,
  entry?: Parameters<typeof startServerProcess>[1],
) {
  const server = startServerProcess(testEnvironment(fixtureApi, noIssuer, environment), entry);
  processes.push(server);
  const { url } = await server.line(isListening);
  return { server, url };
}

/** On separate connections: one that is kept alive would be served to the end. */
const get = (url: string) => fetch(url, { headers: { connection: "close" } });
const post = (url: string) => fetch(url, { method: "POST", headers: { connection: "close" } });

const isFault = ({ message }: { readonly message: string }) =>
  message === "an unhandled error ends the process";

describe("an unhandled error", () => {
  for (const [path, expected] of [
    ["/v1/reject", "a rejection"],
    ["/v1/rejectWithNothing", /undefined/],
    ["/v1/throwLater", "an exception"],
  ] as const) {
    it(`is logged as one line of JSON; requests in flight are answered, and the process exits with code 1: ${path}`, async () => {
      const { server, url } = await startListening({}, "faulty-container.ts");
      const { answer, finish } = await holdRequest(url);
      assert.equal((await post(url + path)).status, 200);
      const { level, error } = await server.line(isFault);
      assert.equal(level, "error");
      if (typeof expected === "string") assert.equal(error.message, expected);
      else assert.match(error.message ?? "", expected);
      await assert.rejects(get(`${url}/v1/health`), TypeError);
      finish();
      assert.equal((await answer).status, 400);
      assert.equal(await server.ended, 1);
      assert.equal(server.stderr(), "");
      assert.equal(server.entries.filter(isAccess).length, 2);
    });
  }

  it("replaces its worker, once that has responded to its requests in flight", async () => {
    const { server, url } = await startListening({ WEB_CONCURRENCY: "2" }, "faulty-container.ts");
    await server.lines(2, isListening);
    await post(`${url}/v1/reject`);
    const { pid } = await server.line(isFault);
    const died = await server.line(({ message }) => message === "a worker died and is replaced");
    assert.deepEqual([died.pid, died.code], [pid, 1]);
    await server.lines(3, isListening);
    assert.equal((await get(`${url}/v1/health`)).status, 200);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    assert.equal(server.stderr(), "");
  });
});

describe("a container with a delay before it drains, after the signal to stop", () => {
  for (const workers of ["1", "2"]) {
    it(`reports it at its health endpoint, and accepts new connections and requests until then (workers: ${workers})`, async () => {
      const { server, url } = await startListening({ DRAIN_DELAY_SECONDS: "300", WEB_CONCURRENCY: workers });
      const count = Number(workers) as 1 | 2;
      await server.lines(count, isListening);
      const { answer, finish } = await holdRequest(url);
      server.child.kill("SIGTERM");
      await server.lines(count, isStopping);
      for (let request = 0; request < 8; request++) {
        const health = await get(`${url}/v1/health`);
        const { error } = (await health.json()) as { error: { code: string } };
        assert.deepEqual([health.status, error.code], [503, "003503"]);
        const other = await get(`${url}/v1/me`);
        assert.equal(other.status, 401);
        await other.text();
      }
      // The second signal skips the rest of the delay.
      server.child.kill("SIGTERM");
      await server.lines((2 * count) as 2, isStopping);
      await assert.rejects(get(`${url}/v1/health`), TypeError);
      finish();
      assert.equal((await answer).status, 400);
      assert.equal(await server.ended, 0);
      assert.equal(server.stderr(), "");
      assert.deepEqual(
        server.entries.filter(({ level }) => level === "error"),
        [],
      );
    });
  }

  it("stops by itself after the delay", async () => {
    const { server } = await startListening({ DRAIN_DELAY_SECONDS: "1" });
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
  });
});

describe("two workers, one of which is killed", () => {
  it("leave no caller without a response: no connection goes through the worker that hung before", async () => {
    const { server, url } = await startListening({ WEB_CONCURRENCY: "2" });
    const [{ pid }] = await server.lines(2, isListening);
    process.kill(pid, "SIGSTOP");
    const answers = Array.from({ length: 20 }, () => get(`${url}/v1/health`));
    for (const answer of answers) assert.equal((await answer).status, 200);
    process.kill(pid, "SIGKILL");
    await server.lines(3, isListening);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
  });

  it("are two again, even if the replacement is killed while it starts", async () => {
    const { server, url } = await startListening({ WEB_CONCURRENCY: "2" });
    const [{ pid }] = await server.lines(2, isListening);
    process.kill(pid, "SIGKILL");
    const isDeath = ({ message }: { readonly message: string }) =>
      message === "a worker died and is replaced";
    const { replacement } = await server.line(isDeath);
    process.kill(replacement, "SIGKILL");
    await server.lines(2, isDeath);
    await server.lines(3, isListening);
    assert.equal((await get(`${url}/v1/health`)).status, 200);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    assert.equal(server.stderr(), "");
  });

  it("exit with code 0 on a signal to stop while one of them starts", async () => {
    const { server } = await startListening({ WEB_CONCURRENCY: "2" });
    const [{ pid }] = await server.lines(2, isListening);
    process.kill(pid, "SIGKILL");
    await server.line(({ message }) => message === "a worker died and is replaced");
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    assert.equal(server.stderr(), "");
  });
});
