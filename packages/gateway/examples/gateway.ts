import { createGateway, runInWorkers } from "@lambda-express-api/gateway";

const issuer = process.env.JWT_ISSUER ?? "https://securetoken.google.com/my-project";
const gateway = createGateway({
  api: {
    routes: [{ routeKey: "GET /v1/orders/{orderId}", authorizationType: "JWT", authorizerId: "users" }],
    authorizers: { users: { jwtConfiguration: { issuer, audience: ["my-project"] } } },
    integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 29_000 },
    stages: [{ stageName: "mvp" }],
  },
  function: runInWorkers({ file: `${import.meta.dirname}/handler.ts` }),
});
await gateway.listen(Number(process.env.PORT ?? 3000));
console.log(`Try ${gateway.url}/mvp/v1/orders/7`);
