// An HTTP API described as data, with the names of the AWS API. check-http-api.ts checks a description.

/** One HTTP API: the input of `CreateApi`, `CreateRoute`, `CreateAuthorizer`, `CreateStage` and so on. */
export interface HttpApi {
  /** Default: `local12345`. */
  apiId?: string;
  /** Default: `123456789012`. */
  accountId?: string;
  /** Default: `eu-west-1`. */
  region?: string;
  routes: readonly Route[];
  /** By authorizer id, which routes refer to. */
  authorizers?: Readonly<Record<string, JwtAuthorizer>>;
  integration: Integration;
  stages: readonly Stage[];
  corsConfiguration?: CorsConfiguration;
  disableExecuteApiEndpoint?: boolean;
  apiMappings?: readonly ApiMapping[];
  /** Local only: who may call the routes with `AWS_IAM`. In the cloud, policies decide that. */
  awsCallers?: readonly AwsCaller[];
}

/** The keys that sign requests, with their owners. */
export interface AwsCaller {
  accessKeyId: string;
  secretAccessKey: string;
  /** Only with temporary keys. */
  sessionToken?: string;
  /** `arn:aws:iam::123456789012:user/billing`, or the ARN of an assumed role. */
  userArn: string;
}

export interface Route {
  /** `GET /v1/orders/{orderId}`, `ANY /{proxy+}` or `$default`. */
  routeKey: string;
  operationName?: string;
  authorizationType: "NONE" | "JWT" | "AWS_IAM";
  authorizerId?: string;
  /** One of them must be in the token. */
  authorizationScopes?: readonly string[];
}

export interface JwtAuthorizer {
  /** `$request.header.Authorization` (the default) or `$request.querystring.token`. */
  identitySource?: string;
  jwtConfiguration: { issuer: string; audience: readonly string[] };
  /** Local only: the URL of the keys, instead of the issuer's discovery document. */
  jwksUri?: string;
}

export interface Integration {
  payloadFormatVersion: "2.0";
  /** 50 to 30,000. */
  timeoutMilliseconds: number;
}

export interface Stage {
  /** `$default` is served at the root, every other stage at `/{stageName}`. */
  stageName: string;
  stageVariables?: Readonly<Record<string, string>>;
  defaultRouteSettings?: RouteSettings;
  /** By route key. */
  routeSettings?: Readonly<Record<string, RouteSettings>>;
  accessLogSettings?: { format: string };
}

export interface RouteSettings {
  /** Requests per second. */
  throttlingRateLimit: number;
  throttlingBurstLimit: number;
}

export interface CorsConfiguration {
  allowOrigins?: readonly string[];
  allowMethods?: readonly string[];
  allowHeaders?: readonly string[];
  exposeHeaders?: readonly string[];
  maxAge?: number;
  allowCredentials?: boolean;
}

export interface ApiMapping {
  /** The host that a client uses; the port is ignored, so `localhost` works. */
  domainName: string;
  /**
   * One or several path segments, `express` or `v1/express`; without a key, the mapping takes what no other
   * takes.
   */
  apiMappingKey?: string;
  stage: string;
}

export function apiIdOf(api: HttpApi): string {
  return api.apiId ?? "local12345";
}

export function accountIdOf(api: HttpApi): string {
  return api.accountId ?? "123456789012";
}

export function regionOf(api: HttpApi): string {
  return api.region ?? "eu-west-1";
}
