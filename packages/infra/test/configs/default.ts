/// <reference path="../../../../.sst/platform/config.d.ts" />

// The deployment of the fixture API, written like an owner's `sst.config.ts`. Only tests synthesise it.

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

    infra.demandAppName(api.name);
    const settings = infra.loadSettings($app.stage, process.env, api, stages);
    const routes = await infra.enabledRoutes(api, settings.features);
    const code = infra.apiCode({ folder: "packages/infra/test/fixtures/api" });
    const environment = infra.apiEnvironment(api, settings);
    const dns = infra.dnsOf(settings.dns);
    // The bridge of sst dev needs more rights than a stage's boundary allows.
    if (settings.permissionsBoundaryArn && !$dev)
      $transform(aws.iam.Role, (role) => {
        role.permissionsBoundary = settings.permissionsBoundaryArn;
      });

    const lambda = new infra.LambdaApi(infra.API_NAME, { ...settings, routes, code, environment });
    const domain =
      settings.domain &&
      new infra.ApiExposer("Domain", {
        ...settings.domain,
        dns,
        apis: { Api: lambda, ...settings.domain.otherApis },
      });
    if (settings.container && dns && !$dev) {
      const container = { ...settings, ...settings.container, healthPath: await infra.healthPath(api) };
      new infra.ContainerService("Container", { ...container, dns, environment });
    }
    if (settings.budget) new infra.BudgetGuard("Budget", settings.budget);

    return { url: domain?.urls.Api ?? lambda.url, function: lambda.functionName, alias: lambda.aliasArn };
  },
});
