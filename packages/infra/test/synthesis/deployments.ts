// Tests the meaning of what a deployment would create, with SST's real components.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { routeKey } from "@lambda-express-api/kit/request/request-path.ts";
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { planHttpApi } from "../../src/plan.ts";
import { type Graph, type Inputs, type Json, masked } from "../../src/testing/graph.ts";
import { printGraph } from "../../src/testing/print-graph.ts";
import { SynthesisError, synthesise } from "../../src/testing/synthesise.ts";
import { all, environment, invokers, one, statements, trust } from "../../src/testing/view.ts";
import { api } from "../fixtures/api/src/api.ts";

const secrets = { FIREBASE_APP_API_KEY: "AIzaSyNobodyNeedSeeThis", CATALOGUE_KEY: "only-for-our-function" };
const required = {
  ...secrets,
  JWT_ISSUER: "https://securetoken.google.com/my-project",
  JWT_AUTHORIZED_AUDIENCES: "my-project",
};
/** Every feature of the settings. */
const everything = {
  ...required,
  CATALOGUE_URL: "https://catalogue.example.com",
  AUTH_ENDPOINTS: "off",
  DOCS: "off",
  AWS_API_GW_MAPPING_KEY: "express",
  CORS_ALLOW_ORIGINS: "https://app.example.com",
  CORS_ALLOW_HEADERS: "x-tenant",
  METRICS_NAMESPACE: "fixture-api/production",
  CORS_EXPOSE_HEADERS: "X-Total-Count",
  CORS_ALLOW_CREDENTIALS: "on",
  LOG_RETENTION_DAYS: "545",
  KEEP_WARM: "warmer",
  KEEP_WARM_INSTANCES: "3",
  DOMAIN_NAME: "api.example.com",
  DOMAIN_IP_ADDRESS_TYPE: "dualstack",
  DOMAIN_OTHER_APIS: "stock=a1b2c3d4e5/live",
  DNS_ZONE_ID: "Z2FDTNDATAQYW2",
  DNS_OVERRIDE: "on",
  EXECUTE_API_ENDPOINT: "off",
  ALARM_TOPIC_ARN: "arn:aws:sns:eu-west-1:123456789012:alarms",
  DASHBOARD: "on",
  BUDGET_USD: "20",
  BUDGET_EMAILS: "ops@example.com, boss@example.com",
  CONTAINER_IMAGE: "public.ecr.aws/example/fixture-api:1.0.0",
  CONTAINER_DOMAIN_NAME: "container.example.com",
};
const DEFAULT = "packages/infra/test/configs/default.ts";
const routes = await enabledRoutes(api, { authEndpoints: true, docs: true });
const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;

/** Each route key with its authorization, as API Gateway would have it. */
function doors(graph: Graph, component = ""): Record<string, Json> {
  return Object.fromEntries(
    all(graph, "aws:apigatewayv2/route:Route")
      .filter(({ name }) => name.startsWith(component))
      .map(({ inputs }) => {
        const { routeKey, authorizationType, authorizerId = null, authorizationScopes = [] } = inputs;
        return [String(routeKey), { authorizationType, authorizerId, authorizationScopes } as Inputs];
      }),
  );
}

/** The same from the definitions. The gateway's CORS answers a mounted router's preflights. */
function doorsOf(definitions: readonly Route[], authorizer: string): Record<string, Json> {
  const open = { authorizationType: "NONE", authorizerId: null, authorizationScopes: [] };
  return Object.fromEntries(
    definitions.flatMap(({ method, path, access, head }) => {
      const door =
        access.type !== "authenticated"
          ? { ...open, authorizationType: access.type === "iam" ? "AWS_IAM" : "NONE" }
          : { authorizationType: "JWT", authorizerId: authorizer, authorizationScopes: [...access.scopes] };
      return [
        [routeKey(method, path), door],
        ...(head ? [[routeKey("HEAD", path), door]] : []),
        ...(method === "ANY" ? [[routeKey("OPTIONS", path), open]] : []),
      ];
    }),
  );
}

/** The deployments, by name. The snapshot's is not the first in its process, so that it would show a trace of another. */
const graphs: Record<string, Graph> = {};
let bridged: Graph;
let refusals: Graph;
let duplicate: Promise<Graph>;
let prepared: string;

before(async () => {
  prepared = mkdtempSync(join(tmpdir(), "prepared-bundle-"));
  writeFileSync(join(prepared, "bundle.mjs"), "export const handler = async () => ({});\n");
  duplicate = synthesise({
    config: "packages/infra/test/configs/duplicate.ts",
    stage: "dev",
    environment: {},
  });
  // A test awaits it.
  duplicate.catch(() => {});
  [graphs.everything, bridged, graphs.default, graphs.example, graphs.options, graphs.released, refusals] =
    await Promise.all([
      synthesise({ config: DEFAULT, stage: "production", environment: everything }),
      synthesise({
        config: DEFAULT,
        stage: "dev",
        isDev: true,
        environment: { ...everything, CODE_DELIVERY: "pipeline" },
      }),
      synthesise({ config: DEFAULT, stage: "dev", environment: required }),
      synthesise({
        config: "packages/infra/examples/two-apis/sst.config.ts",
        stage: "dev",
        environment: required,
      }),
      synthesise({
        config: "packages/infra/test/configs/options.ts",
        stage: "dev",
        environment: { PREPARED_BUNDLE: prepared },
      }),
      synthesise({
        config: DEFAULT,
        stage: "production",
        environment: {
          ...required,
          CODE_DELIVERY: "pipeline",
          KEEP_WARM: "provisioned-concurrency",
          ALARMS: "off",
        },
      }),
      synthesise({ config: "packages/infra/test/configs/refusals.ts", stage: "dev", environment: {} }),
    ]);
});
after(() => rmSync(prepared, { recursive: true }));

describe("every deployment", () => {
  const graph = (name: string): Graph => {
    const found = graphs[name];
    assert.ok(found, `there is no graph ${name}`);
    return found;
  };

  describe("in every configuration", () => {
    it("invokes functions only through their alias", () => {
      for (const [name, each] of Object.entries(graphs)) {
        const invoked = invokers(each);
        assert.ok(invoked.length > 0, name);
        for (const line of invoked) assert.match(line, /:latest$/, name);
        for (const { inputs } of all(each, "aws:apigatewayv2/integration:Integration"))
          assert.match(String(inputs.integrationUri), /:latest\/invocations$/, name);
      }
    });

    it("lets only Lambda assume the role of a function, and attaches no managed policy", () => {
      for (const [name, each] of Object.entries(graphs)) {
        for (const [role, principals] of Object.entries(trust(each)).filter(([role]) =>
          role.endsWith("HandlerRole"),
        )) {
          assert.deepEqual(principals, [{ Service: "lambda.amazonaws.com" }], `${name} ${role}`);
          assert.deepEqual(
            one(each, "aws:iam/role:Role", role).inputs.managedPolicyArns,
            [],
            `${name} ${role}`,
          );
        }
      }
    });

    it("allows nothing on all resources, except a container's console, which has no narrower form", () => {
      const wide = Object.values(graphs).flatMap((each) =>
        statements(each).filter(
          ({ actions, resources }) => resources.includes("*") || actions.some((action) => /\*/.test(action)),
        ),
      );
      for (const { role, actions } of wide) {
        assert.match(role, /ContainerServiceTaskRole/, `${role} may ${actions} on everything`);
        for (const action of actions) assert.match(action, /^ssmmessages:/, role);
      }
    });

    it("lets a function write only to its own log", () => {
      for (const [name, each] of Object.entries(graphs)) {
        for (const { inputs } of all(each, "aws:lambda/function:Function")) {
          const logGroup = (inputs.loggingConfig as Inputs).logGroup;
          const logs = statements(each).filter(
            ({ role, actions }) =>
              role.includes(`-${String(inputs.name).split("-").at(-1)}HandlerRole-`) &&
              actions.some((action) => action.startsWith("logs:")),
          );
          assert.deepEqual(
            logs.map(({ actions, resources }) => ({ actions, resources })),
            [
              {
                actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
                resources: [`arn:aws:logs:eu-west-1:123456789012:log-group:${logGroup}:*`],
              },
            ],
            name,
          );
        }
      }
    });

    it("gives every log a retention", () => {
      for (const [name, each] of Object.entries(graphs)) {
        const logGroups = all(each, "aws:cloudwatch/logGroup:LogGroup");
        assert.ok(logGroups.length >= 2, name);
        for (const { inputs } of logGroups)
          assert.ok(Number(inputs.retentionInDays) > 0, `${name} ${inputs.name}`);
      }
    });

    it("sets every throttle of every route, and never to 0", () => {
      for (const [name, each] of Object.entries(graphs)) {
        for (const stage of all(each, "aws:apigatewayv2/stage:Stage")) {
          const limits = [stage.inputs.defaultRouteSettings, ...(stage.inputs.routeSettings as Inputs[])];
          for (const limit of limits as Inputs[]) {
            assert.ok(Number(limit.throttlingRateLimit) > 0, `${name} ${JSON.stringify(limit)}`);
            assert.ok(Number(limit.throttlingBurstLimit) > 0, `${name} ${JSON.stringify(limit)}`);
          }
        }
      }
    });

    it("creates a stage after its routes, whose limits would otherwise be refused", () => {
      for (const each of Object.values(graphs)) {
        for (const stage of all(each, "aws:apigatewayv2/stage:Stage")) {
          const ofApi = all(each, "aws:apigatewayv2/route:Route").filter(
            ({ inputs }) => inputs.apiId === stage.inputs.apiId,
          );
          assert.ok(ofApi.length > 0);
          for (const { urn } of ofApi) assert.ok(stage.dependsOn.includes(urn), urn);
        }
      }
    });

    it("stops every function before the gateway's time-out", () => {
      for (const each of Object.values(graphs)) {
        const patience = Math.min(
          ...all(each, "aws:apigatewayv2/integration:Integration").map(({ inputs }) =>
            Number(inputs.timeoutMilliseconds),
          ),
        );
        for (const { inputs } of all(each, "aws:lambda/function:Function"))
          assert.ok(Number(inputs.timeout) * 1000 <= patience, String(inputs.name));
      }
    });

    it("shows no secret in outputs or in values that are not secret", () => {
      for (const [name, each] of Object.entries(graphs)) {
        const seen = JSON.stringify([
          each.resources.map(({ inputs }) => masked(inputs)),
          masked(each.outputs),
          each.hints,
        ]);
        for (const [secret, value] of Object.entries(secrets))
          assert.ok(!seen.includes(value), `${secret} in ${name}`);
      }
      for (const [secret, value] of Object.entries(secrets))
        assert.equal(environment(graph("default"))[secret], value);
    });

    it("runs Node 24 on ARM, and publishes versions", () => {
      for (const each of Object.values(graphs)) {
        for (const { inputs } of all(each, "aws:lambda/function:Function")) {
          assert.equal(inputs.runtime, "nodejs24.x");
          assert.deepEqual(inputs.architectures, ["arm64"]);
          assert.equal(inputs.publish, true);
        }
      }
    });
  });

  describe("a stage with only the required settings", () => {
    // The next test covers the routes, the only thing that an endpoint changes.
    it("matches its snapshot, except for the routes", () => {
      const file = fileURLToPath(new URL("../__snapshots__/default-stage.txt", import.meta.url));
      const whole = graph("default");
      const resources = whole.resources.filter(({ type }) => type !== "aws:apigatewayv2/route:Route");
      const printed = printGraph({ ...whole, resources });
      if (process.env.UPDATE_SNAPSHOTS) writeFileSync(file, printed);
      assert.equal(
        printed,
        readFileSync(file, "utf8"),
        "The default stage has changed. If it should, run: npm run snapshots",
      );
    });

    it("has exactly one route for each endpoint, with its definition's authorization", () => {
      assert.deepEqual(doors(graph("default")), doorsOf(routes, "ApiAuthorizerJwt"));
    });

    it("matches the local gateway's plan exactly", () => {
      const plan = planHttpApi(routes, {
        stageName: "mvp",
        jwtAuthorizer: { issuer: required.JWT_ISSUER, audiences: ["my-project"] },
        corsAllowOrigins: ["*"],
      });
      const authorizer = one(graph("default"), "aws:apigatewayv2/authorizer:Authorizer").inputs;
      const integration = one(graph("default"), "aws:apigatewayv2/integration:Integration").inputs;
      const stage = one(graph("default"), "aws:apigatewayv2/stage:Stage").inputs;
      const [planned] = plan.stages;
      assert.deepEqual(
        all(graph("default"), "aws:apigatewayv2/route:Route")
          .map(({ inputs }) => [inputs.operationName, inputs.routeKey])
          .sort(),
        plan.routes.map((route) => [route.operationName, route.routeKey]).sort(),
      );
      assert.deepEqual(
        { identitySources: authorizer.identitySources, jwtConfiguration: authorizer.jwtConfiguration },
        {
          identitySources: [plan.authorizers.jwt?.identitySource],
          jwtConfiguration: { issuer: required.JWT_ISSUER, audiences: ["my-project"] },
        },
      );
      assert.equal(integration.payloadFormatVersion, "2.0");
      assert.equal(integration.timeoutMilliseconds, plan.integration.timeoutMilliseconds);
      assert.deepEqual(stage.defaultRouteSettings, planned.defaultRouteSettings);
      assert.deepEqual(
        stage.routeSettings,
        Object.entries(planned.routeSettings).map(([routeKey, limits]) => ({ routeKey, ...limits })),
      );
      assert.deepEqual(stage.accessLogSettings, {
        destinationArn:
          "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/apis/fixture-api-dev-Api",
        format: planned.accessLogSettings.format,
      });
      assert.deepEqual(
        one(graph("default"), "aws:apigatewayv2/api:Api").inputs.corsConfiguration,
        JSON.parse(JSON.stringify(plan.corsConfiguration)),
      );
    });

    it("can be invoked only by its own gateway and stage", () => {
      assert.deepEqual(invokers(graph("default")), [
        "apigateway.amazonaws.com for arn:aws:execute-api:eu-west-1:123456789012:ApiHttpApi/mvp/* -> fixture-api-dev-Api:latest",
      ]);
    });

    it("gives the function only the environment that it needs", () => {
      assert.deepEqual(environment(graph("default")), {
        RUNTIME: "LAMBDA",
        NODE_ENV: "production",
        AWS_API_GW_STAGE_NAME: "mvp",
        JWT_ISSUER: required.JWT_ISSUER,
        JWT_AUTHORIZED_AUDIENCES: "my-project",
        JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "groups",
        AUTH_ENDPOINTS: "on",
        DOCS: "on",
        ...secrets,
      });
    });

    it("outputs its URL", () => {
      const url = "https://ApiHttpApi.execute-api.eu-west-1.amazonaws.com/mvp";
      assert.equal(graph("default").outputs.url, url);
      assert.deepEqual(Object.values(graph("default").hints), [url]);
    });

    it("can be removed", () => {
      assert.equal(graph("default").outputs._protect, false);
    });
  });

  describe("a permanent stage with everything", () => {
    it("is protected from removal", () => {
      assert.equal(graph("everything").outputs._protect, true);
    });

    it("is kept warm through the alias, by a schedule with no other rights", () => {
      const { inputs } = one(graph("everything"), "aws:scheduler/schedule:Schedule");
      const target = inputs.target as Inputs;
      const alias = functionArn("fixture-api-production-Api:latest");
      assert.equal(target.arn, alias);
      assert.deepEqual(JSON.parse(String(target.input)), { warmer: true, concurrency: 3 });
      assert.deepEqual(trust(graph("everything")).ApiWarmerRole, [{ Service: "scheduler.amazonaws.com" }]);
      const rights = statements(graph("everything")).filter(({ role }) => role.includes("ApiWarmerRole"));
      assert.deepEqual(
        rights.map(({ actions, resources }) => ({ actions, resources })),
        [{ actions: ["lambda:InvokeFunction"], resources: [alias] }],
      );
    });

    it("can be invoked by the gateway, the schedule and itself, so that a ping reaches three instances", () => {
      assert.deepEqual(
        invokers(graph("everything")).map((line) => line.replace(/-[a-z]{8} /, " ")),
        [
          "apigateway.amazonaws.com for arn:aws:execute-api:eu-west-1:123456789012:ApiHttpApi/mvp/* -> fixture-api-production-Api:latest",
          `fixture-api-production-ApiHandlerRole -> ${functionArn("fixture-api-production-Api:latest")}`,
          `fixture-api-production-ApiWarmerRole -> ${functionArn("fixture-api-production-Api:latest")}`,
        ],
      );
    });

    it("lets pages of its origins send and read the configured headers, and tells caches so", () => {
      const { inputs } = one(graph("everything"), "aws:apigatewayv2/api:Api");
      const { allowCredentials, allowOrigins, allowHeaders, exposeHeaders } =
        inputs.corsConfiguration as Record<string, string[]>;
      assert.equal(allowCredentials, true);
      assert.deepEqual(allowOrigins, ["https://app.example.com"]);
      assert.ok(allowHeaders?.includes("x-tenant") && exposeHeaders?.includes("x-total-count"));
      assert.equal(environment(graph("everything")).CORS_ALLOW_ORIGINS, "https://app.example.com");
    });

    it("responds only at its domain, under its mapping key", () => {
      const mappings = all(graph("everything"), "aws:apigatewayv2/apiMapping:ApiMapping");
      const domainName = "api.example.com";
      assert.deepEqual(
        mappings.map(({ inputs }) => inputs),
        [
          { apiId: "ApiHttpApi", stage: "mvp", domainName, apiMappingKey: "express" },
          // From DOMAIN_OTHER_APIS.
          { apiId: "a1b2c3d4e5", stage: "live", domainName, apiMappingKey: "stock" },
        ],
      );
      const { inputs: domain } = one(graph("everything"), "aws:apigatewayv2/domainName:DomainName");
      assert.equal(domain.domainName, "api.example.com");
      const { endpointType, securityPolicy, ipAddressType } = domain.domainNameConfiguration as Inputs;
      assert.deepEqual([endpointType, securityPolicy, ipAddressType], ["REGIONAL", "TLS_1_2", "dualstack"]);
      assert.equal(
        one(graph("everything"), "aws:apigatewayv2/api:Api").inputs.disableExecuteApiEndpoint,
        true,
      );
      assert.equal(graph("everything").outputs.url, "https://api.example.com/express");
      assert.equal(environment(graph("everything")).AWS_API_GW_MAPPING_KEY, "express");
    });

    it("has records for IPv4, IPv6 and the certificate's validation", () => {
      const records = all(graph("everything"), "aws:route53/record:Record")
        .filter(({ name }) => name.startsWith("Domain"))
        .map(({ inputs: { type, name, zoneId } }) => `${type} ${name} ${zoneId}`);
      assert.deepEqual(records.sort(), [
        "A api.example.com Z2FDTNDATAQYW2",
        "AAAA api.example.com Z2FDTNDATAQYW2",
        "CNAME _validate.api.example.com Z2FDTNDATAQYW2",
      ]);
    });

    it("replaces existing records with DNS_OVERRIDE", () => {
      const overwrites = all(graph("everything"), "aws:route53/record:Record").map(
        ({ inputs }) => inputs.allowOverwrite,
      );
      assert.deepEqual([...new Set(overwrites)], [true]);
      for (const { inputs } of all(graph("example"), "aws:route53/record:Record"))
        assert.equal(inputs.allowOverwrite, undefined);
    });

    it("has no route to features that are off", () => {
      const enabled = routes.filter(({ feature }) => feature === undefined);
      assert.ok(enabled.length < routes.length);
      assert.deepEqual(doors(graph("everything")), doorsOf(enabled, "ApiAuthorizerJwt"));
      assert.equal(environment(graph("everything")).AUTH_ENDPOINTS, "off");
      assert.equal(environment(graph("everything")).DOCS, "off");
    });

    it("has four alarms on the alias and the stage, which notify its topic", () => {
      const alarms = all(graph("everything"), "aws:cloudwatch/metricAlarm:MetricAlarm");
      assert.deepEqual(
        alarms.map(({ name }) => name),
        ["ApiAlarmErrors", "ApiAlarmFailures", "ApiAlarmLatency", "ApiAlarmThrottles"],
      );
      for (const { name, inputs } of alarms) {
        assert.deepEqual(inputs.alarmActions, [everything.ALARM_TOPIC_ARN], name);
        assert.equal(inputs.treatMissingData, "notBreaching", name);
      }
      const byName = new Map(alarms.map(({ name, inputs }) => [name, inputs]));
      const ofAlias = {
        FunctionName: "fixture-api-production-Api",
        Resource: "fixture-api-production-Api:latest",
      };
      assert.deepEqual(byName.get("ApiAlarmErrors")?.dimensions, ofAlias);
      assert.deepEqual(byName.get("ApiAlarmThrottles")?.dimensions, ofAlias);
      assert.deepEqual(byName.get("ApiAlarmLatency")?.dimensions, { ApiId: "ApiHttpApi", Stage: "mvp" });
      assert.equal(byName.get("ApiAlarmLatency")?.extendedStatistic, "p99");
      assert.equal(byName.get("ApiAlarmLatency")?.threshold, 23_200);
      const queries = byName.get("ApiAlarmFailures")?.metricQueries as Inputs[];
      assert.deepEqual(
        queries.map(({ metric }) => (metric as Inputs | undefined)?.metricName),
        [undefined, "5xx", "Count"],
      );
    });

    describe("its dashboard", () => {
      const widgets = () =>
        JSON.parse(
          String(one(graph("everything"), "aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody),
        ).widgets as {
          type: string;
          x: number;
          y: number;
          width: number;
          height: number;
          properties: Inputs;
        }[];
      const metrics = () =>
        widgets().flatMap(({ properties }) => (properties.metrics ?? []) as (string | { stat: string })[][]);

      it("shows existing metrics, for callers' responses and for the function", () => {
        const { inputs: lambda } = one(graph("everything"), "aws:lambda/function:Function");
        const { inputs: alias } = one(graph("everything"), "aws:lambda/alias:Alias");
        const { inputs: stage } = one(graph("everything"), "aws:apigatewayv2/stage:Stage");
        const exists: Record<string, Json> = {
          ApiId: stage.apiId ?? null,
          Stage: stage.name ?? null,
          FunctionName: lambda.name ?? null,
          Resource: `${alias.functionName}:${alias.name}`,
          api: "fixture-api",
        };
        const shown = metrics().map(([namespace, metric, ...rest]) => {
          const options = rest.at(-1) as { stat: string };
          const dimensions = rest.slice(0, -1) as string[];
          assert.equal(dimensions.length % 2, 0);
          for (let index = 0; index < dimensions.length; index += 2)
            assert.equal(dimensions[index + 1], exists[dimensions[index] ?? ""], `${metric} ${dimensions}`);
          return `${namespace} ${metric} ${options.stat}`;
        });
        assert.deepEqual(shown.sort(), [
          "AWS/ApiGateway 4xx Sum",
          "AWS/ApiGateway 5xx Sum",
          "AWS/ApiGateway Count Sum",
          "AWS/ApiGateway IntegrationLatency p50",
          "AWS/ApiGateway IntegrationLatency p99",
          "AWS/ApiGateway Latency p50",
          "AWS/ApiGateway Latency p99",
          "AWS/Lambda ConcurrentExecutions Maximum",
          "AWS/Lambda Duration p50",
          "AWS/Lambda Duration p99",
          "AWS/Lambda Errors Sum",
          "AWS/Lambda Throttles Sum",
          "fixture-api/production 4xx Sum",
          "fixture-api/production 5xx Sum",
          "fixture-api/production ColdStarts Sum",
          "fixture-api/production Latency p50",
          "fixture-api/production Latency p99",
          "fixture-api/production Refused Sum",
          "fixture-api/production Requests Sum",
        ]);
      });

      it("queries the function's log for cold starts, and for errors with their request", () => {
        const { inputs: lambda } = one(graph("everything"), "aws:lambda/function:Function");
        const queries = widgets().flatMap(({ type, properties }) =>
          type === "log" ? [String(properties.query)] : [],
        );
        assert.equal(queries.length, 2);
        const source = `SOURCE '${(lambda.loggingConfig as Inputs).logGroup}' | `;
        for (const query of queries) assert.ok(query.startsWith(source), query);
        assert.match(queries[0] ?? "", /count\(@initDuration\)/);
        assert.match(queries[1] ?? "", /filter level = "error" \| fields .*requestId/);
      });

      it("has no overlapping widgets", () => {
        for (const one of widgets()) {
          assert.ok(one.x + one.width <= 24);
          for (const other of widgets()) {
            const isSame = one.x === other.x && one.y === other.y;
            const isApart =
              one.x + one.width <= other.x ||
              other.x + other.width <= one.x ||
              one.y + one.height <= other.y ||
              other.y + other.height <= one.y;
            assert.ok(isSame || isApart, JSON.stringify([one, other]));
          }
        }
      });

      it("exists only if it is switched on", () => {
        assert.deepEqual(all(graph("default"), "aws:cloudwatch/dashboard:Dashboard"), []);
      });
    });

    it("notifies the budget's addresses", () => {
      const { inputs } = one(graph("everything"), "aws:budgets/budget:Budget");
      assert.equal(inputs.limitAmount, "20");
      for (const { subscriberEmailAddresses } of inputs.notifications as Inputs[])
        assert.deepEqual(subscriberEmailAddresses, ["ops@example.com", "boss@example.com"]);
    });

    it("keeps logs as long as the settings say", () => {
      const days = Object.fromEntries(
        all(graph("everything"), "aws:cloudwatch/logGroup:LogGroup").map(({ name, inputs }) => [
          name,
          inputs.retentionInDays,
        ]),
      );
      assert.deepEqual(days, {
        ApiHandlerLogGroup: 545,
        ApiAccessLog: 90,
        ContainerServiceLogGroupContainerService: 545,
      });
    });

    it("runs the image as a container that accepts tokens only over HTTPS", () => {
      const { inputs } = one(graph("everything"), "aws:ecs/taskDefinition:TaskDefinition");
      const [container] = JSON.parse(String(inputs.containerDefinitions)) as {
        image: string;
        environment: { name: string; value: string }[];
      }[];
      assert.equal(container?.image, everything.CONTAINER_IMAGE);
      const variables = Object.fromEntries(
        (container?.environment ?? []).map(({ name, value }) => [name, value]),
      );
      for (const [name, value] of Object.entries({
        RUNTIME: "CONTAINERIZED",
        NODE_ENV: "production",
        PORT: "5000",
        TRUSTED_PROXY_HOPS: "1",
        DRAIN_DELAY_SECONDS: "10",
        JWT_ISSUER: required.JWT_ISSUER,
        CORS_ALLOW_ORIGINS: "https://app.example.com",
        CORS_ALLOW_HEADERS: "x-tenant",
        CATALOGUE_URL: everything.CATALOGUE_URL,
        ...secrets,
      }))
        assert.equal(variables[name], value, name);
      const targetGroup = one(graph("everything"), "aws:lb/targetGroup:TargetGroup").inputs;
      const { path, interval, timeout } = targetGroup.healthCheck as Inputs;
      assert.equal(path, "/v1/health");
      // Otherwise AWS refuses the target group.
      assert.ok(Number(timeout) < Number(interval), `${timeout} s of ${interval} s`);
      const listeners = all(graph("everything"), "aws:lb/listener:Listener").map(({ inputs }) => [
        inputs.protocol,
        (inputs.defaultActions as Inputs[])[0]?.type,
      ]);
      assert.deepEqual(listeners.sort(), [
        ["HTTP", "redirect"],
        ["HTTPS", "forward"],
      ]);
    });
  });

  describe("two APIs under one domain", () => {
    it("share only the domain, each under its own key", () => {
      assert.equal(all(graph("example"), "aws:apigatewayv2/domainName:DomainName").length, 1);
      assert.deepEqual(
        all(graph("example"), "aws:apigatewayv2/apiMapping:ApiMapping").map(({ inputs }) => [
          inputs.apiId,
          inputs.apiMappingKey,
        ]),
        [
          ["AdminHttpApi", "admin"],
          ["ExpressHttpApi", "express"],
        ],
      );
      assert.deepEqual(graph("example").outputs, {
        Admin: "https://api.example.com/admin",
        Express: "https://api.example.com/express",
        _protect: false,
      });
    });

    it("together have every endpoint once", () => {
      const isForAdmins = ({ path }: Route) => path.startsWith("/v1/admin/");
      assert.deepEqual(
        doors(graph("example"), "Express"),
        doorsOf(
          routes.filter((route) => !isForAdmins(route)),
          "ExpressAuthorizerJwt",
        ),
      );
      assert.deepEqual(
        doors(graph("example"), "Admin"),
        doorsOf(routes.filter(isForAdmins), "AdminAuthorizerJwt"),
      );
    });

    it("cannot invoke each other's functions", () => {
      assert.deepEqual(invokers(graph("example")), [
        "apigateway.amazonaws.com for arn:aws:execute-api:eu-west-1:123456789012:AdminHttpApi/mvp/* -> two-apis-dev-Admin:latest",
        "apigateway.amazonaws.com for arn:aws:execute-api:eu-west-1:123456789012:ExpressHttpApi/mvp/* -> two-apis-dev-Express:latest",
      ]);
    });
  });

  describe("the components' other options", () => {
    it("pass scopes to the gateway", () => {
      assert.deepEqual(doors(graph("options"), "Provisioned"), {
        "PUT /v1/orders/{orderId}": {
          authorizationType: "JWT",
          authorizerId: "ProvisionedAuthorizerJwt",
          authorizationScopes: ["orders/write"],
        },
        "GET /v1/orders/{orderId}": {
          authorizationType: "NONE",
          authorizerId: null,
          authorizationScopes: [],
        },
      });
    });

    it("provision concurrency for the alias", () => {
      const { inputs } = one(
        graph("options"),
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
      );
      assert.deepEqual(inputs, {
        functionName: "options-dev-Provisioned",
        qualifier: "latest",
        provisionedConcurrentExecutions: 2,
      });
    });

    it("set the function's rights, size and time limit", () => {
      const { inputs } = one(graph("options"), "aws:lambda/function:Function", "Provisioned");
      assert.deepEqual([inputs.memorySize, inputs.timeout], [1769, 10]);
      assert.deepEqual(
        statements(graph("options"))
          .filter(({ role, actions }) => role.includes("Provisioned") && !actions[0]?.startsWith("logs:"))
          .map(({ actions, resources }) => ({ actions, resources })),
        [{ actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:eu-west-1:1:table/orders"] }],
      );
      assert.equal(
        environment(graph("options"), "Provisioned").JWT_AUTHORIZATION_GROUPS_ATTR_NAME,
        "cognito:groups",
      );
      assert.equal(environment(graph("options"), "Provisioned").JWT_AUTHORIZED_AUDIENCES, "one,two");
    });

    it("expose API, stage, function, alias and role to other programs", () => {
      assert.deepEqual(graph("options").outputs.provisioned, {
        apiId: "ProvisionedHttpApi",
        stageName: "$default",
        functionName: "options-dev-Provisioned",
        functionArn: functionArn("options-dev-Provisioned"),
        invokeArn: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn("options-dev-Provisioned:latest")}/invocations`,
        aliasArn: functionArn("options-dev-Provisioned:latest"),
        role: {
          arn: "arn:aws:iam:eu-west-1:123456789012:ProvisionedHandlerRole",
          name: one(graph("options"), "aws:iam/role:Role", "ProvisionedHandlerRole").inputs.name ?? "",
        },
      });
    });

    it("start every unique name with app and stage", () => {
      for (const [name, prefix] of [
        ["everything", "fixture-api-production-"],
        ["options", "options-dev-"],
      ] as const) {
        const named = graph(name).resources.flatMap(({ type, inputs }) =>
          /^aws:(lambda\/function|apigatewayv2\/api|iam\/role|cloudwatch\/|scheduler\/)/.test(type)
            ? [String(inputs.name ?? inputs.dashboardName ?? prefix)]
            : [],
        );
        assert.ok(named.length > 5);
        for (const each of named) {
          const own = each.replace(/^\/(aws\/lambda|aws\/vendedlogs\/apis|sst\/cluster)\//, "");
          assert.ok(own.startsWith(prefix), each);
        }
      }
    });

    it("leave the stage out of the default stage's URL", () => {
      const url = Object.entries(graph("options").hints).find(([urn]) => urn.endsWith("::Provisioned"))?.[1];
      assert.equal(url, "https://ProvisionedHttpApi.execute-api.eu-west-1.amazonaws.com");
    });

    it("do not change code and alias that a pipeline brings", () => {
      const lambda = one(graph("options"), "aws:lambda/function:Function", "Pipeline");
      for (const property of ["s3Bucket", "s3Key", "handler"])
        assert.ok(lambda.ignoreChanges.includes(property), property);
      assert.deepEqual(one(graph("options"), "aws:lambda/alias:Alias", "Pipeline").ignoreChanges, [
        "functionVersion",
        "routingConfig",
      ]);
      assert.deepEqual(one(graph("options"), "aws:lambda/alias:Alias", "Provisioned").ignoreChanges, []);
    });

    it("let AWS shift callers to released code, and back after its errors or the gateway's 5xx", () => {
      const { inputs } = one(graph("options"), "aws:codedeploy/deploymentGroup:DeploymentGroup");
      assert.deepEqual(inputs, {
        appName: "options-dev-Pipeline",
        deploymentGroupName: "latest",
        serviceRoleArn: "arn:aws:iam:eu-west-1:123456789012:PipelineShiftRole",
        deploymentConfigName: "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
        deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
        alarmConfiguration: {
          enabled: true,
          alarms: ["options-dev-Pipeline-Failures", "options-dev-Pipeline-Errors"],
        },
        autoRollbackConfiguration: {
          enabled: true,
          events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
      });
      const application = one(graph("options"), "aws:codedeploy/application:Application").inputs;
      assert.deepEqual(application, { name: "options-dev-Pipeline", computePlatform: "Lambda" });
      const alarms = all(graph("options"), "aws:cloudwatch/metricAlarm:MetricAlarm");
      assert.deepEqual(
        alarms.map(({ inputs: { name, alarmActions } }) => [name, alarmActions]),
        [
          ["options-dev-Pipeline-Errors", []],
          ["options-dev-Pipeline-Failures", []],
        ],
      );
    });

    it("let CodeDeploy, for this deployment group only, move this alias and read alarms, and nothing else", () => {
      const { inputs } = one(graph("options"), "aws:iam/role:Role", "PipelineShiftRole");
      assert.deepEqual(JSON.parse(String(inputs.assumeRolePolicy)).Statement, [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "codedeploy.amazonaws.com" },
          Condition: {
            StringEquals: {
              "aws:SourceArn":
                "arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:options-dev-Pipeline/latest",
            },
          },
        },
      ]);
      const rights = statements(graph("options")).filter(({ role }) => role === inputs.name);
      assert.deepEqual(
        rights.map(({ actions, resources }) => ({ actions, resources })),
        [
          {
            actions: ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
            resources: [functionArn("options-dev-Pipeline"), functionArn("options-dev-Pipeline:*")],
          },
          {
            actions: ["cloudwatch:DescribeAlarms"],
            resources: ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"],
          },
        ],
      );
    });

    it("call released code through its alias, from gateway and warmer, and provision the alias's concurrency", () => {
      const graphOfReleases = graph("released");
      const provisioned = one(
        graphOfReleases,
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
      );
      assert.equal(provisioned.inputs.qualifier, "latest");
      const { inputs } = one(graphOfReleases, "aws:apigatewayv2/integration:Integration");
      assert.match(String(inputs.integrationUri), /:latest\/invocations$/);
      const { deploymentConfigName } = one(
        graphOfReleases,
        "aws:codedeploy/deploymentGroup:DeploymentGroup",
      ).inputs;
      assert.equal(deploymentConfigName, "CodeDeployDefault.LambdaCanary10Percent5Minutes");
      const { ignoreChanges } = one(graphOfReleases, "aws:lambda/alias:Alias");
      assert.deepEqual(ignoreChanges, ["functionVersion", "routingConfig"]);
    });

    it("return 503 with a message until the first release", async () => {
      const bundle = new URL("../../../../.sst/placeholder/bundle.mjs", import.meta.url);
      const { handler } = await import(bundle.href);
      const answer = await handler();
      assert.equal(answer.statusCode, 503);
      assert.match(JSON.parse(answer.body).message, /No code has been released/);
    });

    it("accept a folder that is ready to run, and pass it to a last step before it is packed", () => {
      assert.equal(
        one(graph("options"), "aws:lambda/function:Function", "Prepared").inputs.handler,
        "bundle.handler",
      );
      assert.ok(existsSync(join(prepared, "after-bundling")));
    });

    it("create no CAA records in a zone at Cloudflare", () => {
      const caa = graph("options").resources.filter(({ name, type }) => /CAA/.test(`${name} ${type}`));
      assert.deepEqual(caa, []);
    });

    it("are proxied by Cloudflare, except the certificate's record", () => {
      const records = all(graph("options"), "cloudflare:index/dnsRecord:DnsRecord").map(({ inputs }) => [
        inputs.type,
        inputs.name,
        inputs.proxied,
      ]);
      assert.deepEqual(records.sort(), [
        ["CNAME", "_validate.api.example.com", false],
        ["CNAME", "api.example.com", true],
      ]);
      assert.deepEqual(graph("options").outputs.cloudflare, {
        Express: "https://api.example.com/v1/express",
        Rest: "https://api.example.com",
      });
    });

    it("create no record with DNS=none, and output the record's target", () => {
      const ofNobody = graph("options").resources.filter(({ name }) => name.startsWith("Nobody"));
      assert.deepEqual(
        ofNobody.map(({ type }) => type.split(":").at(-1)),
        ["ApiMapping", "DomainName", "ApiExposer"],
      );
      assert.equal(
        graph("options").outputs.nobodyTarget,
        "d-NobodyDomainName.execute-api.eu-west-1.amazonaws.com",
      );
      assert.equal(graph("options").outputs.nobodyTargetZone, "ZGATEWAY");
    });

    it("serve a WebSocket API at a wss URL", () => {
      assert.deepEqual(graph("options").outputs.socket, { Chat: "wss://socket.example.com/chat" });
    });
  });
});

describe("sst dev", () => {
  it("keeps the bridge's variables and rights, moves the alias with each version, and leaves out the warmer", () => {
    const graph = bridged;
    const types = new Set(graph.resources.map(({ type }) => type));
    for (const type of ["aws:scheduler/schedule:Schedule", "aws:ecs/service:Service"])
      assert.ok(!types.has(type), type);
    const { inputs, ignoreChanges } = one(graph, "aws:lambda/function:Function");
    assert.equal(inputs.runtime, "provided.al2023");
    assert.ok(!ignoreChanges.includes("s3Key"));
    assert.equal(environment(graph).SST_FUNCTION_ID, "ApiHandler");
    assert.equal(environment(graph).RUNTIME, "LAMBDA");
    assert.deepEqual(one(graph, "aws:lambda/alias:Alias").ignoreChanges, []);
    assert.ok(statements(graph).some(({ actions }) => actions.includes("appsync:*")));
    assert.equal(all(graph, "aws:apigatewayv2/route:Route").length > 0, true);
  });
});

describe("a mistake in the program", () => {
  it("is refused with a clear message before anything is created", () => {
    const { outputs } = refusals;
    assert.match(String(outputs.sameKey), /^One and Two are both at https:\/\/api\.example\.com\/express; /);
    assert.match(String(outputs.badKey), /^The mapping key "\/x" of One is invalid; /);
    assert.match(String(outputs.levels), /several levels, which a WebSocket API cannot have/);
    assert.match(String(outputs.noCertificate), /no certificate, and no DNS provider/);
    assert.match(String(outputs.longName), /more than 64 characters/);
    for (const name of ["Api", "Orders"])
      assert.match(
        String(outputs[`jobOf${name}`]),
        new RegExp(
          `^A job cannot have the name of the API \\("${name.toLowerCase()}"\\), because both would write to `,
        ),
      );
    assert.match(
      String(outputs.noValue),
      /^The setting ORDERS_TABLE of src\/api\.ts is fromInfra, but infra\.ts returns no value/,
    );
    assert.match(
      String(outputs.noJob),
      /^packages\/infra\/test\/fixtures\/api\/src\/jobs\/none\.ts does not exist; /,
    );
  });

  it("two resources with the same name are refused, as by the engine", async () => {
    await assert.rejects(
      duplicate,
      (error) => error instanceof SynthesisError && /Two resources have the URN .*Twice/.test(error.message),
    );
  });
});
