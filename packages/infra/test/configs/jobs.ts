/// <reference path="../../../../.sst/platform/config.d.ts" />

// An `sst.config.ts` with an owner's `stages.ts`, and two jobs beside the API. Only tests deploy it.

export default $config({
  async app({ stage }) {
    const { stageFacts } = await import("../../src/stage.ts");
    const { stages } = await import("./stages.ts");
    const { isPermanent, tags } = stageFacts(stage, stages, process.env);
    return {
      name: "fixture-api",
      home: "aws",
      providers: { aws: { version: "7.20.0", defaultTags: { tags } } },
      removal: isPermanent ? "retain" : "remove",
      protect: isPermanent,
    };
  },

  async run() {
    const { api } = await import("../fixtures/api/src/api.ts");
    const infra = await import("../../src/components/index.ts");
    const { stages } = await import("./stages.ts");

    const settings = infra.loadSettings($app.stage, process.env, api, stages);
    const lambda = new infra.LambdaApi(infra.API_NAME, {
      ...settings,
      environment: infra.apiEnvironment(api, settings),
      routes: await infra.enabledRoutes(api, settings.features),
      code: infra.apiCode({ folder: "packages/infra/test/fixtures/api" }),
    });
    new sst.aws.Queue("Mails").subscribe(lambda.job("send-mails"));
    new sst.aws.CronV2("Nightly", { schedule: "rate(1 day)", function: lambda.job("clean-up") });
    return { url: lambda.url };
  },
});
