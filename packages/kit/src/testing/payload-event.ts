/**
 * Payload 2.0 events as API Gateway makes them: the path decoded and with its stage, the cookies separate,
 * bodies in base64 except text and JSON. The caller adds what the JWT authorizer would.
 */
import { isUtf8 } from "node:buffer";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";

/**
 * The types that the gateway passes as text; all others are base64, including those that end with `+json`.
 */
const TEXT = /^(text\/[^;]+|application\/(json|xml|javascript|graphql))\s*(;\s*charset="?utf-8"?\s*)?$/i;

export interface RequestToSend {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The ARN of the AWS caller who signs it, if the target has a gateway that verifies signatures. */
  readonly awsCaller?: string;
}

export interface EventOptions {
  /** Default `mvp`. */
  readonly stage?: string;
  /** Default: the gateway's default endpoint. */
  readonly domainName?: string;
  /** `requestContext.authorizer`, if a JWT authorizer ran. */
  readonly authorizer?: object;
}

export function payloadEvent(request: RequestToSend, options: EventOptions = {}): APIGatewayProxyEventV2 {
  const {
    stage = "mvp",
    domainName = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
    authorizer,
  } = options;
  const [path = "/", ...queries] = request.path.split("?");
  const { cookie, ...headers } = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const body = Buffer.from(request.body ?? "");
  const isText = isUtf8(body) && TEXT.test(headers["content-type"] ?? "");
  const rawPath = (stage === "$default" ? "" : `/${stage}`) + decode(path);
  const now = new Date();
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: queries.join("?"),
    ...(cookie !== undefined && { cookies: cookie.split(";").map((pair) => pair.trim()) }),
    headers: {
      "content-length": String(body.length),
      host: domainName,
      "user-agent": "test",
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
      ...headers,
    },
    requestContext: {
      accountId: "123456789012",
      apiId: "a1b2c3d4e5",
      domainName,
      domainPrefix: domainName.split(".")[0] ?? "",
      http: {
        method: request.method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "203.0.113.7",
        userAgent: "test",
      },
      requestId: "ZhMpgigvDoEEPlg=",
      routeKey: "$default",
      stage,
      time: "17/Jun/2024:15:49:29 +0000",
      timeEpoch: now.getTime(),
      ...(authorizer && { authorizer }),
    },
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** A function's context with `remainingMilliseconds` left. */
export function lambdaContext(remainingMilliseconds = 29_000): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: "api",
    functionVersion: "1",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:api:latest",
    memoryLimitInMB: "512",
    awsRequestId: "8c5e8a1c-0b5e-4f5e-9f0a-1f2e3d4c5b6a",
    logGroupName: "/aws/lambda/api",
    logStreamName: "2026/01/01/[1]0123456789abcdef",
    getRemainingTimeInMillis: () => remainingMilliseconds,
    done() {},
    fail() {},
    succeed() {},
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
