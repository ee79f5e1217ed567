/** Tools for testing an API: its app for supertest, a token issuer, and suites that call every endpoint. */
export { accessSuite } from "./access-suite.ts";
export { openApiSuite } from "./openapi-suite.ts";
export { type ParityCase, paritySuite } from "./parity-suite.ts";
export type { RequestToSend } from "./payload-event.ts";
export {
  type Answer,
  appTarget,
  handlerTarget,
  handlerTargetWith,
  processTarget,
  type StartTarget,
  serverTarget,
  type Target,
  type TargetOptions,
} from "./targets.ts";
export { createTestApiKeys, type TestApiKeys } from "./test-api-keys.ts";
export { type TestAppOptions, testApp } from "./test-app.ts";
export { type Environment, testConfig, testEnvironment } from "./test-environment.ts";
export { startTestIssuer, type TestIssuer, type TrustedIssuer } from "./test-issuer.ts";
