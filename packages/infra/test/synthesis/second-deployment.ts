// Tests a second deployment with the graphs of both, in a stand-in account that refuses what AWS refuses.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Graph } from "../../src/testing/graph.ts";
import { synthesise } from "../../src/testing/synthesise.ts";
import { type Deployed, deployAgain, type Step } from "../second-deployment/deploy-again.ts";
import { RefusedByAws } from "../second-deployment/stand-in-account.ts";

const ROUTE = "aws:apigatewayv2/route:Route";

/** The deployment's operations: routes as `update GET/v1/orders/{}`, other resources by name. */
function told(steps: readonly Step[]): string[] {
  return steps
    .map(({ operation, resource: { type, name } }) =>
      type === ROUTE ? `${operation} ${name.replace("ApiRoute", "")}` : `${operation} ${name}`,
    )
    .sort();
}

/** Deploys in both possible orders of independent resources. */
function deployed(from: Deployed, to: Deployed): string[] {
  const steps = told(deployAgain(from, to));
  assert.deepEqual(told(deployAgain(from, to, { isReversed: true })), steps);
  return steps;
}

/** The resources of one component, under another name. */
function alone({ resources }: Graph, component: string, name: string): Deployed {
  assert.ok(
    resources.some((resource) => resource.name === component),
    component,
  );
  const text = new RegExp(`${component}(?![a-z])`, "g");
  const own = resources.filter(({ urn }) => new RegExp(`::${component}(?![a-z])`).test(urn));
  return { resources: JSON.parse(JSON.stringify(own).replaceAll(text, name)) };
}

/** The state of a stage deployed with the earlier names. */
function asBefore({ resources }: Deployed): Deployed {
  const urns = new Map(
    resources.flatMap(({ urn, name, aliases: [alias] }) =>
      alias === undefined ? [] : [[urn, `${urn.slice(0, -name.length)}${alias}`] as const],
    ),
  );
  return {
    resources: resources.map((resource) => ({
      ...resource,
      urn: urns.get(resource.urn) ?? resource.urn,
      dependsOn: resource.dependsOn.map((urn) => urns.get(urn) ?? urn),
    })),
  };
}

const required = {
  JWT_ISSUER: "https://securetoken.google.com/my-project",
  JWT_AUTHORIZED_AUDIENCES: "my-project",
  FIREBASE_APP_API_KEY: "AIzaSyExample",
  DOMAIN_NAME: "api.example.com",
  DNS_ZONE_ID: "Z2FDTNDATAQYW2",
  ALARMS: "on",
  DASHBOARD: "on",
  BUDGET_USD: "20",
  BUDGET_EMAILS: "ops@example.com",
  KEEP_WARM: "warmer",
};
const changes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "of the function, and of domain, alarms and budget": {
    MEMORY_MEGABYTES: "1024",
    KEEP_WARM: "provisioned-concurrency",
    KEEP_WARM_INSTANCES: "2",
    LOG_RETENTION_DAYS: "30",
    CATALOGUE_URL: "https://catalogue.example.com",
    DOMAIN_NAME: "other.example.com",
    ALARM_TOPIC_ARN: "arn:aws:sns:eu-west-1:123456789012:alarms",
    BUDGET_USD: "50",
    BUDGET_EMAILS: "ops@example.com,boss@example.com",
  },
  "of the gateway": {
    AWS_API_GW_STAGE_NAME: "live",
    AWS_API_GW_MAPPING_KEY: "v1/express",
    JWT_ISSUER: "https://issuer.example.com/",
    CORS_ALLOW_ORIGINS: "https://app.example.com",
    AUTH_ENDPOINTS: "off",
    THROTTLE_RATE: "5",
    ACCESS_LOG_RETENTION_DAYS: "30",
  },
  "of the APIs under the domain": {
    DOMAIN_IP_ADDRESS_TYPE: "dualstack",
    DOMAIN_OTHER_APIS: "stock=a1b2c3d4e5/live",
    AWS_API_GW_MAPPING_KEY: "express",
    CORS_ALLOW_ORIGINS: "https://app.example.com",
    CORS_ALLOW_CREDENTIALS: "on",
  },
};

/** Every revision of the API and of the domain. */
let revisions: Graph;
/** The same API with other settings. */
const graphs: Record<string, Graph> = {};
before(async () => {
  const stage = "dev";
  const ofSettings = Object.entries({ first: {}, ...changes }).map(async ([name, environment]) => {
    graphs[name] = await synthesise({
      config: "packages/infra/test/configs/default.ts",
      stage,
      environment: { ...required, ...environment },
    });
  });
  const config = "packages/infra/test/configs/revisions.ts";
  [revisions] = await Promise.all([synthesise({ config, stage, environment: {} }), ...ofSettings]);
});

describe("a second deployment of an API", () => {
  const revision = (name: string) => alone(revisions, name, "Api");

  for (const [change, name, expected] of [
    ["nothing", "RevisionFirst", []],
    ["another operation id", "RevisionOperation", ["update GET/v1/orders/{}"]],
    [
      "two operation ids that swap places",
      "RevisionOperationsSwapped",
      ["update DELETE/v1/orders/{}", "update GET/v1/orders/{}"],
    ],
    ["other access rules", "RevisionAccess", ["update GET/v1/health", "update GET/v1/orders/{}"]],
    ["another name for a variable of one route", "RevisionVariable", ["update GET/v1/files/{}"]],
    [
      "changed paths, one with its own limits",
      "RevisionPath",
      [
        "create GET/v1/documents/{}",
        "create POST/v1/auth/tokens",
        "delete GET/v1/files/{}",
        "delete POST/v1/auth/token",
        "update ApiStage",
      ],
    ],
    ["another method", "RevisionMethod", ["create PATCH/v1/orders/{}", "delete DELETE/v1/orders/{}"]],
    ["a new route", "RevisionAdded", ["create GET/v1/orders"]],
    ["a removed route", "RevisionRemoved", ["delete GET/v1/files/{}"]],
    [
      "another access rule of a router",
      "RevisionRouterAccess",
      ["update ANY/v1/legacy", "update ANY/v1/legacy/{+}"],
    ],
    [
      "another operation id of a router",
      "RevisionRouterOperation",
      [
        "update ANY/v1/legacy",
        "update ANY/v1/legacy/{+}",
        "update OPTIONS/v1/legacy",
        "update OPTIONS/v1/legacy/{+}",
      ],
    ],
    [
      "a router with a new path",
      "RevisionRouterPrefix",
      ["ANY", "OPTIONS"].flatMap((method) =>
        ["", "/{+}"].flatMap((below) => [
          `create ${method}/v1/before${below}`,
          `delete ${method}/v1/legacy${below}`,
        ]),
      ),
    ],
    [
      "a removed router",
      "RevisionRouterGone",
      ["ANY", "OPTIONS"].flatMap((method) =>
        ["", "/{+}"].map((below) => `delete ${method}/v1/legacy${below}`),
      ),
    ],
    [
      "a router that becomes endpoints",
      "RevisionEndpointsOfRouter",
      [
        ...["ANY", "OPTIONS"].flatMap((method) =>
          ["", "/{+}"].map((below) => `delete ${method}/v1/legacy${below}`),
        ),
        "create GET/v1/legacy",
        "create GET/v1/legacy/{}",
      ],
    ],
    [
      "an endpoint that becomes a router",
      "RevisionRouterOfEndpoints",
      [
        ...["ANY", "OPTIONS"].flatMap((method) =>
          ["", "/{+}"].map((below) => `create ${method}/v1/files${below}`),
        ),
        "delete GET/v1/files/{}",
      ],
    ],
  ] as const) {
    it(`with ${change} does only that, and AWS refuses nothing`, () => {
      assert.deepEqual(deployed(revision("RevisionFirst"), revision(name)), expected.toSorted());
    });
    it(`that reverts ${change} succeeds too`, () => {
      assert.equal(deployed(revision(name), revision("RevisionFirst")).length, expected.length);
    });
  }

  it("leaves callers on the released version, whatever the deployment publishes", () => {
    const first = revision("RevisionFirst");
    const published = {
      resources: first.resources.map((resource) =>
        resource.type === "aws:lambda/alias:Alias"
          ? { ...resource, inputs: { ...resource.inputs, functionVersion: "8" } }
          : resource,
      ),
    };
    assert.deepEqual(deployed(first, published), []);
  });

  it("with a new name for a variable of several routes is refused, and succeeds in two steps", () => {
    const [first, renamed, between] = ["First", "SharedVariable", "WithoutSharedVariable"].map((name) =>
      revision(`Revision${name}`),
    );
    assert.ok(first && renamed && between);
    for (const isReversed of [false, true])
      assert.throws(
        () => deployAgain(first, renamed, { isReversed }),
        (error) => error instanceof RefusedByAws && /conflicting variable/.test(error.message),
      );
    assert.deepEqual(deployed(first, between), ["delete DELETE/v1/orders/{}", "delete GET/v1/orders/{}"]);
    assert.deepEqual(deployed(between, renamed), ["create DELETE/v1/orders/{}", "create GET/v1/orders/{}"]);
  });

  describe("of a stage whose routes are named after their operations", () => {
    it("keeps every route", () => {
      const before = asBefore(revision("RevisionFirst"));
      assert.ok(before.resources.some(({ urn }) => urn.endsWith("::ApiRouteGetOrder")));
      assert.deepEqual(deployed(before, revision("RevisionFirst")), []);
      assert.deepEqual(deployed(before, revision("RevisionVariable")), ["update GET/v1/files/{}"]);
    });

    it("would be refused after a renamed operation without the new names", () => {
      const [first, renamed] = [asBefore(revision("RevisionFirst")), asBefore(revision("RevisionOperation"))];
      assert.throws(
        () => deployAgain(first, renamed),
        (error) =>
          error instanceof RefusedByAws &&
          /Route with key GET \/v1\/orders\/\{orderId\} already/.test(error.message),
      );
    });
  });
});

describe("a second deployment of a domain", () => {
  const revision = (name: string) => alone(revisions, `Exposer${name}`, "Domain");

  for (const [change, name, expected] of [
    ["new names for its APIs", "Relabelled", []],
    ["APIs that swap places", "Swapped", ["replace DomainMapping", "replace DomainMappingorders"]],
    ["another mapping key", "Key", ["create DomainMappingsales", "delete DomainMappingorders"]],
    [
      "another domain",
      "Domain",
      ["replace DomainDomainName", "replace DomainMapping", "replace DomainMappingorders"],
    ],
  ] as const) {
    it(`with ${change} does only that, and AWS refuses nothing`, () => {
      assert.deepEqual(deployed(revision("First"), revision(name)), expected.toSorted());
    });
  }

  it("keeps mappings named after their APIs", () => {
    const before = asBefore(revision("First"));
    assert.ok(before.resources.some(({ urn }) => urn.endsWith("::DomainMappingStock")));
    assert.deepEqual(deployed(before, revision("First")), []);
  });
});

describe("a second deployment with other settings", () => {
  for (const change of Object.keys(changes)) {
    it(`${change} succeeds, and so does the way back`, () => {
      const [first, second] = [graphs.first, graphs[change]];
      assert.ok(first && second);
      assert.ok(deployed(first, second).length > 0);
      assert.ok(deployed(second, first).length > 0);
    });
  }
});
