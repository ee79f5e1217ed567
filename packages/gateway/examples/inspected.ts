import { createGateway, createInspector, runInProcess } from "@lambda-express-api/gateway";
import { handler } from "./handler.ts";

const inspector = createInspector();
await inspector.listen(Number(process.env.INSPECTOR_PORT ?? 3001));
const gateway = createGateway({
  api: {
    routes: [{ routeKey: "GET /v1/orders/{orderId}", authorizationType: "NONE" }],
    integration: { payloadFormatVersion: "2.0", timeoutMilliseconds: 29_000 },
    stages: [{ stageName: "$default" }],
  },
  function: runInProcess(handler),
  inspector,
});
await gateway.listen(Number(process.env.PORT ?? 3000));
console.log(`Call ${gateway.url}/v1/orders/7 and look at ${inspector.url}`);
