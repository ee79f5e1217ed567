/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  async app({ stage }) {
    const { APP_NAME } = await import("./packages/infra/src/names.ts");
    const { stageFacts } = await import("./packages/infra/src/stage.ts");
    const { isPermanent } = stageFacts(stage);
    return {
      name: APP_NAME,
      home: "aws",
      providers: { aws: "7.20.0", ...(process.env.CLOUDFLARE_API_TOKEN && { cloudflare: "6.15.0" }) },
      removal: isPermanent ? "retain" : "remove",
      protect: isPermanent,
      types: { ignore: ["packages"] },
    };
  },

  async run() {
    const { API_NAME } = await import("./packages/infra/src/names.ts");
    const { loadSettings } = await import("./packages/infra/src/settings.ts");
    const infra = await import("./packages/infra/src/components/index.ts");

    const settings = loadSettings($app.stage, process.env);
    const environment = { ...settings.environment, ...infra.secretEnvironment(settings.secretEnvironment) };
    const dns = infra.dnsOf(settings.dns);
    // The bridge of sst dev needs more than the boundary of a stage allows.
    if (settings.permissionsBoundaryArn && !$dev)
      $transform(aws.iam.Role, (role) => {
        role.permissionsBoundary = settings.permissionsBoundaryArn;
      });

    const api = new infra.LambdaApi(API_NAME, { ...settings, environment });
    const domain =
      settings.domain && new infra.ApiExposer("Domain", { ...settings.domain, dns, apis: { Api: api } });
    if (settings.container && dns && !$dev)
      new infra.ContainerService("Container", { ...settings, ...settings.container, dns, environment });
    if (settings.budget) new infra.BudgetGuard("Budget", settings.budget);

    return { url: domain?.urls.Api ?? api.url, function: api.functionName, alias: api.aliasArn };
  },
});
