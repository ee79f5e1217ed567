import assert from "node:assert/strict";
import { it } from "node:test";
import { parseQuery } from "../request/fields.ts";
import { withCommaSeparated } from "./comma-separated.ts";

const read = (encoded: string) => ({ ...withCommaSeparated(parseQuery(encoded), encoded, ["a", "b c"]) });

it("splits only the named lists at their commas", () => {
  assert.deepEqual(read("a=1,2&other=1,2"), { a: ["1", "2"], other: "1,2" });
});

it("keeps an encoded comma in its item", () => {
  assert.deepEqual(read("a=1%2C5,2+%2B,%zz"), { a: ["1,5", "2 +", "%zz"] });
});

it("reads an empty value as an empty list, and a repeated list as one", () => {
  assert.deepEqual(read("a="), { a: [] });
  assert.deepEqual(read("a"), { a: [] });
  assert.deepEqual(read("a=1,2&a=3&b+c=x%20y"), { a: ["1", "2", "3"], "b c": ["x y"] });
});

it("leaves out a list that was not sent", () => {
  assert.deepEqual(read("x=1"), { x: "1" });
});

it("cannot set a prototype", () => {
  const query = withCommaSeparated(parseQuery("__proto__=1,2"), "__proto__=1,2", ["__proto__"]);
  assert.deepEqual(Object.getPrototypeOf(query), Object.prototype);
});
