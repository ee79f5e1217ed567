import assert from "node:assert/strict";
import { it } from "node:test";
import { readArguments } from "./endpoint-arguments.ts";
import { endpointSource } from "./endpoint-files.ts";

for (const [method = "", path = ""] of [
  ["GET", "/v1/orders"],
  ["GET", "/v1/orders/{orderId}"],
  ["POST", "/v1/orders"],
  ["DELETE", "/v1/orders"],
])
  it(`a new endpoint has no empty line in its definition: ${method} ${path}`, () => {
    const [, definition = ""] = endpointSource(readArguments([method, path, "--access", "public"])).split(
      "defineRoute({",
    );
    assert.match(definition, /\n {2}summary: "[^"]+",\n {2}(request|responses): /);
    assert.doesNotMatch(definition, /\n\s*\n/);
  });
