/// <reference path="../../../../.sst/platform/config.d.ts" />

// Every revision of an API, each as a separate `LambdaApi`, and one domain in front of two APIs with later changes by its owner.
// Only tests synthesise it.

export default $config({
  app: () => ({ name: "revisions", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { revisions } = await import("../second-deployment/revisions.ts");
    const { ApiExposer, LambdaApi } = await import("../../src/components/index.ts");
    for (const [name, routes] of Object.entries(revisions)) {
      new LambdaApi(name, {
        jwtAuthorizer: { issuer: "https://issuer.example.com/", audiences: ["one"] },
        routes,
        code: () => ({ handler: "index.handler" }),
        codeDelivery: "pipeline",
      });
    }

    const orders = { apiId: "orders", stageName: "live" };
    const stock = { apiId: "stock", stageName: "live" };
    const given = {
      domainName: "api.example.com",
      certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    };
    const first = { Orders: { ...orders, mappingKey: "orders" }, Stock: stock };
    new ApiExposer("ExposerFirst", { ...given, apis: first });
    new ApiExposer("ExposerRelabelled", { ...given, apis: { Sales: first.Orders, Warehouse: stock } });
    new ApiExposer("ExposerSwapped", {
      ...given,
      apis: { Orders: orders, Stock: { ...stock, mappingKey: "orders" } },
    });
    new ApiExposer("ExposerKey", {
      ...given,
      apis: { ...first, Orders: { ...orders, mappingKey: "sales" } },
    });
    new ApiExposer("ExposerDomain", { ...given, domainName: "apis.example.com", apis: first });
  },
});
