/// <reference path="../../../../.sst/platform/config.d.ts" />

// Mistakes, each with its message. Only tests synthesise it.

export default $config({
  app: () => ({ name: "refusals", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { ApiExposer, apiCode, apiEnvironment, dnsOf, LambdaApi } = await import(
      "../../src/components/index.ts"
    );

    const jwtAuthorizer = { issuer: "https://issuer.example.com/", audiences: ["one"] };
    const api = { apiId: "given", stageName: "live" };
    const plainApi = { jwtAuthorizer, routes: [], code: () => ({ handler: "x" }) };
    const dns = dnsOf({ provider: "route53", zoneId: "Z2FDTNDATAQYW2" });
    const domainName = "api.example.com";
    const saidOf = (make: () => unknown) => {
      try {
        make();
        return "nothing";
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };

    return {
      sameKey: saidOf(
        () =>
          new ApiExposer("A", {
            domainName,
            dns,
            apis: { One: { ...api, mappingKey: "express" }, Two: { ...api, mappingKey: "express" } },
          }),
      ),
      badKey: saidOf(
        () => new ApiExposer("B", { domainName, dns, apis: { One: { ...api, mappingKey: "/x" } } }),
      ),
      levels: saidOf(
        () =>
          new ApiExposer("C", {
            domainName,
            dns,
            protocol: "WEBSOCKET",
            apis: { One: { ...api, mappingKey: "v1/chat" } },
          }),
      ),
      noValue: saidOf(() =>
        apiEnvironment(
          {
            settings: {
              ORDERS_TABLE: {
                description: "",
                rule: "",
                example: "orders",
                fromInfra: true,
                parse: (text: string) => text,
              },
            },
          },
          { environment: {}, secretEnvironment: {} },
        ),
      ),
      jobOfApi: saidOf(() => new LambdaApi("Api", plainApi).job("api")),
      jobOfOrders: saidOf(() => new LambdaApi("Orders", plainApi).job("orders")),
      noJob: saidOf(() => apiCode({ folder: "packages/infra/test/fixtures/api" })("none")),
      noCertificate: saidOf(() => new ApiExposer("D", { domainName, apis: { One: api } })),
      longName: saidOf(() => new LambdaApi("E".repeat(64), plainApi)),
    };
  },
});
