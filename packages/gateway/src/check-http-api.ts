// Refuses descriptions that the service would refuse, with one sentence each (docs/behaviour.md §2.3, §3.2,
// §5, §6).

import { compileAccessLogFormat } from "./access-log.ts";
import { defaultIdentitySource } from "./authorizer.ts";
import { ConfigurationError } from "./configuration-error.ts";
import type {
  ApiMapping,
  AwsCaller,
  CorsConfiguration,
  HttpApi,
  JwtAuthorizer,
  Route,
  RouteSettings,
  Stage,
} from "./http-api.ts";
import { httpApiKind } from "./http-api-kind.ts";
import { limits } from "./limits.ts";
import { routeKeyShape } from "./route-key.ts";

export function checkHttpApis(apis: readonly HttpApi[]): void {
  if (apis.length === 0) {
    fail("There is no API; give at least one, as in api: { routes: [...], stages: [...] }.");
  }
  for (const [index, api] of apis.entries()) httpApiKind(api, apis.length > 1 ? `api[${index}]` : "api");
  for (const api of apis) checkHttpApi(api);
  checkUnique(
    apis.length > 1 ? apis.map(({ apiId }) => apiId ?? "(none)") : [],
    (apiId) => `Two APIs have the apiId ${apiId}; give each its own, as in apiId: "a1b2c3d4e5".`,
  );
  const mappings = apis.flatMap(({ apiMappings }) => apiMappings ?? []);
  checkMappingsTogether(
    mappings.map((mapping) => ({ ...mapping, domainName: mapping.domainName.toLowerCase() })),
  );
}

function checkHttpApi(api: HttpApi): void {
  checkRoutes(api);
  const authorizers = Object.entries(api.authorizers ?? {});
  checkCount("an API", "authorizers", authorizers.length, limits.authorizers);
  for (const [authorizerId, authorizer] of authorizers) checkAuthorizer(authorizerId, authorizer);
  checkIntegration(api);
  checkStages(api);
  if (api.corsConfiguration) checkCors(api.corsConfiguration);
  for (const mapping of api.apiMappings ?? []) checkMapping(mapping, api.stages);
  for (const caller of api.awsCallers ?? []) checkCaller(caller);
  checkUnique(
    (api.awsCallers ?? []).map(({ accessKeyId }) => accessKeyId),
    (accessKeyId) => `Two callers have the access key ${accessKeyId}; give each its own.`,
  );
}

function checkRoutes(api: HttpApi): void {
  if (api.routes.length === 0) {
    fail(
      'The API has no route; give at least one, as in { routeKey: "$default", authorizationType: "NONE" }.',
    );
  }
  checkCount("an API", "routes", api.routes.length, limits.routes);
  const keyByShape = new Map<string, string>();
  for (const route of api.routes) {
    const shape = routeKeyShape(route.routeKey);
    const earlier = keyByShape.get(shape);
    if (earlier !== undefined) {
      fail(
        `The routes "${earlier}" and "${route.routeKey}" conflict; variable names do not tell routes apart, so keep one.`,
      );
    }
    keyByShape.set(shape, route.routeKey);
    checkAuthorization(route, api.authorizers ?? {});
  }
}

function checkAuthorization(route: Route, authorizers: Readonly<Record<string, JwtAuthorizer>>): void {
  const { routeKey, authorizationType, authorizerId, authorizationScopes = [] } = route;
  if (authorizationType === "NONE" || authorizationType === "AWS_IAM") {
    if (authorizerId === undefined && authorizationScopes.length === 0) return;
    fail(
      `The route "${routeKey}" has an authorizer or scopes but authorizationType "${authorizationType}"; write "JWT".`,
    );
  }
  if (authorizationType !== "JWT") {
    fail(
      `The route "${routeKey}" has the authorizationType ${JSON.stringify(authorizationType)}; write "NONE", "JWT" or "AWS_IAM".`,
    );
  }
  if (authorizerId === undefined || !Object.hasOwn(authorizers, authorizerId)) {
    const known = Object.keys(authorizers).join(", ") || "none";
    fail(
      `The route "${routeKey}" names the unknown authorizer ${JSON.stringify(authorizerId)}; the API has: ${known}.`,
    );
  }
  checkCount(`the route "${routeKey}"`, "scopes", authorizationScopes.length, limits.scopesPerRoute);
  for (const scope of authorizationScopes) {
    // RFC 6749 §3.3.
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) {
      fail(
        `The route "${routeKey}" has the invalid scope ${JSON.stringify(scope)}; write one word, as in "orders/read".`,
      );
    }
  }
}

function checkAuthorizer(authorizerId: string, authorizer: JwtAuthorizer): void {
  const { identitySource = defaultIdentitySource, jwtConfiguration, jwksUri } = authorizer;
  if (!/^\$request\.(?:header|querystring)\.[\w-]+$/.test(identitySource)) {
    fail(
      `The authorizer "${authorizerId}" has the identitySource ${JSON.stringify(identitySource)}; ` +
        `write "$request.header.Authorization" or "$request.querystring.token".`,
    );
  }
  if (!isHttpUrl(jwtConfiguration.issuer)) {
    fail(
      `The authorizer "${authorizerId}" has the issuer "${jwtConfiguration.issuer}"; write a URL, as in "https://issuer.example".`,
    );
  }
  if (jwksUri !== undefined && !isHttpUrl(jwksUri)) {
    fail(
      `The authorizer "${authorizerId}" has the jwksUri "${jwksUri}"; write a URL, as in "http://localhost:9000/jwks.json".`,
    );
  }
  if (jwtConfiguration.audience.length === 0) {
    fail(
      `The authorizer "${authorizerId}" has no audience; give at least one, as in audience: ["my-project"].`,
    );
  }
  checkCount(
    `the authorizer "${authorizerId}"`,
    "audiences",
    jwtConfiguration.audience.length,
    limits.audiencesPerAuthorizer,
  );
}

function checkIntegration({ integration }: HttpApi): void {
  const { minimum, maximum } = limits.integrationTimeoutMilliseconds;
  const { payloadFormatVersion, timeoutMilliseconds } = integration;
  if (payloadFormatVersion !== "2.0") {
    fail(
      `The integration has the payloadFormatVersion ${JSON.stringify(payloadFormatVersion)}; write "2.0".`,
    );
  }
  if (
    !Number.isInteger(timeoutMilliseconds) ||
    timeoutMilliseconds < minimum ||
    timeoutMilliseconds > maximum
  ) {
    fail(
      `The integration's timeoutMilliseconds is ${timeoutMilliseconds}; write a whole number from ${minimum} to ${maximum}.`,
    );
  }
}

function checkStages(api: HttpApi): void {
  if (api.stages.length === 0) {
    fail('The API has no stage; give at least one, as in { stageName: "$default" }.');
  }
  checkCount("an API", "stages", api.stages.length, limits.stages);
  checkUnique(
    api.stages.map(({ stageName }) => stageName),
    (stageName) => `Two stages are named "${stageName}"; give each its own name, as in "dev" and "prod".`,
  );
  for (const stage of api.stages) checkStage(stage, api.routes);
}

function checkStage(stage: Stage, routes: readonly Route[]): void {
  const {
    stageName,
    stageVariables = {},
    defaultRouteSettings,
    routeSettings = {},
    accessLogSettings,
  } = stage;
  const isName = /^[A-Za-z0-9_-]+$/.test(stageName) && stageName.length <= limits.stageNameCharacters;
  if (stageName !== "$default" && !isName) {
    fail(`The stage name "${stageName}" must be "$default" or letters, digits, - and _, as in "mvp".`);
  }
  checkCount(
    `the stage "${stageName}"`,
    "stage variables",
    Object.keys(stageVariables).length,
    limits.stageVariables,
  );
  if (defaultRouteSettings) checkThrottling(`The stage "${stageName}"`, defaultRouteSettings);
  for (const [routeKey, settings] of Object.entries(routeSettings)) {
    if (!routes.some((route) => route.routeKey === routeKey)) {
      fail(
        `The stage "${stageName}" has settings for "${routeKey}", which is not a route; write a route key of this API.`,
      );
    }
    checkThrottling(`The route "${routeKey}" of the stage "${stageName}"`, settings);
  }
  if (accessLogSettings) compileAccessLogFormat(accessLogSettings.format);
}

function checkThrottling(owner: string, settings: RouteSettings): void {
  const { throttlingRateLimit, throttlingBurstLimit } = settings;
  if (throttlingRateLimit >= 0 && throttlingBurstLimit >= 0 && Number.isInteger(throttlingBurstLimit)) return;
  fail(
    `${owner} has the limits ${throttlingRateLimit} and ${throttlingBurstLimit}; ` +
      "write both, as in { throttlingRateLimit: 100, throttlingBurstLimit: 50 }.",
  );
}

const corsMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "*"];

function checkCors({
  allowOrigins = [],
  allowMethods = [],
  maxAge,
  allowCredentials,
}: CorsConfiguration): void {
  if (allowCredentials && allowOrigins.includes("*")) {
    fail(
      "allow-credentials is not supported if 'allow-origin' is *; name the origins, as in [\"https://app.example\"].",
    );
  }
  for (const origin of allowOrigins) {
    if (!/^(?:\*|https?:\/\/\*|[a-z][a-z0-9+.-]*:\/\/[^/*\s]+)$/i.test(origin)) {
      fail(
        `The CORS origin "${origin}" must be exact, "*", "https://*" or "http://*", as in "https://app.example".`,
      );
    }
  }
  for (const method of allowMethods) {
    if (!corsMethods.includes(method)) {
      fail(`The CORS method "${method}" must be one of ${corsMethods.join(", ")}.`);
    }
  }
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= -1 && maxAge <= 86_400)) {
    fail(`The CORS maxAge is ${maxAge}; write whole seconds from -1 to 86400.`);
  }
}

function checkMapping({ domainName, apiMappingKey, stage }: ApiMapping, stages: readonly Stage[]): void {
  const example = 'as in { domainName: "localhost", apiMappingKey: "express", stage: "mvp" }';
  if (domainName === "" || /[\s/:]/.test(domainName)) {
    fail(`The domain name "${domainName}" must be a host without port, ${example}.`);
  }
  if (apiMappingKey !== undefined) {
    const hasAllowedForm = /^[A-Za-z0-9$\-_.+!*'()]+(?:\/[A-Za-z0-9$\-_.+!*'()]+)*$/.test(apiMappingKey);
    if (!hasAllowedForm || apiMappingKey.length > limits.apiMappingKeyCharacters) {
      fail(
        `The API mapping key "${apiMappingKey}" must be path segments without a slash at either end, ${example}.`,
      );
    }
  }
  if (!stages.some(({ stageName }) => stageName === stage)) {
    fail(
      `The API mapping of "${domainName}" names the unknown stage "${stage}"; name one of the API's stages.`,
    );
  }
}

function checkCaller({ accessKeyId, userArn }: AwsCaller): void {
  if (!/^\w{5,128}$/.test(accessKeyId)) {
    fail(`The access key "${accessKeyId}" must be letters and digits, as in "AKIALOCAL".`);
  }
  if (!/^arn:[\w-]+:(?:iam|sts)::\d{12}:[\w+=,.@/-]+$/.test(userArn)) {
    fail(
      `The caller ${accessKeyId} has the userArn "${userArn}"; write one as in "arn:aws:iam::123456789012:user/billing".`,
    );
  }
}

function checkMappingsTogether(mappings: readonly ApiMapping[]): void {
  checkUnique(
    mappings.map(({ domainName, apiMappingKey }) => `${domainName}/${apiMappingKey ?? ""}`),
    (address) => `Two API mappings share the address ${address}; give one another apiMappingKey.`,
  );
  const domains = new Set(mappings.map(({ domainName }) => domainName));
  checkCount("an account", "custom domains", domains.size, limits.customDomains);
  for (const domain of domains) {
    const multiLevel = mappings.filter(
      (mapping) => mapping.domainName === domain && mapping.apiMappingKey?.includes("/"),
    );
    checkCount(
      `the domain "${domain}"`,
      "multi-level mappings",
      multiLevel.length,
      limits.multiLevelMappingsPerDomain,
    );
  }
}

function checkUnique(names: readonly string[], sentence: (name: string) => string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(sentence(twice));
}

function checkCount(owner: string, things: string, count: number, limit: number): void {
  if (count > limit) fail(`There are ${count} ${things}, but ${owner} can have at most ${limit}.`);
}

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}

function fail(sentence: string): void {
  throw new ConfigurationError(sentence);
}
