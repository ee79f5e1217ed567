/** The caller in the access log, if the owner enables it. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { defineApi } from "../src/api.ts";
import { anyone, apiKey, auth } from "../src/route/access.ts";
import { service } from "../src/services.ts";
import { handlerTarget, type StartTarget, serverTarget } from "../src/testing/targets.ts";
import { createTestApiKeys } from "../src/testing/test-api-keys.ts";
import { startTestIssuer } from "../src/testing/test-issuer.ts";

const contract = {
  method: "GET",
  summary: "Of a test.",
  responses: (z: typeof import("zod")) => ({ 200: { description: "Done.", schema: z.unknown() } }),
} as const;
const done = async () => ({ status: 200, body: "done" }) as const;
const keys = createTestApiKeys();
const base = {
  name: "audited",
  version: "1.0.0",
  description: "Of a test.",
  services: { apiKeys: service({ create: () => keys.store }) },
} as const;
const { defineRoute } = defineApi({ ...base, routes: {} });
const api = defineApi({
  ...base,
  routes: {
    "GET /v1/person": async () =>
      defineRoute({ ...contract, operationId: "person", path: "/v1/person" }).handler(auth(done)),
    "GET /v1/machine": async () =>
      defineRoute({ ...contract, operationId: "machine", path: "/v1/machine" }).handler(apiKey(done)),
    "GET /v1/admins": async () =>
      defineRoute({ ...contract, operationId: "admins", path: "/v1/admins" }).handler(
        auth({ groups: ["ADMINS"] }, done),
      ),
    "GET /v1/open": async () =>
      defineRoute({ ...contract, operationId: "open", path: "/v1/open" }).handler(anyone(done)),
  },
});

async function start(t: TestContext, startTarget: StartTarget, ACCESS_LOG_SUBJECT: string) {
  const issuer = await startTestIssuer();
  const lines: string[] = [];
  const target = await startTarget({
    api,
    issuer,
    environment: { ACCESS_LOG_SUBJECT },
    write: (line) => lines.push(line),
  });
  t.after(async () => {
    await target.close();
    await issuer.close();
  });
  const key = keys.issue();
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const { status } = await target.request({ method: "GET", path, headers });
    return status;
  };
  const bearer = issuer.bearer(["USERS"], { sub: "alice" });
  assert.deepEqual(
    [
      await get("/v1/person", { authorization: bearer }),
      await get("/v1/machine", { "x-api-key": key }),
      await get("/v1/machine", { "x-api-key": `${key.slice(0, -1)}!` }),
      await get("/v1/admins", { authorization: bearer }),
      await get("/v1/open"),
    ],
    [200, 200, 401, 403, 200],
  );
  // The server writes its last line after the answer is sent.
  const entries = () => lines.map((line) => JSON.parse(line)).filter(({ client }) => client);
  return { key, lines, entries };
}

describe("the access log", () => {
  it("names the subject of a token, also if it is refused, or the prefix of an API key, and no other caller: server", async (t) => {
    const { key, lines, entries } = await start(t, serverTarget, "on");
    const [prefix] = key.split(".");
    assert.deepEqual(
      entries()
        .slice(0, 4)
        .map(({ client }) => client.subject),
      ["alice", prefix, "-", "alice"],
    );
    assert.ok(!lines.join("").includes(key));
  });

  it("has the prefix of an API key in the same field of the function's log, because the gateway does not know it", async (t) => {
    const { key, lines, entries } = await start(t, handlerTarget, "on");
    const [prefix] = key.split(".");
    assert.deepEqual(
      entries().map(({ message, client }) => [message, client.subject]),
      [["caller", prefix]],
    );
    assert.ok(!lines.join("").includes(key));
  });

  for (const startTarget of [serverTarget, handlerTarget])
    it(`names no caller by default: ${startTarget === serverTarget ? "server" : "handler"}`, async (t) => {
      const { lines } = await start(t, startTarget, "off");
      assert.doesNotMatch(lines.join(""), /alice|"subject"|key_/);
    });
});
