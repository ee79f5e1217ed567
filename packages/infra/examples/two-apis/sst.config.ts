/// <reference path="../../../../.sst/platform/config.d.ts" />

// Two APIs under one domain: https://api.example.com/admin has the administrators' endpoints, with a separate function,
// limits and alarms, and https://api.example.com/express has the rest. In your project, use your own API.

export default $config({
  app: () => ({
    name: "two-apis",
    home: "aws",
    providers: { aws: "7.20.0" },
    removal: "remove",
  }),

  async run() {
    const { api } = await import("../../test/fixtures/api/src/api.ts");
    const { ApiExposer, apiCode, enabledRoutes, LambdaApi } = await import("../../src/components/index.ts");

    const code = apiCode({ folder: "packages/infra/test/fixtures/api" });
    const routes = await enabledRoutes(api, { authEndpoints: true, docs: true });

    const jwtAuthorizer = {
      issuer: "https://securetoken.google.com/my-project",
      audiences: ["my-project"],
    };
    const isForAdmins = ({ path }: { path: string }) => path.startsWith("/v1/admin/");

    const express = new LambdaApi("Express", {
      mappingKey: "express",
      jwtAuthorizer,
      code,
      routes: routes.filter((route) => !isForAdmins(route)),
      environment: { FIREBASE_APP_API_KEY: $util.secret(process.env.FIREBASE_APP_API_KEY ?? "") },
      disableExecuteApiEndpoint: true,
    });
    const admin = new LambdaApi("Admin", {
      mappingKey: "admin",
      jwtAuthorizer,
      code,
      routes: routes.filter(isForAdmins),
      features: { authEndpoints: false, docs: false },
      throttling: { throttlingRateLimit: 10, throttlingBurstLimit: 20 },
      alarms: {},
      disableExecuteApiEndpoint: true,
    });

    const domain = new ApiExposer("Domain", {
      domainName: "api.example.com",
      dns: sst.aws.dns({ zone: "Z2FDTNDATAQYW2" }),
      apis: { Express: express, Admin: admin },
    });
    return domain.urls;
  },
});
