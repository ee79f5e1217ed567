/**
 * The stage's access log: one JSON object per request, in seven groups. Every value is quoted, because an absent variable
 * prints `-`, which is not JSON. The container's access log has the same groups and names.
 */
const fields = {
  request: {
    requestId: "$context.requestId",
    requestTime: "$context.requestTime",
    extendedRequestId: "$context.extendedRequestId",
  },
  api: {
    apiId: "$context.apiId",
    stage: "$context.stage",
    domainName: "$context.domainName",
    domainPrefix: "$context.domainPrefix",
  },
  client: {
    sourceIp: "$context.identity.sourceIp",
    userAgent: "$context.identity.userAgent",
  },
  http: {
    path: "$context.path",
    routeKey: "$context.routeKey",
    protocol: "$context.protocol",
    httpMethod: "$context.httpMethod",
  },
  integration: {
    // The id of the invocation, which Lambda's own lines have too.
    requestId: "$context.integration.requestId",
    integrationStatus: "$context.integration.integrationStatus",
    integrationLatency: "$context.integration.latency",
    integrationErrorMessage: "$context.integrationErrorMessage",
  },
  error: {
    responseType: "$context.error.responseType",
    errorMessage: "$context.error.message",
    authorizerError: "$context.authorizer.error",
  },
  response: {
    status: "$context.status",
    dataProcessed: "$context.dataProcessed",
    responseLength: "$context.responseLength",
    responseLatency: "$context.responseLatency",
  },
};

/** @param showsSubject whether a line has the subject of the caller's token. */
export function accessLogFormat(showsSubject: boolean): string {
  const subject = showsSubject && { subject: "$context.authorizer.claims.sub" };
  return JSON.stringify({ ...fields, client: { ...fields.client, ...subject } });
}
