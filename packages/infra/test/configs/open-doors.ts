/// <reference path="../../../../.sst/platform/config.d.ts" />

// Ways around the gateway's authorizer, a missing endpoint and a secret in clear text, which must fail the deployment
// suite. Only tests synthesise it.

export default $config({
  app: () => ({ name: "open", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { api } = await import("../fixtures/api/src/api.ts");
    const infra = await import("../../src/components/index.ts");

    const settings = infra.loadSettings($app.stage, process.env, api);
    const routes = await infra.enabledRoutes(api, settings.features);
    $transform(aws.apigatewayv2.Route, (args, _options, name) => {
      if (name !== "ApiRouteGET/v1/me") return;
      args.authorizationType = "NONE";
      args.authorizerId = undefined;
    });
    const lambda = new infra.LambdaApi(infra.API_NAME, {
      ...settings,
      routes: routes.filter(({ role }) => role !== "health"),
      code: infra.apiCode({ folder: "packages/infra/test/fixtures/api" }),
      environment: { ...settings.environment, ...settings.secretEnvironment },
    });
    new aws.apigatewayv2.Route("Extra", { apiId: lambda.apiId, routeKey: "GET /v1/extra" });
    new aws.lambda.FunctionUrl("Url", { functionName: lambda.functionName, authorizationType: "NONE" });
    new aws.lambda.Permission("Events", {
      function: lambda.functionName,
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
    });
    const hasty = new sst.aws.Queue("Hasty", { visibilityTimeout: "10 seconds" });
    hasty.subscribe(lambda.job("send-mails"));
    new aws.lambda.EventSourceMapping("Stream", {
      functionName: $interpolate`arn:aws:lambda:eu-west-1:123456789012:function:${lambda.functionName}`,
      eventSourceArn: "arn:aws:sqs:eu-west-1:123456789012:orders",
    });
  },
});
