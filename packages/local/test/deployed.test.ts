// Tests that the deployed API is the tested one. `sst deploy` runs against stand-ins for AWS and the engine. The local gateway is
// then configured from the resources that it would have created, and runs the folder that it packed with the function's
// environment.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createGateway, type Gateway, type LambdaFunction, runInWorkers } from "@lambda-express-api/gateway";
import { runSst, type SstRun } from "@lambda-express-api/infra/test/cli/run-sst.ts";
import { api } from "@lambda-express-api/infra/test/fixtures/api/src/api.ts";
import { synthesise } from "@lambda-express-api/infra/testing/synthesise.ts";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { publicPath } from "@lambda-express-api/kit/request/request-path.ts";
import { fixtureCases } from "@lambda-express-api/kit/test/support/parity-cases.ts";
import {
  appTarget,
  paritySuite,
  type StartTarget,
  type TrustedIssuer,
} from "@lambda-express-api/kit/testing";
import { requestBySupertest } from "@lambda-express-api/kit/testing/targets.ts";
import { noIssuer } from "@lambda-express-api/kit/testing/test-environment.ts";
import { switchedOn } from "../src/demo/switched-on.ts";
import { walkDemo } from "../src/demo/walk.ts";
import { startLocalIssuer } from "../src/identity/local-issuer.ts";
import { type DeployedApi, deployedApi } from "./deployed-api.ts";
import { demo } from "./fixtures/members/src/demo.ts";
import { local } from "./fixtures/members/src/local.ts";

const CONFIG = "packages/infra/test/configs/default.ts";
const FOLDER = ".sst/lambda/packages/infra/test/fixtures/api";
const MAPPING_KEY = "members";
const DOMAIN_NAME = "api.example.com";
/** Nothing listens here, so an endpoint that calls the identity provider answers 503. */
const noProvider = {
  FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
  FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
};
const settings = {
  FIREBASE_APP_API_KEY: "test-key",
  AWS_API_GW_MAPPING_KEY: MAPPING_KEY,
  DOMAIN_NAME,
  DNS_ZONE_ID: "Z2FDTNDATAQYW2",
  KEEP_WARM: "warmer",
  // The tests call more often than the throttles allow.
  THROTTLE_RATE: "10000",
  THROTTLE_BURST: "5000",
  AUTH_THROTTLE_RATE: "10000",
  AUTH_THROTTLE_BURST: "5000",
};

const features = { authEndpoints: true, docs: true };
const routes = await enabledRoutes(api, features);

/** A deployment: the synthesised gateway in front of the packed bundle. */
interface Stack {
  readonly deployment: SstRun;
  readonly deployed: DeployedApi;
  readonly gateway: Gateway;
  readonly lambda: LambdaFunction;
}

describe("what sst deploy makes", () => {
  let deploying: Promise<Stack> | undefined;

  /** The single deployment, which trusts the issuer of the first test that needs it. */
  function deploy({ issuer, audience }: Pick<TrustedIssuer, "issuer" | "audience">): Promise<Stack> {
    deploying ??= (async () => {
      // A deployment accepts only an issuer with HTTPS, which a test's issuer lacks.
      const secure = issuer.replace("http:", "https:");
      const deployment = await runSst({
        config: CONFIG,
        args: ["deploy", "--stage", "test"],
        environment: {
          ...settings,
          ...noProvider,
          JWT_ISSUER: secure,
          JWT_AUTHORIZED_AUDIENCES: audience,
        },
      });
      assert.ok(deployment.graph, deployment.output);
      const text = JSON.stringify(deployedApi(deployment.graph));
      const deployed: DeployedApi = JSON.parse(text.replaceAll(secure, issuer));
      return { deployment, deployed, ...(await run(deployed, deployment.folder)) };
    })();
    return deploying;
  }
  const stack = () => deploy(noIssuer);
  after(async () => {
    if (!deploying) return;
    const { deployment, ...running } = await deploying;
    await close(running);
    await deployment.remove();
  });

  const deployedTarget =
    (name: string, host: string, basePath: string): StartTarget =>
    async ({ issuer }) => {
      const { gateway } = await deploy(issuer);
      return {
        name: `what sst deploy makes, through ${name}`,
        basePath,
        isLambda: true,
        isBehindGateway: true,
        request: (request) =>
          requestBySupertest(gateway.url, {
            ...request,
            path: basePath + request.path,
            headers: { host, ...request.headers },
          }),
        close: async () => {},
      };
    };
  const targets = [
    deployedTarget("the custom domain", DOMAIN_NAME, `/${MAPPING_KEY}`),
    deployedTarget("the stage", "local12345.execute-api.eu-west-1.amazonaws.com", "/mvp"),
  ];
  const started = () => Promise.all(targets.map((start) => start({ api, issuer: noIssuer })));

  // First, because the deployment must trust its issuer.
  paritySuite(api, [appTarget, ...targets], fixtureCases, { environment: noProvider });

  test("refuses a caller without a token at exactly the endpoints that are not public", async () => {
    for (const target of await started()) {
      for (const { method, path, access, operationId } of routes) {
        const variables = /\{\w+\+?\}/g;
        const { status } = await target.request({
          method: method === "ANY" ? "PATCH" : method,
          path: publicPath(path.replace(variables, "x")),
        });
        const message = `${operationId} answered ${status}, ${target.name}`;
        if (access.type === "authenticated") assert.equal(status, 401, message);
        else assert.ok(status < 500 && status !== 401, message);
      }
    }
  });

  test("links to the address that its callers use: under the mapping key, or under the stage", async () => {
    for (const { name, basePath, request } of await started()) {
      const { body } = await request({ method: "GET", path: "/v1" });
      assert.equal(JSON.parse(body.toString()).links.health, `${basePath}/v1/health`, name);
    }
  });

  test("treats the schedule's event as a ping, not as a request", async () => {
    const { deployment, lambda } = await stack();
    const schedule = deployment.graph?.resources.find(
      ({ type }) => type === "aws:scheduler/schedule:Schedule",
    );
    assert.ok(schedule, "there is no schedule");
    const { input } = schedule.inputs.target as { input: string };
    const answer = await lambda.invoke(input);
    assert.equal(answer.outcome, "returned");
    assert.deepEqual(JSON.parse("payload" in answer ? answer.payload : ""), { warmed: 1 });
  });

  test("passes the whole demo, with the callers of the local identity provider", async () => {
    const { deployment } = await stack();
    const identity = await startLocalIssuer({ callers: Object.values(local.callers) });
    const graph = await synthesise({
      config: CONFIG,
      stage: "test",
      environment: {
        ...settings,
        ...identity.environment,
      },
    });
    const { api: httpApi, lambda } = deployedApi(graph);
    const withKeys = Object.entries(httpApi.authorizers ?? {}).map(([id, authorizer]) => [
      id,
      // The tokens name Firebase's issuer, whose discovery document would lead to Firebase's keys.
      { ...authorizer, jwksUri: identity.jwksUri },
    ]);
    const demoStack = await run(
      { api: { ...httpApi, authorizers: Object.fromEntries(withKeys) }, lambda },
      deployment.folder,
    );
    try {
      const rows = await walkDemo(`${demoStack.gateway.url}/mvp`, {
        ...(await switchedOn(api, demo, features)),
        callers: local.callers,
        print: () => {},
      });
      assert.equal(rows.length, demo.length);
      for (const { step, difference } of rows) assert.equal(difference, undefined, step);
    } finally {
      await close(demoStack);
      await identity.close();
    }
  });
});

async function run({ api, lambda: { handler, ...lambda } }: DeployedApi, folder: string) {
  const [file, exportName = ""] = handler.split(".");
  const workers = runInWorkers({
    file: join(folder, FOLDER, `${file}.mjs`),
    exportName,
    functionName: lambda.name,
    environment: lambda.environment,
    memorySize: lambda.memoryMegabytes,
    timeoutSeconds: lambda.timeoutSeconds,
    log: () => {},
  });
  const gateway = createGateway({ api, function: workers, log: () => {} });
  await gateway.listen();
  return { gateway, lambda: workers };
}

async function close({ gateway, lambda }: Pick<Stack, "gateway" | "lambda">): Promise<void> {
  await gateway.close();
  await lambda.close();
}
