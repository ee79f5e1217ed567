/// <reference path="../../../../.sst/platform/config.d.ts" />

// An owner's additions to `sst.config.ts`: a table, a queue with a subscriber, a cron job, and two more APIs of different
// kinds. The deployment suite must ignore them. Only tests synthesise it.

export default $config({
  app: () => ({ name: "owners", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { api } = await import("../fixtures/api/src/api.ts");
    const { anyone } = await import("@lambda-express-api/kit/route/access.ts");
    const { defineRoute } = await import("@lambda-express-api/kit/route/define-route.ts");
    const infra = await import("../../src/components/index.ts");

    const settings = infra.loadSettings($app.stage, process.env, api);
    const code = infra.apiCode({ folder: "packages/infra/test/fixtures/api" });
    const job = "packages/infra/test/fixtures/functions/job.handler";

    const orders = new sst.aws.Dynamo("Orders", {
      fields: { orderId: "string" },
      primaryIndex: { hashKey: "orderId" },
    });
    const mails = new sst.aws.Queue("Mails");
    mails.subscribe(job);
    new sst.aws.CronV2("Nightly", { schedule: "rate(1 day)", function: job });
    new sst.aws.Cron("Hourly", { schedule: "rate(1 hour)", job });
    new sst.aws.ApiGatewayV2("Partners").route("POST /partners", job);
    new infra.LambdaApi("Second", {
      ...settings,
      code,
      routes: [
        defineRoute({
          operationId: "getStock",
          method: "GET",
          path: "/v1/stock",
          summary: "A test.",
          responses: (z) => ({ 200: { description: "Fine.", schema: z.null() } }),
        }).handler(anyone(async () => ({ status: 200, body: null }))),
      ],
    });

    const lambda = new infra.LambdaApi(infra.API_NAME, {
      ...settings,
      routes: await infra.enabledRoutes(api, settings.features),
      code,
      environment: {
        ...settings.environment,
        ...infra.secretEnvironment(settings.secretEnvironment),
        ORDERS_TABLE: orders.name,
        MAILS_QUEUE: mails.url,
      },
      permissions: [
        { actions: ["dynamodb:GetItem"], resources: [orders.arn] },
        { actions: ["sqs:SendMessage"], resources: [mails.arn] },
      ],
    });
    return { url: lambda.url };
  },
});
