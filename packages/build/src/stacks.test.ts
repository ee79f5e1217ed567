import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";
import { noIssuer, testEnvironment } from "@lambda-express-api/kit/testing/test-environment.ts";
import { routeSource, writeApi } from "../test/support/write-api.ts";
import { buildContainer } from "./container.ts";
import { buildLambda } from "./lambda.ts";

const ROUTE = routeSource("GET /orders", {
  before:
    "class OrderFailed extends Error {}\nfunction placeOrder(): never {\n  throw new OrderFailed('no stock');\n}",
  answer: "placeOrder()",
});
const LINE = ROUTE.split("\n").findIndex((line) => line.includes("throw new")) + 1;

it("an error that a built API logs has the class, the functions and the lines of the source", async () => {
  const folder = await mkdtemp(join(tmpdir(), "stacks-"));
  try {
    const health = ["get-health.ts", routeSource("GET /health", { role: "health" })] as const;
    await writeApi(folder, { "GET /health": health, "GET /orders": ["get-orders.ts", ROUTE] });
    const architecture = process.arch === "arm64" ? "arm64" : "x64";
    await buildLambda(folder, { out: join(folder, "lambda"), architecture });
    await buildContainer(folder, join(folder, "container"));
    for (const [kind, entry] of [
      ["handler", "lambda/bundle.mjs"],
      ["server", "container/main.mjs"],
    ] as const) {
      const { cause } = await loggedBy(kind, join(folder, entry));
      const [first = "", second = ""] = cause.stack.split("\n").slice(1);
      assert.match(
        first,
        new RegExp(`at placeOrder \\(.*src/routes/get-orders\\.ts:${LINE}:\\d+\\)$`),
        entry,
      );
      assert.match(second, /src\/routes\/get-orders\.ts:\d+:\d+\)$/, entry);
      assert.match(cause.stack, /packages\/kit\/src\/route\/handle-route\.ts:\d+:\d+/, entry);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function loggedBy(
  kind: string,
  entry: string,
): Promise<{ readonly cause: { readonly stack: string } }> {
  const program = join(import.meta.dirname, "../test/support/ask.ts");
  const asked = promisify(execFile)(process.execPath, [program, kind, entry, "/orders"], {
    env: testEnvironment({ settings: {} }, noIssuer, {
      RUNTIME: kind === "handler" ? "LAMBDA" : "CONTAINERIZED",
      NODE_ENV: "production",
    }),
  });
  const { stdout }: { stdout: string } = await asked.then(
    () => assert.fail("The endpoint has answered"),
    (error) => error,
  );
  const line = stdout.split("\n").find((text) => text.includes('"level":"error"'));
  assert.ok(line, stdout);
  return JSON.parse(line).error;
}
