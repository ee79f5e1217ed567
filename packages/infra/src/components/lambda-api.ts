/**
 * An API in one function behind an HTTP API: function, alias, role, logs, gateway, throttles, alarms. Made of
 * `sst.aws.Function` and the raw gateway resources, because SST's own `ApiGatewayV2` gives each route an integration
 * and a permission of its own and knows no named stage (docs/decisions/0011-infrastructure.md).
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
  /** The endpoints that are switched on, of which the gateway is made: `enabledRoutes(api, features)`. */
  readonly routes: readonly Route[];
  /** What the function runs: `apiCode({ folder: "packages/api" })`. */
  readonly code: CodeSource;
  /** Default: 512. */
  readonly memoryMegabytes?: number;
  /** Default: 29, which is when the gateway gives up too. */
  readonly timeoutSeconds?: number;
  /**
   * What the API is configured by, beyond what follows from the other inputs: `RUNTIME`, `NODE_ENV`, the stage, the
   * mapping key, the issuer, the audiences, the groups claim and the features are there by themselves. Wrap what is
   * secret in `$util.secret`.
   */
  readonly environment?: Readonly<Record<string, $util.Input<string>>>;
  /** Where what the function reaches is private. It then has no way to the internet but a NAT, which is paid by the hour. */
  readonly vpc?: sst.aws.FunctionArgs["vpc"];
  /** Default: 30. */
  readonly logRetentionDays?: number;
  /** Default: 30. */
  readonly accessLogRetentionDays?: number;
  /** Default: `mvp`. */
  readonly stageName?: string;
  /** Under which a custom domain serves this API. */
  readonly mappingKey?: string | undefined;
  /** Default: `*`. */
  readonly corsAllowOrigins?: readonly string[];
  /** Beside the headers that the routes' contracts name. */
  readonly corsAllowHeaders?: readonly string[];
  readonly corsExposeHeaders?: readonly string[];
  /** Whether pages may send cookies. Default: `false`. */
  readonly corsAllowCredentials?: boolean;
  /** `METRICS_NAMESPACE` of the API, for the dashboard. Without it the dashboard shows AWS's own metrics. */
  readonly metricsNamespace?: string | undefined;
  /** Whether the access log tells the subject of the caller's token. Default: `false`. */
  readonly accessLogSubject?: boolean;
  /** For every route; all callers share it. Default: 100 requests a second, burst 200. */
  readonly throttling?: RouteThrottling;
  /** For the token endpoints. Default: 5 requests a second, burst 10. */
  readonly authThrottling?: RouteThrottling;
  /** The quota of this name, where it was raised. Default: 300. */
  readonly routesPerApi?: number;
  /** Default: nothing is kept warm. */
  readonly keepWarm?: KeepWarm | undefined;
  /** With `pipeline` the function is made with a placeholder, and deployments leave code and alias alone. */
  readonly codeDelivery?: "sst" | "pipeline";
  /** How a release moves callers, where it does not say. Default: `AllAtOnce`. */
  readonly trafficShift?: TrafficShift;
  /** Whether only a custom domain reaches the API. */
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
  /** Where the gateway's own host serves the API; `undefined` when that is switched off. */
  readonly url: $util.Output<string> | undefined;
  readonly functionName: $util.Output<string>;
  readonly functionArn: $util.Output<string>;
  /** The function's role, for what else is allowed to it: `aws.iam.RolePolicy`. */
  readonly role: { readonly arn: $util.Output<string>; readonly name: $util.Output<string> };
  /** What everybody calls, and what a release moves. */
  readonly aliasArn: $util.Output<string>;
  /** The alias as an integration of another gateway names it. */
  readonly invokeArn: $util.Output<string>;
  readonly #args: Pick<LambdaApiArgs, "code" | "vpc">;
  readonly #environment: Readonly<Record<string, $util.Input<string>>>;

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
    this.#environment = {
      ...args.environment,
      ...gatewayEnvironment(stageName, args.mappingKey),
      ...callerEnvironment(args),
      // The gateway does CORS; the function says to caches what its answers depend on.
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
   * Gives the arguments of a function beside the API, for whatever of SST takes them, and makes its log. It has the API's
   * code, settings and secrets, and no rights but those that are said here.
   *
   * @param name of its file in `src/jobs`, without the ending; it is made with `createJob`.
   * @throws Error where there is no such file.
   * @example
   * mails.subscribe(api.job("send-mails", { link: [orders] }));
   * new sst.aws.CronV2("Nightly", { schedule: "rate(1 day)", function: api.job("clean-up") });
   */
  job(name: string, args: JobArgs = {}): sst.aws.FunctionArgs {
    const { code, vpc } = this.#args;
    return jobFunction(name, { code, vpc, environment: this.#environment }, args);
  }
}

/** What the API must know of the gateway in front of it. */
function gatewayEnvironment(stageName: string, mappingKey: string | undefined) {
  return {
    RUNTIME: "LAMBDA",
    NODE_ENV: "production",
    AWS_API_GW_STAGE_NAME: stageName,
    ...(mappingKey !== undefined && { AWS_API_GW_MAPPING_KEY: mappingKey }),
  };
}
