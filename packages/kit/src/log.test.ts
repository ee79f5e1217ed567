import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AxiosError, AxiosHeaders } from "axios";
import { createLog, withoutSecrets } from "./log.ts";

/** Writes one line; returns its text and its parsed content. */
function lineOf(use: (log: ReturnType<typeof createLog>) => void) {
  const lines: string[] = [];
  use(createLog((line) => lines.push(line)));
  assert.equal(lines.length, 1);
  const [text = ""] = lines;
  assert.match(text, /^[^\n\r]+\n$/, "one line, ended by a newline");
  return { text, entry: JSON.parse(text) };
}

describe("a log line", () => {
  it("is JSON with level, time, message and fields", () => {
    for (const level of ["info", "warn", "error"] as const) {
      const { entry } = lineOf((log) => log[level]("listening", { port: 5000 }));
      assert.match(entry.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.deepEqual(entry, { level, time: entry.time, message: "listening", port: 5000 });
    }
  });

  it("carries the fields of each log that it was derived from", () => {
    const { entry } = lineOf((log) => log.with({ a: 1 }).with({ b: 2 }).info("x", { c: 3 }));
    assert.deepEqual([entry.a, entry.b, entry.c], [1, 2, 3]);
  });

  it("lets no field replace the level, the message or the log's own fields", () => {
    const { entry } = lineOf((log) =>
      log.with({ requestId: "real" }).info("real", { level: "x", message: "x", requestId: "x" }),
    );
    assert.deepEqual([entry.level, entry.message, entry.requestId], ["info", "real", "real"]);
  });

  it("does not add the fields of one log to another", () => {
    const { entry } = lineOf((log) => {
      log.with({ a: 1 });
      log.info("x");
    });
    assert.equal("a" in entry, false);
  });

  it("cannot be forged by a newline in a logged value", () => {
    const forged = '\n{"level":"error","message":"forged"}\r\n';
    const { entry } = lineOf((log) => log.with({ context: forged }).info(forged, { [forged]: forged }));
    assert.equal(entry.message, forged);
    assert.equal(entry[forged], forged);
  });

  it("has an error's name, message, code and stack", () => {
    const error = Object.assign(new RangeError("too much"), { code: "E_MUCH" });
    const { entry } = lineOf((log) => log.error("failed", { error }));
    assert.deepEqual(entry.error, {
      name: "RangeError",
      message: "too much",
      code: "E_MUCH",
      stack: error.stack,
    });
  });

  it("has an error's causes, and errors inside lists and objects", () => {
    const error = new Error("outer", { cause: new Error("inner", { cause: "text" }) });
    const { entry } = lineOf((log) => log.error("failed", { error, list: [error], map: { error } }));
    for (const logged of [entry.error, entry.list[0], entry.map.error]) {
      assert.equal(logged.message, "outer");
      assert.equal(logged.cause.message, "inner");
      assert.equal(logged.cause.cause, "text");
    }
  });

  it("has no other property of an error, which may hold secrets", () => {
    const error = Object.assign(new Error("failed"), { request: { password: "hunter2" }, token: "hunter2" });
    const { text } = lineOf((log) => log.error("failed", { error: new Error("outer", { cause: error }) }));
    assert.ok(!text.includes("hunter2"));
  });

  it("ignores an error's own toJSON, such as an HTTP client's", () => {
    const config = { url: "https://example.com/?key=hunter2", data: "hunter2", headers: new AxiosHeaders() };
    const error = new AxiosError("Request failed", "ERR_BAD_REQUEST", config);
    assert.ok(JSON.stringify(error).includes("hunter2"), "it would tell");
    const { text, entry } = lineOf((log) =>
      log.error("failed", { error: new Error("outer", { cause: error }) }),
    );
    assert.ok(!text.includes("hunter2"), text);
    assert.equal(entry.error.cause.code, "ERR_BAD_REQUEST");
    assert.equal(entry.error.cause.message, "Request failed");
  });

  it("is written whatever is logged: values without JSON cost neither the line nor the request", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const ownCause = new Error("its own cause");
    ownCause.cause = ownCause;
    const throwing = {
      get secret() {
        throw new Error("no");
      },
    };
    for (const value of [cyclic, 1n, throwing, ownCause, new Error("outer", { cause: cyclic })]) {
      const { entry } = lineOf((log) => log.with({ requestId: "id-1" }).error("failed", { value }));
      assert.equal(entry.level, "error");
      assert.equal(entry.message, "failed");
      assert.equal(entry.requestId, "id-1");
      if (value instanceof Error) assert.match(entry.value, new RegExp(value.message));
    }
  });

  it("leaves out undefined values, functions and symbols", () => {
    const { entry } = lineOf((log) => log.info("x", { a: undefined, b: () => 1, c: Symbol("c"), d: null }));
    assert.deepEqual(Object.keys(entry), ["level", "time", "message", "d"]);
  });

  it("goes to standard output by default", (test) => {
    const write = test.mock.method(process.stdout, "write", () => true);
    createLog().info("hello");
    const [text] = write.mock.calls[0]?.arguments ?? [];
    write.mock.restore();
    assert.equal(JSON.parse(String(text)).message, "hello");
  });
});

describe("a log without secrets", () => {
  it("has three stars in place of a secret, in a message, a field or an error, however JSON writes it", () => {
    const lines: string[] = [];
    const secret = 'postgres://owner:pass"word@db';
    const log = createLog(withoutSecrets((line) => lines.push(line), [secret, "short"]));
    log.error(`cannot reach ${secret}`, {
      url: secret,
      error: new Error(`no ${secret}`, { cause: secret }),
      is: "short",
    });
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines[0] ?? "", /owner:pass/);
    assert.equal(JSON.parse(lines[0] ?? "").url, "***");
    assert.equal(JSON.parse(lines[0] ?? "").is, "short");
  });
});
