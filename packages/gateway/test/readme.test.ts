// The README's examples are files that do what the README says.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { defaultSwitches } from "../src/index.ts";
import { assertOrderExample } from "./support/order-example.ts";
import { startExample } from "./support/start-example.ts";

const packageFile = (path: string) => new URL(`../${path}`, import.meta.url);

describe("the README", () => {
  it("shows its examples word for word", async () => {
    const readme = await readFile(packageFile("README.md"), "utf8");
    const shown = [...readme.matchAll(/`(examples\/[\w-]+\.ts)`:\n\n```ts\n([\s\S]*?)```/g)];
    assert.deepEqual(
      shown.map(([, path]) => path),
      ["examples/gateway.ts", "examples/inspected.ts"],
    );
    assert.equal(readme.match(/```ts/g)?.length, shown.length, "has no snippet that is not a file");
    for (const [, path = "", code] of shown)
      assert.equal(code, await readFile(packageFile(path), "utf8"), path);
  });

  it("has an example that asks for a token and then lets the handler respond", async (t) => {
    await assertOrderExample(t, fileURLToPath(packageFile("examples/gateway.ts")));
  });

  it("has an example whose inspector shows a request", async (t) => {
    const [url = "", inspectorUrl = ""] = await startExample(
      t,
      fileURLToPath(packageFile("examples/inspected.ts")),
      {
        INSPECTOR_PORT: "0",
      },
    );
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

describe("docs/behaviour.md", () => {
  it("lists every switch with its default", async () => {
    const behaviour = await readFile(packageFile("docs/behaviour.md"), "utf8");
    for (const [name, value] of Object.entries(defaultSwitches)) {
      assert.ok(behaviour.includes(`| \`${name}\` | \`${JSON.stringify(value)}\` |`), name);
    }
  });
});
