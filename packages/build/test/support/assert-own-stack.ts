import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const FILE = "src/routes/get-orders.ts";
const SOURCE = readFileSync(new URL(`../fixtures/api/${FILE}`, import.meta.url), "utf8");
const LINE = SOURCE.split("\n").findIndex((line) => line.includes("throw new")) + 1;

/** An error in a line of the log. */
export interface LoggedError {
  readonly cause: { readonly stack: string };
}

/** Asserts that the logged error of the fixture's `GET /v1/orders` has the functions and the lines of the source. */
export function assertOwnStack({ cause }: LoggedError): void {
  const [first = "", second = ""] = cause.stack.split("\n").slice(1);
  assert.match(first, new RegExp(`at placeOrder \\(.*${FILE}:${LINE}:\\d+\\)$`));
  assert.match(second, new RegExp(`${FILE}:\\d+:\\d+\\)$`));
  assert.match(cause.stack, /packages\/kit\/src\/route\/handle-route\.ts:\d+:\d+/);
}
