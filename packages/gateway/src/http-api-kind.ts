// The types of an HttpApi's fields. check-http-api.ts checks their values, and has its own sentences for some
// missing fields, which are optional here.

import { listOf, objectWith, ofType, optional, recordOf } from "./check-kinds.ts";

const routeExample = '{ routeKey: "$default", authorizationType: "NONE" }';
const authorizerExample =
  '{ jwtConfiguration: { issuer: "https://issuer.example", audience: ["my-project"] } }';
const integrationExample = '{ payloadFormatVersion: "2.0", timeoutMilliseconds: 29_000 }';
const stageExample = '{ stageName: "$default" }';
const throttlingExample = "{ throttlingRateLimit: 100, throttlingBurstLimit: 50 }";
const corsExample = '{ allowOrigins: ["https://app.example"] }';
const mappingExample = '{ domainName: "localhost", apiMappingKey: "express", stage: "mvp" }';

const callerExample =
  '{ accessKeyId: "AKIALOCAL", secretAccessKey: "secret", userArn: "arn:aws:iam::123456789012:user/billing" }';

const caller = objectWith(
  {
    accessKeyId: ofType("string", '"AKIALOCAL"'),
    secretAccessKey: ofType("string", '"secret"'),
    sessionToken: optional(ofType("string", '"token"')),
    userArn: ofType("string", '"arn:aws:iam::123456789012:user/billing"'),
  },
  callerExample,
);

const apiExample = `{ routes: [${routeExample}], integration: ${integrationExample}, stages: [${stageExample}] }`;

const strings = (example: string) => listOf(ofType("string", `"${example}"`), `["${example}"]`);

const route = objectWith(
  {
    routeKey: ofType("string", '"GET /v1/orders/{orderId}"'),
    operationName: optional(ofType("string", '"getOrder"')),
    authorizationType: optional(ofType("string", '"NONE"')),
    authorizerId: optional(ofType("string", '"users"')),
    authorizationScopes: optional(strings("orders/read")),
  },
  routeExample,
);

const authorizer = objectWith(
  {
    identitySource: optional(ofType("string", '"$request.header.Authorization"')),
    jwtConfiguration: objectWith(
      { issuer: ofType("string", '"https://issuer.example"'), audience: strings("my-project") },
      '{ issuer: "https://issuer.example", audience: ["my-project"] }',
    ),
    jwksUri: optional(ofType("string", '"http://localhost:9000/jwks.json"')),
  },
  authorizerExample,
);

const integration = objectWith(
  {
    payloadFormatVersion: optional(ofType("string", '"2.0"')),
    timeoutMilliseconds: optional(ofType("number", "29_000")),
  },
  integrationExample,
);

const throttlingLimit = optional(ofType("number", "100"));
const routeSettings = objectWith(
  { throttlingRateLimit: throttlingLimit, throttlingBurstLimit: throttlingLimit },
  throttlingExample,
);

const stage = objectWith(
  {
    stageName: ofType("string", '"$default"'),
    stageVariables: optional(recordOf(ofType("string", '"blue"'), '{ colour: "blue" }')),
    defaultRouteSettings: optional(routeSettings),
    routeSettings: optional(recordOf(routeSettings, `{ "GET /v1/orders": ${throttlingExample} }`)),
    accessLogSettings: optional(
      objectWith({ format: ofType("string", '"$context.requestId"') }, '{ format: "$context.requestId" }'),
    ),
  },
  stageExample,
);

const cors = objectWith(
  {
    allowOrigins: optional(strings("https://app.example")),
    allowMethods: optional(strings("GET")),
    allowHeaders: optional(strings("authorization")),
    exposeHeaders: optional(strings("etag")),
    maxAge: optional(ofType("number", "3600")),
    allowCredentials: optional(ofType("boolean", "true")),
  },
  corsExample,
);

const mapping = objectWith(
  {
    domainName: ofType("string", '"localhost"'),
    apiMappingKey: optional(ofType("string", '"express"')),
    stage: ofType("string", '"mvp"'),
  },
  mappingExample,
);

export const httpApiKind = objectWith(
  {
    apiId: optional(ofType("string", '"a1b2c3d4e5"')),
    accountId: optional(ofType("string", '"123456789012"')),
    region: optional(ofType("string", '"eu-west-1"')),
    routes: listOf(route, `[${routeExample}]`),
    authorizers: optional(recordOf(authorizer, `{ users: ${authorizerExample} }`)),
    integration,
    stages: listOf(stage, `[${stageExample}]`),
    corsConfiguration: optional(cors),
    disableExecuteApiEndpoint: optional(ofType("boolean", "true")),
    apiMappings: optional(listOf(mapping, `[${mappingExample}]`)),
    awsCallers: optional(listOf(caller, `[${callerExample}]`)),
  },
  apiExample,
);
