import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { apiOf } from "../test/fixtures/api.ts";
import { loadRoutes } from "./enabled-routes.ts";
import { anyone } from "./route/access.ts";
import { defineRoute } from "./route/define-route.ts";

const route = (method: "GET" | "POST", path: string) =>
  defineRoute({
    operationId: `${method.toLowerCase()}Thing`,
    method,
    path,
    summary: "A thing.",
    responses: (z) => ({ 200: { description: "The thing.", schema: z.object({}) } }),
  }).handler(anyone(async () => ({ status: 200, body: {} })));

describe("the routes of an API", () => {
  it("are loaded in the order in which the gateway tries their paths", async () => {
    const loaded = await loadRoutes(apiOf([route("GET", "/a"), route("POST", "/b"), route("GET", "/b/c")]));
    assert.deepEqual(
      loaded.map(({ path }) => path),
      ["/b/c", "/a", "/b"],
    );
  });

  it("are refused if two of them are for the same requests", async () => {
    await assert.rejects(loadRoutes(apiOf([route("GET", "/a"), route("POST", "/a"), route("GET", "/a/")])), {
      name: "TypeError",
      message: "Two routes are GET /a; one of them would never be called",
    });
  });
});
