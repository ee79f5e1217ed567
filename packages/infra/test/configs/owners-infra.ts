/// <reference path="../../../../.sst/platform/config.d.ts" />

// A table, a queue and a cron job beside the API, whose handlers share its settings and services, and which the function and
// the container both use. Only tests synthesise it.

export default $config({
  app: () => ({ name: "fixture-api", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { api } = await import("../fixtures/api/src/api.ts");
    const infra = await import("../../src/components/index.ts");
    const settings = infra.loadSettings($app.stage, process.env, api);
    const jobs = "packages/infra/test/fixtures/api/src/jobs";

    const orders = new sst.aws.Dynamo("Orders", {
      fields: { orderId: "string" },
      primaryIndex: { hashKey: "orderId" },
    });
    const mails = new sst.aws.Queue("Mails", { visibilityTimeout: "2 minutes" });
    const vpc = new sst.aws.Vpc("Network");
    const own = {
      link: [orders],
      permissions: [{ actions: ["sqs:SendMessage"], resources: [mails.arn] }],
      environment: {
        ...settings.environment,
        ...infra.secretEnvironment(settings.secretEnvironment),
        ORDERS_TABLE: orders.name,
        MAILS_QUEUE: mails.url,
      },
    };

    const lambda = new infra.LambdaApi(infra.API_NAME, {
      ...settings,
      ...own,
      routes: await infra.enabledRoutes(api, settings.features),
      code: infra.apiCode({ folder: "packages/infra/test/fixtures/api" }),
    });
    mails.subscribe(
      infra.jobFunction("SendMails", { api: lambda, handler: `${jobs}/send-mails.handler`, link: [orders] }),
    );
    new sst.aws.CronV2("Nightly", {
      schedule: "rate(1 day)",
      function: infra.jobFunction("CleanUp", { api: lambda, handler: `${jobs}/clean-up.handler`, vpc }),
    });
    const dns = infra.dnsOf({ provider: "route53", zoneId: "Z2FDTNDATAQYW2" });
    if (dns)
      new infra.ContainerService("Container", {
        ...settings,
        ...own,
        vpc,
        dns,
        image: "example/image:1",
        domainName: "container.example.com",
        healthPath: await infra.healthPath(api),
      });
    return { url: lambda.url };
  },
});
