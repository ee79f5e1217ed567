// Callers without a type checker get an error message too.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigurationError, createGateway, type HttpApi, runInProcess, runInWorkers } from "../src/index.ts";

const limits = { throttlingRateLimit: 1, throttlingBurstLimit: 1 };
const everything: HttpApi = {
  apiId: "a1b2c3d4e5",
  accountId: "123456789012",
  region: "eu-west-1",
  routes: [
    {
      routeKey: "GET /a",
      operationName: "a",
      authorizationType: "JWT",
      authorizerId: "users",
      authorizationScopes: ["x"],
    },
  ],
  authorizers: {
    users: {
      identitySource: "$request.header.Authorization",
      jwtConfiguration: { issuer: "https://issuer.example", audience: ["x"] },
      jwksUri: "https://issuer.example/keys",
    },
  },
  integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 50 },
  stages: [
    {
      stageName: "mvp",
      stageVariables: { colour: "blue" },
      defaultRouteSettings: limits,
      routeSettings: { "GET /a": limits },
      accessLogSettings: { format: "$context.requestId" },
    },
  ],
  corsConfiguration: {
    allowOrigins: ["https://app.example"],
    allowMethods: ["GET"],
    allowHeaders: ["a"],
    exposeHeaders: ["b"],
    maxAge: 1,
    allowCredentials: true,
  },
  disableExecuteApiEndpoint: false,
  apiMappings: [{ domainName: "localhost", apiMappingKey: "a", stage: "mvp" }],
};
const handler = runInProcess(() => ({}));

type Place = (string | number)[];

function placesIn(value: unknown, place: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [place];
  const names = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const inside = names.flatMap((name) =>
    placesIn((value as Record<string, unknown>)[name], [...place, name]),
  );
  return [place, ...inside];
}

function withValue(value: unknown, [name, ...rest]: Place, wrong: unknown): unknown {
  if (name === undefined) return wrong;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[name] = withValue(copy[name], rest, wrong);
  return copy;
}

function valueAt(place: Place): unknown {
  return place.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], everything);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  return value === null ? "null" : typeof value;
}

describe("a value of the wrong type is refused with one sentence", () => {
  it("wherever it is in a description", () => {
    createGateway({ api: everything, function: handler });
    for (const place of placesIn(everything)) {
      for (const wrong of [null, true, 7, "text", [], {}, () => {}, Symbol("wrong")]) {
        if (kindOf(wrong) === kindOf(valueAt(place))) continue;
        // A list instead of a description is several descriptions, here zero.
        const api = withValue(everything, place, wrong) as HttpApi;
        assert.throws(
          () => createGateway({ api, function: handler }),
          (error: Error) => {
            assert.ok(
              error instanceof ConfigurationError,
              `${place.join(".")}: ${String(wrong)}: ${error.stack}`,
            );
            assert.match(error.message, /^[^\n]+[.]$/);
            return true;
          },
          `${place.join(".")}: ${String(wrong)}`,
        );
      }
    }
  });

  it("or missing", () => {
    for (const place of placesIn(everything)) {
      const api = withValue(everything, place, undefined) as HttpApi;
      try {
        createGateway({ api, function: handler });
      } catch (error) {
        assert.ok(error instanceof ConfigurationError, `${place.join(".")}: ${error}`);
      }
    }
  });

  const mistakes: [title: string, make: () => unknown, sentence: RegExp][] = [
    [
      "no options",
      () => createGateway(undefined as never),
      /^options is missing; write an object, as in \{ api:/,
    ],
    [
      "no function",
      () => createGateway({ api: everything } as never),
      /^options\.function is missing; .*runInWorkers/,
    ],
    [
      "a handler as the function",
      () => createGateway({ api: everything, function: (() => {}) as never }),
      /^options\.function is a function; write an object, as in runInWorkers\(/,
    ],
    [
      "no API",
      () => createGateway({ function: handler } as never),
      /^api is missing; write an object, as in \{ routes:/,
    ],
    [
      "an API without anything",
      () => createGateway({ api: {} as never, function: handler }),
      /^api\.routes is missing; write a list, as in \[\{ routeKey: "\$default"/,
    ],
    [
      "a second API without stages",
      () =>
        createGateway({
          api: [everything, { ...everything, stages: undefined as never }],
          function: handler,
        }),
      /^api\[1\]\.stages is missing; write a list, as in \[\{ stageName: "\$default" \}\]\.$/,
    ],
    [
      "an update without routes",
      () => createGateway({ api: everything, function: handler }).update({} as never),
      /^api\.routes is missing/,
    ],
    [
      "workers without a file",
      () => runInWorkers({} as never),
      /^options\.file is missing; .*"handler\.ts"\.$/,
    ],
  ];
  for (const [title, make, message] of mistakes) {
    it(title, () => {
      assert.throws(make, { name: "ConfigurationError", message });
    });
  }
});
