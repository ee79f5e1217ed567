import assert from "node:assert/strict";
import { it } from "node:test";
import { createRouter } from "@lambda-express-api/gateway/router.ts";
import { createRouteTable } from "@lambda-express-api/kit/route/route-requests.ts";

const SEGMENTS = ["a", "b", "{x}", "{x}"];

/** Every path of up to three segments, and each of them followed by a greedy segment. */
function* paths(depth = 3, before = ""): Generator<string> {
  yield `${before}/{rest+}`;
  if (depth === 0) return;
  for (const segment of new Set(SEGMENTS)) {
    // The variables of a path need different names.
    const path = `${before}/${segment === "{x}" ? `{x${depth}}` : segment}`;
    yield path;
    yield* paths(depth - 1, path);
  }
}

it("the app and the local gateway choose the same route and the same variables, for any two of many routes", () => {
  const all = [...paths()];
  const sent = ["/a", "/b/a", "/a/b", "/c", "/a/c", "/a/b/c", "/b/b/b", "/c/c/c", "/a/b/c/d", "/a//b"];
  for (const [index, first] of all.entries()) {
    for (const second of all.slice(index + 1)) {
      const keys = [`GET ${first}`, `GET ${second}`];
      const inGateway = createRouter(
        keys.map((routeKey) => ({ routeKey, authorizationType: "NONE" })),
        "distinct",
      );
      const table = createRouteTable(Object.fromEntries(keys.map((key) => [key, undefined])), []);
      for (const path of sent) {
        const exact = table.exact("GET", path);
        const [found] = exact === undefined ? table.others("GET", path) : [{ key: exact, params: {} }];
        const match = inGateway("GET", path);
        assert.deepEqual(
          found,
          match && { key: match.route.routeKey, params: match.pathParameters ?? {} },
          `${path} with ${keys.join(" and ")}`,
        );
      }
    }
  }
});
