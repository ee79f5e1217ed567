// What is deployed is what was tested: `sst deploy` runs to its end against stand-ins for AWS and the engine; the local
// gateway is made of the resources that it would have created, and runs the folder that it packed, with the environment
// that it would have given to the function.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { routes } from "@lambda-express-api/api/routes/routes.ts";
import { describeAccessMatrix } from "@lambda-express-api/api/test/support/describe-access-matrix.ts";
import { describeParity } from "@lambda-express-api/api/test/support/describe-parity.ts";
import { productCases } from "@lambda-express-api/api/test/support/parity-cases.ts";
import { startTestIssuer, type TestIssuer } from "@lambda-express-api/api/test/support/test-issuer.ts";
import { appWay, sendBySupertest, type Way } from "@lambda-express-api/api/test/support/ways.ts";
import { createGateway, type Gateway, type LambdaFunction, runInWorkers } from "@lambda-express-api/gateway";
import { runSst, type SstRun } from "@lambda-express-api/infra/test/cli/run-sst.ts";
import { synthesise } from "@lambda-express-api/infra/test/synth/synthesise.ts";
import { demoSteps } from "../src/demo/steps.ts";
import { walkDemo } from "../src/demo/walk.ts";
import { demoCallers } from "../src/identity/demo-callers.ts";
import { startLocalIssuer } from "../src/identity/local-issuer.ts";
import { type DeployedApi, deployedApi } from "./deployed-api.ts";

const MAPPING_KEY = "express";
const DOMAIN_NAME = "api.example.com";
const settings = {
  FIREBASE_APP_API_KEY: "test-key",
  AWS_API_GW_MAPPING_KEY: MAPPING_KEY,
  DOMAIN_NAME,
  DNS_ZONE_ID: "Z2FDTNDATAQYW2",
  KEEP_WARM: "warmer",
  // The suites call more often in a second than anybody should.
  THROTTLE_RATE: "10000",
  THROTTLE_BURST: "5000",
  AUTH_THROTTLE_RATE: "10000",
  AUTH_THROTTLE_BURST: "5000",
};

describe("what sst deploy makes", () => {
  let issuer: TestIssuer;
  let deployment: SstRun;
  let deployed: DeployedApi;
  let stack: { gateway: Gateway; lambda: LambdaFunction };
  const ways: Way[] = [];

  before(async () => {
    issuer = await startTestIssuer();
    const nowhere = {
      FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
      FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
    };
    deployment = await runSst({
      args: ["deploy", "--stage", "test"],
      environment: {
        ...settings,
        ...nowhere,
        JWT_ISSUER: issuer.issuer,
        JWT_AUTHORIZED_AUDIENCES: issuer.audience,
      },
    });
    assert.ok(deployment.graph, deployment.output);
    deployed = deployedApi(deployment.graph);
    stack = await run(deployed);
    ways.push(
      appWay({ issuer, environment: nowhere }),
      wayTo(stack.gateway, "the custom domain", DOMAIN_NAME, `/${MAPPING_KEY}`),
      wayTo(stack.gateway, "the stage", "local12345.execute-api.eu-west-1.amazonaws.com", "/mvp"),
    );
  });
  after(async () => {
    for (const way of ways) await way.close();
    await close(stack);
    await deployment.remove();
    await issuer.close();
  });

  /** The gateway as it was synthesised, in front of the bundle as it was packed. */
  async function run({ api, lambda }: DeployedApi) {
    const [file, exportName = ""] = lambda.handler.split(".");
    const handler = runInWorkers({
      file: join(deployment.folder, ".sst/lambda", `${file}.mjs`),
      exportName,
      functionName: lambda.name,
      environment: lambda.environment,
      memorySize: lambda.memoryMegabytes,
      timeoutSeconds: lambda.timeoutSeconds,
      log: () => {},
    });
    const gateway = createGateway({ api, function: handler, log: () => {} });
    await gateway.listen();
    return { gateway, lambda: handler };
  }

  async function close({ gateway, lambda }: typeof stack) {
    await gateway.close();
    await lambda.close();
  }

  test("has a route for each endpoint, and none besides", () => {
    assert.deepEqual(
      deployed.api.routes.map(({ operationName }) => operationName).sort(),
      routes.map(({ operationId }) => operationId).sort(),
    );
  });

  test("links to where its callers see it: under the mapping key, or under the stage", async () => {
    for (const { name, basePath, send } of ways) {
      const { body } = await send({ method: "GET", path: "/v1" });
      assert.equal(JSON.parse(body.toString()).links.health, `${basePath}/v1/manage/hc`, name);
    }
  });

  test("takes the schedule's event for a ping, and not for a request", async () => {
    const schedule = deployment.graph?.resources.find(
      ({ type }) => type === "aws:scheduler/schedule:Schedule",
    );
    assert.ok(schedule, "there is no schedule");
    const { input } = schedule.inputs.target as { input: string };
    const answer = await stack.lambda.invoke(input);
    assert.equal(answer.outcome, "returned");
    assert.deepEqual(JSON.parse("payload" in answer ? answer.payload : ""), { warmed: 1 });
  });

  test("walks the whole demo, with the callers of the local identity provider", async () => {
    const identity = await startLocalIssuer();
    const graph = await synthesise({
      stage: "test",
      environment: {
        ...settings,
        FIREBASE_IDENTITY_TOOLKIT_URL: identity.identityToolkitBaseUrl,
        FIREBASE_SECURE_TOKEN_URL: identity.secureTokenBaseUrl,
        JWT_ISSUER: identity.issuer,
        JWT_AUTHORIZED_AUDIENCES: identity.audience,
      },
    });
    const { api, lambda } = deployedApi(graph);
    const withKeys = Object.entries(api.authorizers ?? {}).map(([id, authorizer]) => [
      id,
      // The tokens name Firebase's issuer, whose own discovery document would lead to Firebase's keys.
      { ...authorizer, jwksUri: identity.jwksUri },
    ]);
    const demoStack = await run({ api: { ...api, authorizers: Object.fromEntries(withKeys) }, lambda });
    try {
      const rows = await walkDemo(`${demoStack.gateway.url}/mvp`, demoCallers, () => {});
      assert.equal(rows.length, demoSteps.length);
      for (const { step, difference } of rows) assert.equal(difference, undefined, step);
    } finally {
      await close(demoStack);
      await identity.close();
    }
  });

  describeParity("parity of this API's endpoints", productCases, () => ({ issuer, ways }));
  describe("access matrix", () => describeAccessMatrix(() => ({ issuer, ways })));
});

function wayTo(gateway: Gateway, name: string, host: string, basePath: string): Way {
  return {
    name: `what sst deploy makes, through ${name}`,
    basePath,
    isBehindGateway: true,
    send: (request) =>
      sendBySupertest(gateway.url, {
        ...request,
        path: basePath + request.path,
        headers: { host, ...request.headers },
      }),
    close: async () => {},
  };
}
