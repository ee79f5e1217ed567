// Access-log lines in a stage's own format (docs/behaviour.md §6.4).

import { ConfigurationError } from "./configuration-error.ts";
import { requestTime } from "./event.ts";
import type { AnsweredExchange } from "./exchange.ts";
import { accountIdOf, apiIdOf } from "./http-api.ts";
import { limits } from "./limits.ts";

type Value = string | number | undefined;

const variables: Record<string, (exchange: AnsweredExchange) => Value> = {
  accountId: ({ api }) => api && accountIdOf(api),
  apiId: ({ api }) => api && apiIdOf(api),
  "authorizer.error": ({ verdict }) => (verdict && !verdict.allowed ? verdict.reason : undefined),
  awsEndpointRequestId: lambdaRequestId,
  "customDomain.basePathMatched": ({ basePathMatched }) => basePathMatched,
  dataProcessed: ({ request, answer }) => request.body.length + answer.body.length,
  domainName: ({ request }) => request.domainName,
  domainPrefix: ({ request }) => request.domainName.split(".")[0],
  "error.message": ({ error }) => error?.message,
  "error.messageString": ({ error }) => error?.message,
  "error.responseType": ({ error }) => error?.responseType,
  extendedRequestId: ({ requestId }) => requestId,
  httpMethod: ({ request }) => request.method,
  "identity.accountId": ({ verdict }) => verdict?.iam?.accountId,
  "identity.caller": ({ verdict }) => verdict?.iam?.callerId,
  "identity.sourceIp": ({ request }) => request.sourceIp,
  "identity.user": ({ verdict }) => verdict?.iam?.userId,
  "identity.userAgent": ({ request }) => request.headers.get("user-agent"),
  "identity.userArn": ({ verdict }) => verdict?.iam?.userArn,
  "integration.error": ({ integrationError }) => integrationError,
  "integration.integrationStatus": integrationStatus,
  "integration.latency": ({ integrationMilliseconds }) => integrationMilliseconds,
  "integration.requestId": lambdaRequestId,
  "integration.status": ({ invocation, error, answer }) =>
    invocation && !error ? answer.statusCode : undefined,
  integrationErrorMessage: ({ integrationError }) => integrationError,
  integrationLatency: ({ integrationMilliseconds }) => integrationMilliseconds,
  integrationStatus,
  path: ({ eventPath, request }) => eventPath ?? request.path,
  protocol: () => "HTTP/1.1",
  requestId: ({ requestId }) => requestId,
  requestTime: ({ receivedAt }) => requestTime(receivedAt),
  requestTimeEpoch: ({ receivedAt }) => receivedAt,
  responseLatency: ({ durationMilliseconds }) => durationMilliseconds,
  responseLength: ({ answer }) => answer.body.length,
  routeKey: ({ route }) => route?.routeKey,
  stage: ({ stage }) => stage?.stageName,
  status: ({ answer }) => answer.statusCode,
};

// The service knows these variables; what they describe (Lambda authorizers, client certificates) does not
// exist here.
const alwaysAbsent = new Set([
  "authorizer.principalId",
  "awsEndpointRequestId2",
  "identity.clientCert.clientCertPem",
  "identity.clientCert.issuerDN",
  "identity.clientCert.serialNumber",
  "identity.clientCert.subjectDN",
  "identity.clientCert.validity.notAfter",
  "identity.clientCert.validity.notBefore",
  "identity.cognitoAuthenticationProvider",
  "identity.cognitoAuthenticationType",
  "identity.cognitoIdentityId",
  "identity.cognitoIdentityPoolId",
  "identity.principalOrgId",
]);

const claimPrefix = "authorizer.claims.";
const variablePattern = /\$context\.(authorizer\.claims\.[\w:-]+|\w+(?:\.\w+)*)/g;

export type AccessLogLine = (exchange: AnsweredExchange) => string;

/** Throws for a format that the service would refuse. */
export function compileAccessLogFormat(format: string): AccessLogLine {
  const example = 'as in \'{"requestId":"$context.requestId","status":"$context.status"}\'';
  if (/[\r\n]/.test(format)) {
    throw new ConfigurationError(`The access-log format must be a single line, ${example}.`);
  }
  if (Buffer.byteLength(format) > limits.accessLogFormatBytes) {
    throw new ConfigurationError(
      `The access-log format is longer than ${limits.accessLogFormatBytes} bytes.`,
    );
  }
  const names = [...format.matchAll(variablePattern)].map(([, name = ""]) => name);
  for (const name of names) {
    if (!Object.hasOwn(variables, name) && !alwaysAbsent.has(name) && !name.startsWith(claimPrefix)) {
      throw new ConfigurationError(
        `The access-log format has the unknown variable $context.${name}; write ${example}.`,
      );
    }
  }
  if (!names.includes("requestId") && !names.includes("extendedRequestId")) {
    throw new ConfigurationError(
      `The access-log format must have $context.requestId or $context.extendedRequestId, ${example}.`,
    );
  }
  return (exchange) =>
    format.replace(variablePattern, (_, name: string) => {
      const text = print(variableOf(name, exchange));
      return name === "error.messageString" && text !== "-" ? `"${text}"` : text;
    });
}

function variableOf(name: string, exchange: AnsweredExchange): Value {
  if (!name.startsWith(claimPrefix)) return variables[name]?.(exchange);
  const claims = exchange.verdict?.jwt?.claims ?? {};
  const claim = name.slice(claimPrefix.length);
  return Object.hasOwn(claims, claim) ? claims[claim] : undefined;
}

/** Escaped as inside JSON, so that no client can break the line or forge a field. */
function print(value: Value): string {
  return value === undefined || value === "" ? "-" : JSON.stringify(String(value)).slice(1, -1);
}

function lambdaRequestId({ invocation }: AnsweredExchange): Value {
  return invocation?.requestId;
}

/** The Lambda service's status: 200 also when the function failed. */
function integrationStatus({ invocation }: AnsweredExchange): Value {
  if (!invocation) return undefined;
  return invocation.outcome === "throttled" ? 429 : 200;
}
