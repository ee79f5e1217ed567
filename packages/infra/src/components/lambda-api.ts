/**
 * An API in one function behind an HTTP API: function, alias, role, logs, gateway, throttles, alarms. It uses
 * `sst.aws.Function` and the raw gateway resources, because SST's `ApiGatewayV2` creates an integration and a permission for
 * each route and has no named stages (docs/decisions/0011-infrastructure.md).
 */
import type { Route } from "@lambda-express-api/kit/route/define-route.ts";
import { functionNameOf } from "../names.ts";
import { planHttpApi, type RouteThrottling } from "../plan.ts";
import type { KeepWarm } from "../settings.ts";
import type { TrafficShift } from "../traffic-shifts.ts";
import { createAlarms } from "./alarms.ts";
import type { CodeSource } from "./api-code.ts";
import type { ExposableApi } from "./api-exposer.ts";
import { createDashboard } from "./dashboard.ts";
import { createDeploymentGroup } from "./deployment-group.ts";
import { type CallerSettings, callerEnvironment } from "./environment.ts";
import type { OwnRights } from "./function-args.ts";
import { createHttpApi } from "./http-api.ts";
import { type JobArgs, jobFunction } from "./job-function.ts";
import { createLambdaFunction } from "./lambda-function.ts";

export interface LambdaApiArgs extends CallerSettings, OwnRights {
  readonly description?: $util.Input<string>;
  /** The endpoints that are on, for the gateway's routes: `enabledRoutes(api, features)`. */
  readonly routes: readonly Route[];
  /** The function's code: `apiCode({ folder: "packages/api" })`. */
  readonly code: CodeSource;
  /** Default: 512. */
  readonly memoryMegabytes?: number;
  /** Default: 29, the gateway's own limit. */
  readonly timeoutSeconds?: number;
  /**
   * The API's environment. `RUNTIME`, `NODE_ENV`, the stage, the mapping key, the issuer, the audiences, the groups claim and
   * the features are set already. Wrap secrets in `$util.secret`.
   */
  readonly environment?: Readonly<Record<string, $util.Input<string>>>;
  /** A network with private resources. The function then reaches the internet only through a NAT, which is billed by the hour. */
  readonly vpc?: sst.aws.FunctionArgs["vpc"];
  /** Default: 30. */
  readonly logRetentionDays?: number;
  /** Default: 30. */
  readonly accessLogRetentionDays?: number;
  /** Default: `mvp`. */
  readonly stageName?: string;
  /** The path under which a custom domain serves this API. */
  readonly mappingKey?: string | undefined;
  /** Default: `*`. */
  readonly corsAllowOrigins?: readonly string[];
  /** In addition to the headers in the routes' contracts. */
  readonly corsAllowHeaders?: readonly string[];
  readonly corsExposeHeaders?: readonly string[];
  /** Whether pages of other origins may send cookies. Default: `false`. */
  readonly corsAllowCredentials?: boolean;
  /** The API's `METRICS_NAMESPACE`, for the dashboard. Without it the dashboard shows only AWS's metrics. */
  readonly metricsNamespace?: string | undefined;
  /** Whether the access log has the subject of the caller's token. Default: `false`. */
  readonly accessLogSubject?: boolean;
  /** The limit of each route, shared by all callers. Default: 100 requests a second, burst 200. */
  readonly throttling?: RouteThrottling;
  /** The limit of each token endpoint. Default: 5 requests a second, burst 10. */
  readonly authThrottling?: RouteThrottling;
  /** The account's quota "Routes per API". Default: 300. */
  readonly routesPerApi?: number;
  /** Default: no instances are kept warm. */
  readonly keepWarm?: KeepWarm | undefined;
  /** With `pipeline` the function starts with a placeholder, and deployments do not change code or alias. */
  readonly codeDelivery?: "sst" | "pipeline";
  /** The default shift of a release. Default: `AllAtOnce`. */
  readonly trafficShift?: TrafficShift;
  /** Whether only a custom domain serves the API. */
  readonly disableExecuteApiEndpoint?: boolean;
  /** Default: no alarms. */
  readonly alarms?: { readonly topicArn?: $util.Input<string> | undefined } | undefined;
  /** Default: no dashboard. */
  readonly dashboard?: boolean;
}

export class LambdaApi extends $util.ComponentResource implements ExposableApi {
  readonly apiId: $util.Output<string>;
  readonly stageName: $util.Output<string>;
  readonly mappingKey: string | undefined;
  /** The URL at the gateway's default endpoint; `undefined` if that is off. */
  readonly url: $util.Output<string> | undefined;
  readonly functionName: $util.Output<string>;
  readonly functionArn: $util.Output<string>;
  /** The function's role. For more rights, use `permissions`: each deployment removes all other policies of this role. */
  readonly role: { readonly arn: $util.Output<string>; readonly name: $util.Output<string> };
  /** The alias that all callers use, and that a release moves. */
  readonly aliasArn: $util.Output<string>;
  /** The alias as the integration of another gateway names it. */
  readonly invokeArn: $util.Output<string>;
  readonly #args: Pick<LambdaApiArgs, "code" | "vpc">;
  readonly #environment: Readonly<Record<string, $util.Input<string>>>;
  readonly #name: string;
  readonly #jobLogs = new Map<string, aws.cloudwatch.LogGroup>();

  constructor(name: string, args: LambdaApiArgs, options?: $util.ComponentResourceOptions) {
    super("lambda-express-api:infra:LambdaApi", name, {}, options);
    const {
      description = `${$app.name}, stage ${$app.stage}`,
      stageName = "mvp",
      timeoutSeconds = 29,
      corsAllowOrigins = ["*"],
      disableExecuteApiEndpoint = false,
    } = args;

    this.#args = args;
    this.#name = name;
    this.#environment = {
      ...args.environment,
      ...gatewayEnvironment(stageName, args.mappingKey),
      ...callerEnvironment(args),
      // The gateway handles CORS; the function sets Vary for caches.
      ...(!corsAllowOrigins.includes("*") && { CORS_ALLOW_ORIGINS: corsAllowOrigins.join(",") }),
    };
    const lambda = createLambdaFunction(
      name,
      {
        description,
        code: args.code,
        memoryMegabytes: args.memoryMegabytes ?? 512,
        timeoutSeconds,
        environment: this.#environment,
        ...(args.link && { link: args.link }),
        ...(args.permissions && { permissions: args.permissions }),
        ...(args.vpc && { vpc: args.vpc }),
        logRetentionDays: args.logRetentionDays ?? 30,
        keepWarm: args.keepWarm,
        codeDelivery: args.codeDelivery ?? "sst",
      },
      this,
    );

    const { api, stage } = createHttpApi(
      name,
      {
        plan: planHttpApi(args.routes, {
          stageName,
          jwtAuthorizer: args.jwtAuthorizer,
          corsAllowOrigins,
          ...(args.corsAllowHeaders && { corsAllowHeaders: args.corsAllowHeaders }),
          ...(args.corsExposeHeaders && { corsExposeHeaders: args.corsExposeHeaders }),
          corsAllowCredentials: args.corsAllowCredentials ?? false,
          accessLogSubject: args.accessLogSubject ?? false,
          ...(args.throttling && { throttling: args.throttling }),
          ...(args.authThrottling && { authThrottling: args.authThrottling }),
          ...(args.routesPerApi && { routesPerApi: args.routesPerApi }),
        }),
        lambda,
        description,
        accessLogRetentionDays: args.accessLogRetentionDays ?? 30,
        disableExecuteApiEndpoint,
      },
      this,
    );

    const isReleased = args.codeDelivery === "pipeline" && !$dev;
    if (args.alarms || isReleased) {
      const alarmNames = createAlarms(
        name,
        {
          apiId: api.id,
          stageName: stage.name,
          functionName: lambda.name,
          aliasName: lambda.alias.name,
          timeoutSeconds,
          topicArn: args.alarms?.topicArn,
          forReleasesOnly: args.alarms === undefined,
        },
        this,
      );
      if (isReleased) {
        const functionName = functionNameOf($app.name, $app.stage, name);
        const { trafficShift = "AllAtOnce" } = args;
        createDeploymentGroup(name, { functionName, trafficShift, alarmNames }, this);
      }
    }

    if (args.dashboard) {
      createDashboard(
        name,
        {
          apiId: api.id,
          stageName: stage.name,
          functionName: lambda.name,
          aliasName: lambda.alias.name,
          logGroupName: lambda.logGroupName,
          metricsNamespace: args.metricsNamespace,
        },
        this,
      );
    }

    this.apiId = api.id;
    this.stageName = stage.name;
    this.mappingKey = args.mappingKey;
    this.functionName = lambda.name;
    this.functionArn = lambda.arn;
    this.role = lambda.role;
    this.aliasArn = lambda.alias.arn;
    this.invokeArn = lambda.alias.invokeArn;
    if (!disableExecuteApiEndpoint) {
      this.url = stageName === "$default" ? api.apiEndpoint : $interpolate`${api.apiEndpoint}/${stage.name}`;
    }
    // The CLI shows a component's `_hint` beside its name.
    this.registerOutputs({ _hint: this.url });
  }

  /**
   * Creates the log of a function beside the API and returns the function's arguments, for any SST component that accepts
   * them. The function has the API's code, settings and secrets, and only the rights listed here.
   *
   * For the same job again, it returns the arguments of another function with the same log, whose retention does not change.
   *
   * @param name the name of its file in `src/jobs`, without the extension. The file uses `createJob`.
   * @throws Error if the file does not exist, or if the job has the name of the API.
   * @example
   * mails.subscribe(api.job("send-mails", { link: [orders] }));
   * new sst.aws.CronV2("Nightly", { schedule: "rate(1 day)", function: api.job("clean-up") });
   */
  job(name: string, args: JobArgs = {}): sst.aws.FunctionArgs {
    const { code, vpc } = this.#args;
    const shared = { apiName: this.#name, logs: this.#jobLogs, code, vpc, environment: this.#environment };
    return jobFunction(name, shared, args);
  }
}

/** The API's settings that describe the gateway in front of it. */
function gatewayEnvironment(stageName: string, mappingKey: string | undefined) {
  return {
    RUNTIME: "LAMBDA",
    NODE_ENV: "production",
    AWS_API_GW_STAGE_NAME: stageName,
    ...(mappingKey !== undefined && { AWS_API_GW_MAPPING_KEY: mappingKey }),
  };
}
