// The package's public interface.

export { ConfigurationError } from "./configuration-error.ts";
export type { AuthorizerContext, HttpApiEvent, IamContext, JwtContext } from "./event.ts";
export type { AnsweredExchange } from "./exchange.ts";
export { createGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
export type {
  ApiMapping,
  AwsCaller,
  CorsConfiguration,
  HttpApi,
  Integration,
  JwtAuthorizer,
  Route,
  RouteSettings,
  Stage,
} from "./http-api.ts";
export type { InspectedRequest } from "./inspector/inspected-request.ts";
export { createInspector, type Inspector, type InspectorOptions } from "./inspector/inspector.ts";
export { type InProcessOptions, runInProcess } from "./lambda/in-process.ts";
export { runInWorkers, type WorkersFunction, type WorkersOptions } from "./lambda/in-workers.ts";
export type { Handler, Invocation, LambdaContext, LambdaFunction } from "./lambda/lambda-function.ts";
export { defaultSwitches, type Switches } from "./switches.ts";
