/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  async app({ stage }) {
    const { stageFacts } = await import("./packages/infra/src/stage.ts");
    const { stages } = await import("./stages.ts");
    const { isPermanent, tags } = stageFacts(stage, stages, process.env);
    return {
      // The API's own name, by which every command finds the function.
      name: "lambda-express-api",
      home: "aws",
      providers: {
        aws: { version: "7.20.0", defaultTags: { tags } },
        ...(process.env.CLOUDFLARE_API_TOKEN && { cloudflare: "6.15.0" }),
      },
      removal: isPermanent ? "retain" : "remove",
      protect: isPermanent,
      types: { ignore: ["packages"] },
    };
  },

  async run() {
    const { api } = await import("./packages/api/src/api.ts");
    const infra = await import("./packages/infra/src/components/index.ts");
    const { ownInfra } = await import("./infra.ts");
    const { stages } = await import("./stages.ts");

    infra.demandAppName(api.name);
    const settings = infra.loadSettings($app.stage, process.env, api, stages);
    const routes = await infra.enabledRoutes(api, settings.features);
    const code = infra.apiCode({ folder: "packages/api" });
    const dns = infra.dnsOf(settings.dns);
    // The bridge of sst dev needs more rights than a stage's boundary allows.
    if (settings.permissionsBoundaryArn && !$dev)
      $transform(aws.iam.Role, (role) => {
        role.permissionsBoundary = settings.permissionsBoundaryArn;
      });

    const own = ownInfra();
    const environment = infra.apiEnvironment(api, settings, own);
    const lambda = new infra.LambdaApi(infra.API_NAME, { ...settings, ...own, routes, code, environment });
    own.jobs?.(lambda);
    const domain =
      settings.domain &&
      new infra.ApiExposer("Domain", {
        ...settings.domain,
        dns,
        apis: { Api: lambda, ...settings.domain.otherApis },
      });
    if (settings.container && dns && !$dev) {
      const container = { ...settings, ...settings.container, healthPath: await infra.healthPath(api) };
      new infra.ContainerService("Container", { ...container, ...own, dns, environment });
    }
    if (settings.budget) new infra.BudgetGuard("Budget", settings.budget);

    return { url: domain?.urls.Api ?? lambda.url, function: lambda.functionName, alias: lambda.aliasArn };
  },
});
