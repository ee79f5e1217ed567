/**
 * The functions for building an API. The entries of its two runtimes are `lambda` and `container`; its tests
 * use `testing`.
 */
export {
  type Api,
  type ApiDefinition,
  type DefinedApi,
  defineApi,
  type ErrorCodes,
  type MountedRouter,
  type RouteLoaders,
} from "./api.ts";
export type { ApiKeyStore, StoredApiKey } from "./auth/api-key-store.ts";
export type { Claims, Principal } from "./auth/principal.ts";
export type { Config, OwnSettings, ParsedSettings, Setting } from "./config.ts";
export type { DemoStep } from "./demo.ts";
export { type DocsOptions, docsRoutes } from "./docs/docs-routes.ts";
export { ApiError, type ApiErrorOptions, type FieldError } from "./errors/api-error.ts";
export type { CatalogueEntry, ErrorCode } from "./errors/catalogue.ts";
export { createIdentityProvider } from "./identity/create-identity-provider.ts";
export type { IdentityProvider, TokenAnswer } from "./identity/identity-provider.ts";
export { type Attempt, limitAttempts } from "./limits/limit-attempts.ts";
export { type RateLimitOptions, rateLimit } from "./limits/rate-limit.ts";
export type { RateLimiterOptions } from "./limits/rate-limiter.ts";
export type { LocalCaller, LocalStack } from "./local-stack.ts";
export type { Log, LogFields } from "./log.ts";
export { logReleaseOnce } from "./release.ts";
export { principalOf } from "./request/request-context.ts";
export { publicPath } from "./request/request-path.ts";
export type { GroupRefusal } from "./route/access.ts";
export {
  type Access,
  type ApiKeyRule,
  type Authenticated,
  type AuthRule,
  anyone,
  apiKey,
  auth,
  describeAccess,
  iam,
} from "./route/access.ts";
export {
  type Cookie,
  defineRoute,
  type HandlerContext,
  type Route,
  type StreamBody,
  type Zod,
} from "./route/define-route.ts";
export type { MediaType } from "./route/media-types.ts";
export { type ServiceDefinition, type Services, service } from "./services.ts";
export { listOf, matching, oneOf, wholeNumber } from "./setting-parsers.ts";
export { memoryStore } from "./shared-store/memory-store.ts";
export type { SharedStore } from "./shared-store/shared-store.ts";
