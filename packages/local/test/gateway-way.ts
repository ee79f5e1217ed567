// The fourth way to run the API: its Lambda handler behind the local gateway, which is made from the plan.

import { createLog } from "@lambda-express-api/api/log.ts";
import { routes as allRoutes } from "@lambda-express-api/api/routes/routes.ts";
import { createHandler } from "@lambda-express-api/api/runtime/lambda/create-handler.ts";
import { testConfig } from "@lambda-express-api/api/test/support/test-config.ts";
import { sendBySupertest, type Way, type WayOptions } from "@lambda-express-api/api/test/support/ways.ts";
import { createGateway, runInProcess, type Switches } from "@lambda-express-api/gateway";
import { planHttpApi } from "@lambda-express-api/infra/plan.ts";

const STAGE = "mvp";
const MAPPING_KEY = "express";
/** The suites call more often in a second than a gateway's throttle would allow. */
const UNTHROTTLED = { throttlingRateLimit: 10_000, throttlingBurstLimit: 5_000 };

export interface GatewayWayOptions extends WayOptions {
  /** How the gateway is reached: under the mapping key of a domain, or under its stage. */
  readonly through: "mapping key" | "stage";
  readonly switches?: Partial<Switches>;
}

export async function gatewayWay({
  issuer,
  environment,
  routes = allRoutes,
  write = () => {},
  through,
  switches = {},
}: GatewayWayOptions): Promise<Way> {
  const mapping = through === "mapping key" ? { AWS_API_GW_MAPPING_KEY: MAPPING_KEY } : {};
  const config = testConfig(issuer, {
    ...environment,
    ...mapping,
    RUNTIME: "LAMBDA",
    AWS_API_GW_STAGE_NAME: STAGE,
  });
  const plan = planHttpApi(routes, {
    stageName: STAGE,
    jwtAuthorizer: { issuer: config.jwt.issuer, audiences: config.jwt.audiences },
    corsAllowOrigins: config.corsAllowOrigins,
    throttling: UNTHROTTLED,
    authThrottling: UNTHROTTLED,
  });
  const gateway = createGateway({
    api: {
      ...plan,
      apiMappings: [{ domainName: "api.example.com", apiMappingKey: MAPPING_KEY, stage: STAGE }],
    },
    function: runInProcess(createHandler({ config, routes, log: createLog(write) })),
    switches,
    log: () => {},
  });
  await gateway.listen();

  const prefix = through === "mapping key" ? `/${MAPPING_KEY}` : `/${STAGE}`;
  const host =
    through === "mapping key" ? "api.example.com" : "local12345.execute-api.eu-west-1.amazonaws.com";
  return {
    name: `the handler behind the local gateway, through its ${through}${
      switches.stageInCustomDomainPath === "removed" ? ", the stage not in the event's path" : ""
    }`,
    basePath: prefix,
    isBehindGateway: true,
    send: (request) =>
      sendBySupertest(gateway.url, {
        ...request,
        path: prefix + request.path,
        headers: { host, ...request.headers },
      }),
    close: () => gateway.close(),
  };
}
