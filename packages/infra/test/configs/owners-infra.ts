/// <reference path="../../../../.sst/platform/config.d.ts" />

// An `sst.config.ts` with an owner's `infra.ts`, whose resources the function and the container both use. Only tests synthesise it.

export default $config({
  app: () => ({ name: "fixture-api", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { api } = await import("../fixtures/api/src/api.ts");
    const infra = await import("../../src/components/index.ts");
    const { ownInfra } = await import("./owners-infra/infra.ts");
    const settings = infra.loadSettings($app.stage, process.env, api);

    const own = ownInfra();
    const environment = infra.apiEnvironment(api, settings, own);
    const lambda = new infra.LambdaApi(infra.API_NAME, {
      ...settings,
      ...own,
      environment,
      routes: await infra.enabledRoutes(api, settings.features),
      code: infra.apiCode({ folder: "packages/infra/test/fixtures/api" }),
    });
    own.jobs?.(lambda);
    const dns = infra.dnsOf({ provider: "route53", zoneId: "Z2FDTNDATAQYW2" });
    if (dns && !process.env.PERMISSIONS_BOUNDARY_ARN)
      new infra.ContainerService("Container", {
        ...settings,
        ...own,
        environment,
        dns,
        image: "example/image:1",
        domainName: "container.example.com",
        healthPath: await infra.healthPath(api),
      });
    return { url: lambda.url };
  },
});
