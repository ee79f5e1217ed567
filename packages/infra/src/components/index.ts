// The exports for `sst.config.ts`. These files use SST's globals; `packages/infra/tsconfig.json` checks them.

export { healthPath } from "@lambda-express-api/build/api-folder.ts";
export { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
export { API_NAME } from "../names.ts";
export { loadSettings } from "../settings.ts";
export { apiCode, type CodeSource, type FunctionCode } from "./api-code.ts";
export { ApiExposer, type ApiExposerArgs, type ExposableApi } from "./api-exposer.ts";
export { demandAppName } from "./app-name.ts";
export { BudgetGuard, type BudgetGuardArgs } from "./budget-guard.ts";
export { ContainerService, type ContainerServiceArgs } from "./container-service.ts";
export { type Dns, dnsOf } from "./dns.ts";
export { secretEnvironment } from "./environment.ts";
export type { JobArgs } from "./job-function.ts";
export { LambdaApi, type LambdaApiArgs } from "./lambda-api.ts";
export { apiEnvironment, type OwnInfra } from "./own-infra.ts";
