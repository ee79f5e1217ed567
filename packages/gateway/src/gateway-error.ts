// The gateway's own answers, without or instead of the function's (docs/behaviour.md §2.2).

/** Ends the handling of a request with one of the answers below. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly gatewayError: GatewayError;
  constructor(gatewayError: GatewayError) {
    super(gatewayError.message);
    this.gatewayError = gatewayError;
  }
}

export interface GatewayError {
  statusCode: number;
  message: string;
  /** `$context.error.responseType`. */
  responseType: string;
  headers?: Readonly<Record<string, string>>;
}

export const gatewayErrors = {
  badRequest: { statusCode: 400, message: "Bad Request", responseType: "BAD_REQUEST" },
  forbidden: {
    statusCode: 403,
    message: "Forbidden",
    responseType: "ACCESS_DENIED",
    headers: { "x-amzn-errortype": "ForbiddenException" },
  },
  notFound: { statusCode: 404, message: "Not Found", responseType: "NOT_FOUND" },
  requestTimeout: { statusCode: 408, message: "Request Timeout", responseType: "REQUEST_TIMEOUT" },
  requestTooLarge: {
    statusCode: 413,
    message: "Request Entity Too Large",
    responseType: "REQUEST_TOO_LARGE",
  },
  tooManyRequests: { statusCode: 429, message: "Too Many Requests", responseType: "THROTTLED" },
  headersTooLarge: {
    statusCode: 431,
    message: "Request Header Fields Too Large",
    responseType: "REQUEST_HEADERS_TOO_LARGE",
  },
  internalServerError: {
    statusCode: 500,
    message: "Internal Server Error",
    responseType: "INTEGRATION_FAILURE",
  },
  serviceUnavailable: {
    statusCode: 503,
    message: "Service Unavailable",
    responseType: "INTEGRATION_TIMEOUT",
  },
} as const satisfies Record<string, GatewayError>;

/** A 401 or 403 of the JWT authorizer; the reason is only in `www-authenticate`. */
export function authorizerError(statusCode: 401 | 403, wwwAuthenticate: string): GatewayError {
  return {
    statusCode,
    message: statusCode === 401 ? "Unauthorized" : "Forbidden",
    responseType: statusCode === 401 ? "UNAUTHORIZED" : "ACCESS_DENIED",
    headers: { "www-authenticate": wwwAuthenticate },
  };
}
