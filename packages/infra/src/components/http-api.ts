/**
 * Creates the HTTP API from its plan: one integration through the alias, one route per endpoint, one authorizer, one stage,
 * one permission. Only listed routes are reachable.
 */
import { routeResourceName } from "../names.ts";
import type { HttpApiPlan } from "../plan.ts";
import type { LambdaFunction } from "./lambda-function.ts";

export interface HttpApiArgs {
  readonly plan: HttpApiPlan;
  readonly lambda: LambdaFunction;
  readonly description: $util.Input<string>;
  readonly accessLogRetentionDays: number;
  readonly disableExecuteApiEndpoint: boolean;
}

export interface HttpApi {
  readonly api: aws.apigatewayv2.Api;
  readonly stage: aws.apigatewayv2.Stage;
}

export function createHttpApi(name: string, args: HttpApiArgs, parent: $util.Resource): HttpApi {
  const { plan, lambda } = args;
  const [planned] = plan.stages;

  const { allowCredentials, allowOrigins, allowMethods, allowHeaders, exposeHeaders, maxAge } =
    plan.corsConfiguration;
  const api = new aws.apigatewayv2.Api(
    `${name}HttpApi`,
    {
      name: `${$app.name}-${$app.stage}-${name}`,
      description: args.description,
      protocolType: "HTTP",
      corsConfiguration: {
        allowCredentials,
        allowOrigins: [...allowOrigins],
        allowMethods: [...allowMethods],
        allowHeaders: [...allowHeaders],
        exposeHeaders: [...exposeHeaders],
        maxAge,
      },
      disableExecuteApiEndpoint: args.disableExecuteApiEndpoint,
    },
    { parent },
  );

  const authorizers = Object.fromEntries(
    Object.entries(plan.authorizers).map(([id, { identitySource, jwtConfiguration }]) => [
      id,
      new aws.apigatewayv2.Authorizer(
        `${name}Authorizer${capitalised(id)}`,
        {
          apiId: api.id,
          name: id,
          authorizerType: "JWT",
          identitySources: [identitySource],
          jwtConfiguration: {
            issuer: jwtConfiguration.issuer,
            audiences: [...jwtConfiguration.audience],
          },
        },
        { parent },
      ),
    ]),
  );

  const integration = new aws.apigatewayv2.Integration(
    `${name}Integration`,
    {
      apiId: api.id,
      integrationType: "AWS_PROXY",
      integrationMethod: "POST",
      integrationUri: lambda.alias.invokeArn,
      payloadFormatVersion: plan.integration.payloadFormatVersion,
      timeoutMilliseconds: plan.integration.timeoutMilliseconds,
    },
    { parent },
  );

  const routes = plan.routes.map(
    ({ routeKey, operationName, authorizationType, authorizerId, authorizationScopes }) =>
      new aws.apigatewayv2.Route(
        `${name}Route${routeResourceName(routeKey)}`,
        {
          apiId: api.id,
          routeKey,
          operationName,
          target: $interpolate`integrations/${integration.id}`,
          authorizationType,
          ...(authorizerId !== undefined && { authorizerId: authorizers[authorizerId].id }),
          ...(authorizationScopes && { authorizationScopes: [...authorizationScopes] }),
        },
        // An older stage named the route after its operation. The alias keeps that route.
        { parent, aliases: [{ name: `${name}Route${capitalised(operationName)}` }] },
      ),
  );

  const accessLog = new aws.cloudwatch.LogGroup(
    `${name}AccessLog`,
    {
      // The gateway may write to every log with this prefix. Other names would use up the account's log policy.
      name: `/aws/vendedlogs/apis/${$app.name}-${$app.stage}-${name}`,
      retentionInDays: args.accessLogRetentionDays,
    },
    { parent },
  );

  const stage = new aws.apigatewayv2.Stage(
    `${name}Stage`,
    {
      apiId: api.id,
      name: planned.stageName,
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLog.arn, format: planned.accessLogSettings.format },
      defaultRouteSettings: planned.defaultRouteSettings,
      routeSettings: Object.entries(planned.routeSettings).map(([routeKey, throttling]) => ({
        routeKey,
        ...throttling,
      })),
    },
    // AWS refuses limits for a route that does not exist yet: "Unable to find Route by key".
    { parent, dependsOn: routes },
  );

  new aws.lambda.Permission(
    `${name}Permission`,
    {
      action: "lambda:InvokeFunction",
      function: lambda.name,
      qualifier: lambda.alias.name,
      principal: "apigateway.amazonaws.com",
      sourceArn: $interpolate`${api.executionArn}/${stage.name}/*`,
    },
    { parent },
  );

  return { api, stage };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
