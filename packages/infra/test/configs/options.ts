/// <reference path="../../../../.sst/platform/config.d.ts" />

import type { Zod } from "@lambda-express-api/kit/route/define-route.ts";

// Options of the components that `default.ts` does not use. Only tests synthesise it.

export default $config({
  app: () => ({ name: "options", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { anyone, auth } = await import("@lambda-express-api/kit/route/access.ts");
    const { defineRoute } = await import("@lambda-express-api/kit/route/define-route.ts");
    const { writeFileSync } = await import("node:fs");
    const { ApiExposer, apiCode, dnsOf, LambdaApi } = await import("../../src/components/index.ts");

    const jwtAuthorizer = { issuer: "https://issuer.example.com/", audiences: ["one", "two"] };
    const contract = {
      summary: "A test.",
      responses: (z: Zod) => ({ 200: { description: "Fine.", schema: z.null() } }),
    } as const;
    const code = apiCode({ folder: "packages/infra/test/fixtures/api" });
    const fine = async () => ({ status: 200, body: null }) as const;

    const routes = [
      defineRoute({
        ...contract,
        operationId: "putOrder",
        method: "PUT",
        path: "/v1/orders/{orderId}",
      }).handler(auth({ groups: ["STAFF"], scopes: ["orders/write"] }, fine)),
      defineRoute({
        ...contract,
        operationId: "getOrder",
        method: "GET",
        path: "/v1/orders/{orderId}",
      }).handler(anyone(fine)),
    ];

    const provisioned = new LambdaApi("Provisioned", {
      jwtAuthorizer,
      routes,
      code,
      stageName: "$default",
      memoryMegabytes: 1769,
      timeoutSeconds: 10,
      logRetentionDays: 3,
      accessLogRetentionDays: 5,
      groupsClaim: "cognito:groups",
      keepWarm: { by: "provisioned-concurrency", instances: 2 },
      permissions: [
        { actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:eu-west-1:1:table/orders"] },
      ],
    });

    new LambdaApi("Pipeline", {
      jwtAuthorizer,
      routes,
      code: () => {
        throw new Error("The pipeline brings it");
      },
      codeDelivery: "pipeline",
      trafficShift: "Linear10PercentEvery1Minute",
      keepWarm: { by: "warmer", instances: 1 },
    });

    new LambdaApi("Prepared", {
      jwtAuthorizer,
      routes,
      code: () => ({
        handler: "bundle.handler",
        bundle: process.env.PREPARED_BUNDLE ?? "",
        afterBundling: async (folder) => writeFileSync(`${folder}/after-bundling`, ""),
      }),
    });

    const api = { apiId: "given", stageName: "live" };
    const cloudflare = new ApiExposer("Cloudflare", {
      domainName: "api.example.com",
      dns: dnsOf({ provider: "cloudflare", zoneId: "415e6f4653b6d95b775d350f32119abb" }),
      apis: { Express: { ...api, mappingKey: "v1/express" }, Rest: api },
    });
    const nobody = new ApiExposer("Nobody", {
      domainName: "other.example.com",
      certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/given",
      apis: { Express: api },
    });
    const socket = new ApiExposer("Socket", {
      domainName: "socket.example.com",
      protocol: "WEBSOCKET",
      dns: dnsOf({ provider: "route53", zoneId: "Z2FDTNDATAQYW2" }),
      apis: { Chat: { ...api, mappingKey: "chat" } },
    });
    return {
      cloudflare: cloudflare.urls,
      nobody: nobody.urls,
      nobodyTarget: nobody.targetDomainName,
      nobodyTargetZone: nobody.targetZoneId,
      provisioned: {
        apiId: provisioned.apiId,
        stageName: provisioned.stageName,
        functionName: provisioned.functionName,
        functionArn: provisioned.functionArn,
        invokeArn: provisioned.invokeArn,
        aliasArn: provisioned.aliasArn,
        role: provisioned.role,
      },
      socket: socket.urls,
    };
  },
});
