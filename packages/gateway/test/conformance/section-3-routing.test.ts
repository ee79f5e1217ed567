// docs/behaviour.md §3: stage first, then the route.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Switches } from "../../src/index.ts";
import { openRoutes, startGateway } from "../support/start-gateway.ts";

interface RoutingCase {
  title: string;
  routeKeys: string[];
  request: string;
  /** The route key, or 404. */
  expected: string | 404;
  switches?: Partial<Switches>;
}

function itRoutes({ title, routeKeys, request, expected, switches = {} }: RoutingCase): void {
  it(`${title}: ${request} -> ${expected}`, async (t) => {
    const [method = "", path = ""] = request.split(" ");
    const gateway = await startGateway(t, { api: { routes: openRoutes(...routeKeys) }, switches });
    const answer = await gateway.send({ method, path });
    if (expected === 404) assert.deepEqual([answer.status, answer.text], [404, '{"message":"Not Found"}']);
    else assert.equal(gateway.events[0]?.routeKey, expected);
  });
}

describe("§3.1 algorithm", () => {
  const documented = [
    "GET /pets/dog/1",
    "GET /pets/dog/{id}",
    "GET /pets/{proxy+}",
    "ANY /{proxy+}",
    "$default",
  ];
  const title = "§3.1 the documented example";
  itRoutes({ title, routeKeys: documented, request: "GET /pets/dog/1", expected: "GET /pets/dog/1" });
  itRoutes({ title, routeKeys: documented, request: "GET /pets/dog/2", expected: "GET /pets/dog/{id}" });
  itRoutes({ title, routeKeys: documented, request: "GET /pets/cat/1", expected: "GET /pets/{proxy+}" });
  itRoutes({ title, routeKeys: documented, request: "POST /test/5", expected: "ANY /{proxy+}" });
  itRoutes({ title, routeKeys: documented, request: "GET /", expected: "$default" });
  it("§3.1 the order of the description does not matter", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes(...documented.toReversed()) } });
    assert.equal((await gateway.eventOf({ path: "/pets/dog/1" })).routeKey, "GET /pets/dog/1");
  });

  const cases: RoutingCase[] = [
    {
      title: "§3.1 a full match takes precedence over a greedy one, also with ANY",
      routeKeys: ["GET /{proxy+}", "ANY /pets"],
      request: "GET /pets",
      expected: "ANY /pets",
    },
    {
      title: "§3.1 the exact method takes precedence over ANY",
      routeKeys: ["ANY /pets", "GET /pets"],
      request: "GET /pets",
      expected: "GET /pets",
    },
    {
      title: "§3.1 the exact method takes precedence over ANY even if ANY has more literals (unconfirmed)",
      routeKeys: ["GET /{kind}/dog", "ANY /pets/dog"],
      request: "GET /pets/dog",
      expected: "GET /{kind}/dog",
    },
    {
      title: "§3.1 the exact method takes precedence over ANY among greedy routes (unconfirmed)",
      routeKeys: ["GET /{proxy+}", "ANY /pets/{proxy+}"],
      request: "GET /pets/dog",
      expected: "GET /{proxy+}",
    },
    {
      title: "§3.1 ANY takes what no exact method takes",
      routeKeys: ["ANY /pets", "GET /pets"],
      request: "POST /pets",
      expected: "ANY /pets",
    },
    {
      title: "§3.1 a literal takes precedence over a variable, segment by segment",
      routeKeys: ["GET /{owner}/dog", "GET /ann/{pet}"],
      request: "GET /ann/dog",
      expected: "GET /ann/{pet}",
    },
    {
      title: "§3.1 a variable takes precedence over a greedy variable",
      routeKeys: ["GET /pets/{proxy+}", "GET /pets/{id}"],
      request: "GET /pets/7",
      expected: "GET /pets/{id}",
    },
    {
      title: "§3.1 the longest literal prefix wins among greedy routes",
      routeKeys: ["GET /{proxy+}", "GET /pets/dog/{proxy+}", "GET /pets/{proxy+}"],
      request: "GET /pets/dog/1",
      expected: "GET /pets/dog/{proxy+}",
    },
    {
      title: "§3.1 greedy takes precedence over $default",
      routeKeys: ["$default", "ANY /{proxy+}"],
      request: "GET /x",
      expected: "ANY /{proxy+}",
    },
    {
      title: "§3.1 routes of other lengths do not affect the order",
      routeKeys: [
        "GET /{a}/{b}",
        "GET /{a}",
        "GET /x",
        "GET /{a}/{b}/{c}",
        "GET /x/{b}",
        "GET /{a}/y",
        "GET /x/y/z",
      ],
      request: "GET /x/y",
      expected: "GET /x/{b}",
    },
    { title: "§3.1 nothing fits", routeKeys: ["GET /pets"], request: "GET /cats", expected: 404 },
  ];
  for (const routingCase of cases) itRoutes(routingCase);
});

describe("§3.1 stage first", () => {
  it("§3.1 the first segment names the stage and is not part of the route", async (t) => {
    const api = { routes: openRoutes("GET /items"), stages: [{ stageName: "mvp" }] };
    const gateway = await startGateway(t, { api });
    const event = await gateway.eventOf({ path: "/mvp/items" });
    assert.deepEqual([event.routeKey, event.requestContext.stage], ["GET /items", "mvp"]);
  });

  it("§3.1 a path without a stage name goes to $default", async (t) => {
    const stages = [{ stageName: "$default" }, { stageName: "mvp" }];
    const gateway = await startGateway(t, { api: { routes: openRoutes("GET /items"), stages } });
    const event = await gateway.eventOf({ path: "/items" });
    assert.equal(event.requestContext.stage, "$default");
  });

  it("§3.1 a stage name matches a whole segment only", async (t) => {
    const api = { routes: openRoutes("ANY /{proxy+}"), stages: [{ stageName: "mvp" }] };
    const gateway = await startGateway(t, { api });
    assert.equal((await gateway.send({ path: "/mvpfoo" })).status, 404);
    assert.equal((await gateway.send({ path: "/x/mvp/items" })).status, 404);
  });

  it("§3.1 a stage shadows a route that starts with its name", async (t) => {
    const stages = [{ stageName: "$default" }, { stageName: "items" }];
    const gateway = await startGateway(t, {
      api: { routes: openRoutes("GET /items/{id}", "GET /{id}"), stages },
    });
    const event = await gateway.eventOf({ path: "/items/7" });
    assert.deepEqual([event.requestContext.stage, event.routeKey], ["items", "GET /{id}"]);
  });

  it("§3.1 the stage alone is the root", async (t) => {
    const api = { routes: openRoutes("GET /"), stages: [{ stageName: "mvp" }] };
    const gateway = await startGateway(t, { api });
    assert.equal((await gateway.eventOf({ path: "/mvp" })).routeKey, "GET /");
    assert.equal((await gateway.eventOf({ path: "/mvp/" })).routeKey, "GET /");
  });

  it("§3.1 no such stage writes no access-log line", async (t) => {
    const stages = [{ stageName: "mvp", accessLogSettings: { format: "$context.requestId" } }];
    const gateway = await startGateway(t, { api: { stages } });
    assert.equal((await gateway.send({ path: "/else" })).status, 404);
    assert.deepEqual(gateway.logLines, []);
  });

  it("§3.1 behind a custom domain the stage step is skipped", async (t) => {
    const api = {
      routes: openRoutes("ANY /{proxy+}"),
      stages: [{ stageName: "mvp" }, { stageName: "$default" }],
      apiMappings: [{ domainName: "localhost", stage: "$default" }],
    };
    const gateway = await startGateway(t, { api });
    const event = await gateway.eventOf({ path: "/mvp/items", headers: { host: "localhost" } });
    assert.deepEqual(
      [event.requestContext.stage, event.pathParameters],
      ["$default", { proxy: "mvp/items" }],
    );
  });
});

describe("§3.2 rules", () => {
  const cases: RoutingCase[] = [
    {
      title: "§3.2 a trailing slash is another path (unconfirmed)",
      routeKeys: ["GET /items"],
      request: "GET /items/",
      expected: 404,
    },
    {
      title: "§3.2 a trailing slash is another path for a variable too (unconfirmed)",
      routeKeys: ["GET /items/{id}"],
      request: "GET /items/7/",
      expected: 404,
    },
    {
      title: "§3.2 with the switch trailingSlash it is the same path",
      routeKeys: ["GET /items"],
      request: "GET /items/",
      expected: "GET /items",
      switches: { trailingSlash: "ignored" },
    },
    {
      title: "§3.2 a trailing slash does not affect a greedy route",
      routeKeys: ["ANY /{proxy+}"],
      request: "GET /items/",
      expected: "ANY /{proxy+}",
    },
    {
      title: "§3.2 a greedy variable needs a segment",
      routeKeys: ["ANY /{proxy+}"],
      request: "GET /",
      expected: 404,
    },
    {
      title: "§3.2 a greedy variable needs a segment below its prefix",
      routeKeys: ["ANY /pets/{proxy+}"],
      request: "GET /pets",
      expected: 404,
    },
    {
      title: "§3.2 a greedy variable needs more than a slash (unconfirmed)",
      routeKeys: ["ANY /pets/{proxy+}"],
      request: "GET /pets/",
      expected: 404,
    },
    {
      title: "§3.2 a variable needs a value",
      routeKeys: ["GET /items/{id}"],
      request: "GET /items/",
      expected: 404,
    },
    {
      title: "§3.2 a variable is one segment",
      routeKeys: ["GET /items/{id}"],
      request: "GET /items/7/parts",
      expected: 404,
    },
    { title: "§3.2 case matters", routeKeys: ["GET /items"], request: "GET /Items", expected: 404 },
    {
      title: "§3.2 a wrong method is a 404, never a 405",
      routeKeys: ["GET /items"],
      request: "POST /items",
      expected: 404,
    },
    {
      title: "§3.2 a wrong method falls through to the next class",
      routeKeys: ["GET /items", "POST /{proxy+}"],
      request: "POST /items",
      expected: "POST /{proxy+}",
    },
    {
      title: "§3.2 OPTIONS is an ordinary method",
      routeKeys: ["OPTIONS /items"],
      request: "OPTIONS /items",
      expected: "OPTIONS /items",
    },
    { title: "§3.2 OPTIONS is not GET", routeKeys: ["GET /items"], request: "OPTIONS /items", expected: 404 },
    {
      title: "§3.2 an encoded slash separates segments (unconfirmed)",
      routeKeys: ["GET /a/{b}"],
      request: "GET /a%2Fx",
      expected: "GET /a/{b}",
    },
    {
      title: "§3.2 an encoded letter is the letter (unconfirmed)",
      routeKeys: ["GET /items"],
      request: "GET /%69tems",
      expected: "GET /items",
    },
    {
      title: "§3.2 $default takes the root",
      routeKeys: ["$default"],
      request: "GET /",
      expected: "$default",
    },
    {
      title: "§3.2 $default takes OPTIONS",
      routeKeys: ["$default"],
      request: "OPTIONS /x",
      expected: "$default",
    },
    {
      title: "§3.2 $default takes a known path with another method",
      routeKeys: ["GET /items", "$default"],
      request: "PUT /items",
      expected: "$default",
    },
  ];
  for (const routingCase of cases) itRoutes(routingCase);

  it("§3.2 HEAD is not derived from GET", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("GET /items") } });
    assert.equal((await gateway.send({ method: "HEAD", path: "/items" })).status, 404);
    const any = await startGateway(t, { api: { routes: openRoutes("ANY /items") } });
    assert.equal((await any.eventOf({ method: "HEAD", path: "/items" })).requestContext.http.method, "HEAD");
  });

  it("§3.2 a 404 for a wrong method has no allow header", async (t) => {
    const gateway = await startGateway(t, { api: { routes: openRoutes("GET /items") } });
    assert.ok(!("allow" in (await gateway.send({ method: "POST", path: "/items" })).headers));
  });
});
