/// <reference path="../../../../.sst/platform/config.d.ts" />

// Every revision of an API, each as a separate `LambdaApi`. Only tests synthesise it.

export default $config({
  app: () => ({ name: "revisions", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { revisions } = await import("../second-deployment/revisions.ts");
    const { LambdaApi } = await import("../../src/components/index.ts");
    for (const [name, routes] of Object.entries(revisions)) {
      new LambdaApi(name, {
        jwtAuthorizer: { issuer: "https://issuer.example.com/", audiences: ["one"] },
        routes,
        code: () => ({ handler: "index.handler" }),
        codeDelivery: "pipeline",
      });
    }
  },
});
