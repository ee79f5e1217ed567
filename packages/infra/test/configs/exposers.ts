/// <reference path="../../../../.sst/platform/config.d.ts" />

// One domain in front of two APIs, and later changes by its owner. Only tests synthesise it.

export default $config({
  app: () => ({ name: "exposers", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { ApiExposer } = await import("../../src/components/index.ts");
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
