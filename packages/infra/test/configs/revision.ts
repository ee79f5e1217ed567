/// <reference path="../../../../.sst/platform/config.d.ts" />

// The revision of an API that `REVISION` names. Only tests deploy it.

export default $config({
  app: () => ({ name: "revisions", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { revisions } = await import("../second-deployment/revisions.ts");
    const { LambdaApi } = await import("../../src/components/index.ts");
    new LambdaApi("Api", {
      jwtAuthorizer: { issuer: "https://issuer.example.com/", audiences: ["one"] },
      routes: revisions[process.env.REVISION ?? ""] ?? [],
      code: () => ({ handler: "index.handler" }),
      codeDelivery: "pipeline",
      throttling: { throttlingRateLimit: Number(process.env.RATE ?? 100), throttlingBurstLimit: 200 },
    });
  },
});
