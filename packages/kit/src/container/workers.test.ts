import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import { fixtureApi } from "../../test/fixtures/api.ts";
import { holdRequest } from "../../test/support/held-request.ts";
import {
  isListening,
  isStopping,
  type ServerProcess,
  startServerProcess,
} from "../../test/support/server-process.ts";
import { noIssuer, testEnvironment } from "../testing/test-environment.ts";

describe("two worker processes", () => {
  const processes: ServerProcess[] = [];
  afterEach(async () => {
    for (const { child, ended } of processes.splice(0)) {
      child.kill("SIGKILL");
      await ended;
    }
  });

  function start(environment: Readonly<Record<string, string>> = {}): ServerProcess {
    const started = startServerProcess(
      testEnvironment(fixtureApi, noIssuer, { WEB_CONCURRENCY: "2", ...environment }),
    );
    processes.push(started);
    return started;
  }

  async function startListening() {
    const server = start();
    const [first, second] = await server.lines(2, isListening);
    assert.equal(first.url, second.url);
    assert.notEqual(first.pid, second.pid);
    return { server, url: first.url as string, pids: [first.pid, second.pid] as [number, number] };
  }

  /** Puts two requests in flight, in one worker or in both: the system distributes connections. */
  async function occupy(url: string) {
    const held = [await holdRequest(url), await holdRequest(url)];
    return {
      answers: held.map(({ answer }) => answer),
      finish() {
        for (const { finish } of held) finish();
      },
    };
  }

  it("share one port; a dead one is replaced while the other serves", async () => {
    const { server, url, pids } = await startListening();
    process.kill(pids[0], "SIGKILL");
    const died = await server.line(({ message }) => message === "a worker died and is replaced");
    assert.deepEqual([died.level, died.pid, died.signal], ["error", pids[0], "SIGKILL"]);
    assert.equal((await fetch(`${url}/v1/health`)).status, 200);
    const [, , third] = await server.lines(3, isListening);
    assert.equal(third.url, url);
    assert.ok(!pids.includes(third.pid));
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`respond to requests in flight on ${signal} to the primary, refuse new connections, and exit with code 0`, async () => {
      const { server, url } = await startListening();
      const { answers, finish } = await occupy(url);
      server.child.kill(signal);
      await server.lines(2, isStopping);
      await assert.rejects(fetch(`${url}/v1/health`), TypeError);
      finish();
      for (const answer of answers) assert.equal((await answer).status, 400);
      assert.equal(await server.ended, 0);
      assert.equal(server.stderr(), "");
    });
  }

  it("each log that they stop, even with nothing in flight", async () => {
    const { server, pids } = await startListening();
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    const stopping = server.entries.filter(isStopping).map(({ pid }) => pid);
    assert.deepEqual(stopping.sort(), [...pids].sort());
  });

  it("drain on Ctrl-C, which reaches both the workers and the primary", async () => {
    const { server, url, pids } = await startListening();
    const { answers, finish } = await occupy(url);
    for (const pid of pids) process.kill(pid, "SIGINT");
    server.child.kill("SIGINT");
    await server.lines(2, isStopping);
    finish();
    for (const answer of answers) assert.equal((await answer).status, 400);
    assert.equal(await server.ended, 0);
  });

  it("are forced to end by a second signal, with exit code 1", async () => {
    const { server, url } = await startListening();
    const { answers } = await occupy(url);
    const cut = Promise.allSettled(answers);
    server.child.kill("SIGTERM");
    await server.lines(2, isStopping);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 1);
    for (const { status } of await cut) assert.equal(status, "rejected");
  });

  it("make the primary exit with code 1 when they cannot start", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = other.address() as AddressInfo;
      const server = start({ PORT: String(port) });
      assert.equal(await server.ended, 1);
      assert.match(server.stderr(), new RegExp(`^(Port ${port} is already in use;[^\\n]*\\n)+$`));
      const messages = server.entries.map(({ message }) => message);
      assert.ok(messages.includes("a worker cannot start"));
      assert.ok(!messages.includes("a worker died and is replaced"));
    } finally {
      other.close();
    }
  });

  it("leave mistakes in the environment to the primary, which reports them once", async () => {
    const server = start({ RUNTIME: "" });
    assert.equal(await server.ended, 1);
    assert.match(server.stderr(), /^RUNTIME is not set;[^\n]*\n$/);
  });
});
