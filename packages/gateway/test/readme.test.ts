// The README's example is a file, and it does what the README says.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { defaultSwitches } from "../src/index.ts";
import { rsaKey, signToken, startIssuer } from "./support/local-issuer.ts";

const packageFile = (path: string) => new URL(`../${path}`, import.meta.url);

describe("the README", () => {
  it("shows its examples word for word", async () => {
    const readme = await readFile(packageFile("README.md"), "utf8");
    const shown = [...readme.matchAll(/`(examples\/[\w-]+\.ts)`:\n\n```ts\n([\s\S]*?)```/g)];
    assert.deepEqual(
      shown.map(([, path]) => path),
      ["examples/gateway.ts", "examples/inspected.ts"],
    );
    assert.equal(readme.match(/```ts/g)?.length, shown.length, "no snippet that is not a file");
    for (const [, path = "", code] of shown)
      assert.equal(code, await readFile(packageFile(path), "utf8"), path);
  });

  it("has an example that asks for a token and then lets the handler answer", async (t) => {
    const issuer = await startIssuer(t);
    const [url = ""] = await startExample(t, "examples/gateway.ts", { JWT_ISSUER: issuer.issuer });
    const refused = await fetch(url);
    assert.deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, "Bearer"]);
    const claims = {
      iss: issuer.issuer,
      aud: "my-project",
      sub: "ann",
      exp: Math.floor(Date.now() / 1000) + 60,
    };
    const authorization = `Bearer ${signToken(rsaKey("first"), claims)}`;
    const answered = await fetch(url, { headers: { authorization } });
    assert.deepEqual([answered.status, await answered.json()], [200, { orderId: "7", caller: "ann" }]);
  });

  it("has an example whose inspector shows a request", async (t) => {
    const [url = "", inspectorUrl = ""] = await startExample(t, "examples/inspected.ts", {
      INSPECTOR_PORT: "0",
    });
    assert.deepEqual(await (await fetch(url)).json(), { orderId: "7" });
    const { requests } = (await (await fetch(`${inspectorUrl}/requests.json`)).json()) as {
      requests: { path: string }[];
    };
    assert.deepEqual(
      requests.map(({ path }) => path),
      ["/v1/orders/7"],
    );
  });
});

/** Gives the addresses in the example's first line of output. */
async function startExample(
  t: TestContext,
  path: string,
  environment: Record<string, string>,
): Promise<string[]> {
  const example = spawn(process.execPath, [fileURLToPath(packageFile(path))], {
    env: { ...process.env, ...environment, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => example.kill());
  const lines = createInterface(example.stdout)[Symbol.asyncIterator]();
  const { value: line = "" } = await lines.next();
  return line.match(/http:\S+/g) ?? [];
}

describe("docs/behaviour.md", () => {
  it("lists every switch with its default", async () => {
    const behaviour = await readFile(packageFile("docs/behaviour.md"), "utf8");
    for (const [name, value] of Object.entries(defaultSwitches)) {
      assert.ok(behaviour.includes(`| \`${name}\` | \`${JSON.stringify(value)}\` |`), name);
    }
  });
});
