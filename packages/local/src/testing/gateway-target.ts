/** A target for the kit's test suites: an API's Lambda handler behind a local gateway made from the plan. */
import { createGateway, runInProcess, type Switches } from "@lambda-express-api/gateway";
import { planHttpApi } from "@lambda-express-api/infra/plan.ts";
import { loadConfig } from "@lambda-express-api/kit/config.ts";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { createHandler } from "@lambda-express-api/kit/lambda";
import { createLog } from "@lambda-express-api/kit/log.ts";
import { type StartTarget, testEnvironment } from "@lambda-express-api/kit/testing";
import { requestBySupertest } from "@lambda-express-api/kit/testing/targets.ts";
import { LOCAL_AWS_CALLER, LOCAL_REGION } from "../local-aws-caller.ts";

const STAGE = "mvp";
const MAPPING_KEY = "shop";
const DOMAIN = "api.example.com";
const EXECUTE_API_HOST = "local12345.execute-api.eu-west-1.amazonaws.com";
/** The suites call more often than a gateway's throttle allows. */
const UNTHROTTLED = { throttlingRateLimit: 10_000, throttlingBurstLimit: 5_000 };

export interface GatewayTargetOptions {
  /** Whether calls go through the mapping key of a custom domain or through the stage. */
  readonly through: "mapping key" | "stage";
  /** Variants of the gateway where the service's behaviour is not known. */
  readonly switches?: Partial<Switches>;
}

/**
 * Makes the target.
 *
 * @example
 * await accessSuite(api, [appTarget, gatewayTarget({ through: "stage" })]);
 */
export function gatewayTarget({ through, switches = {} }: GatewayTargetOptions): StartTarget {
  const isMapped = through === "mapping key";
  const basePath = isMapped ? `/${MAPPING_KEY}` : `/${STAGE}`;
  const host = isMapped ? DOMAIN : EXECUTE_API_HOST;
  return async ({ api, issuer, environment: overrides, services = {}, write = () => {} }) => {
    const environment = testEnvironment(api, issuer, {
      ...overrides,
      ...(isMapped && { AWS_API_GW_MAPPING_KEY: MAPPING_KEY }),
      RUNTIME: "LAMBDA",
      AWS_API_GW_STAGE_NAME: STAGE,
    });
    const { jwt, features, ...config } = loadConfig(environment, { settings: api.settings });
    const plan = planHttpApi(await enabledRoutes(api, features), {
      stageName: STAGE,
      jwtAuthorizer: { issuer: jwt.issuer, audiences: jwt.audiences },
      corsAllowOrigins: config.corsAllowOrigins,
      corsAllowHeaders: config.corsAllowHeaders,
      corsExposeHeaders: config.corsExposeHeaders,
      corsAllowCredentials: config.corsAllowCredentials,
      accessLogSubject: config.accessLogSubject,
      throttling: UNTHROTTLED,
      authThrottling: UNTHROTTLED,
    });
    // The token's issuer may be a real provider, whose discovery document has other keys.
    const authorizers = Object.entries(plan.authorizers).map(([id, authorizer]) => [
      id,
      { ...authorizer, jwksUri: issuer.jwksUri },
    ]);
    const gateway = createGateway({
      api: {
        ...plan,
        authorizers: Object.fromEntries(authorizers),
        region: LOCAL_REGION,
        apiMappings: [{ domainName: DOMAIN, apiMappingKey: MAPPING_KEY, stage: STAGE }],
        awsCallers: [LOCAL_AWS_CALLER],
      },
      function: runInProcess(createHandler(api, { environment, log: createLog(write), services })),
      switches,
      log: () => {},
    });
    await gateway.listen();
    return {
      name: `the handler behind the local gateway, through its ${through}${
        switches.stageInCustomDomainPath === "removed" ? ", the stage not in the event's path" : ""
      }`,
      basePath,
      // For an unknown host, the first segment is the stage.
      ...(!isMapped && { baseUrl: gateway.url + basePath }),
      isLambda: true,
      isBehindGateway: true,
      hasAwsCallers: true,
      async request({ awsCaller: userArn, ...request }) {
        const sent = { ...request, path: basePath + request.path, headers: { host, ...request.headers } };
        // The local gateway knows a single AWS caller.
        if (userArn) {
          const { signForAws } = await import("./sign-for-aws.ts");
          sent.headers = { host, ...(await signForAws(sent, LOCAL_AWS_CALLER, LOCAL_REGION)) };
        }
        return requestBySupertest(gateway.url, sent);
      },
      close: () => gateway.close(),
    };
  };
}
