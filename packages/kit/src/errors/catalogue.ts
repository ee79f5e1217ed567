/**
 * The catalogue of error codes. A code is opaque and stable: it never changes its meaning, and
 * `docs/errors/<code>.md` explains it. Its last three digits are its usual HTTP status.
 */

export interface CatalogueEntry {
  /** HTTP status, unless the code that throws sets another. */
  readonly status: number;
  readonly title: string;
  readonly message: string;
  /** The URI of a page about the error: the `type` of its problem details (RFC 9457). */
  readonly type?: string;
  /** For every response with this code, unless the code that throws sets its own. Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * API Gateway's message for the same refusal. The top-level `message` repeats it, so that a caller who
   * reads only that cannot tell whether the gateway or the app refused.
   */
  readonly gatewayMessage?: string;
}

export const catalogue = {
  "001400": { status: 400, title: "Validation Error", message: "One or more incorrect fields" },
  "002400": { status: 400, title: "HTTP Header not set", message: "A required header is missing" },
  "001401": {
    status: 401,
    title: "Invalid JWT Token",
    message: "Access Unauthorized!",
    gatewayMessage: "Unauthorized",
  },
  "002401": { status: 401, title: "Unauthorized", message: "Access unauthorized" },
  "003401": { status: 401, title: "Invalid API key", message: "Send a valid API key" },
  "001403": {
    status: 403,
    title: "Insufficient scope",
    message: "The caller lacks a scope that this endpoint requires",
    gatewayMessage: "Forbidden",
  },
  "002403": {
    status: 403,
    title: "Second factor required",
    message: "The account requires a second factor, which this endpoint cannot ask for",
  },
  "003403": {
    status: 403,
    title: "AWS signature required",
    message: "Only AWS callers whose signature is verified may call this endpoint",
    gatewayMessage: "Forbidden",
  },
  "001404": {
    status: 404,
    title: "Not Found",
    message: "There is no such endpoint",
    gatewayMessage: "Not Found",
  },
  "001408": {
    status: 408,
    title: "Request timeout",
    message: "The request did not arrive in time",
  },
  "001409": {
    status: 409,
    title: "Request in progress",
    message: "The same request is already in progress",
  },
  "001413": {
    status: 413,
    title: "Payload too large",
    message: "The body is larger than this endpoint accepts",
    gatewayMessage: "Request Entity Too Large",
  },
  "001414": {
    status: 414,
    title: "URI too long",
    message: "The query is longer than this API accepts",
  },
  "001415": {
    status: 415,
    title: "Unsupported media type",
    message: "The body is not of a type that this endpoint accepts",
  },
  "001422": {
    status: 422,
    title: "Idempotency key reused",
    message: "Use a new key for another request",
  },
  "001429": {
    status: 429,
    title: "Too many requests",
    message: "Slow down and try again later",
    gatewayMessage: "Too Many Requests",
  },
  "001431": {
    status: 431,
    title: "Request header fields too large",
    message: "Request line and headers are longer than this API accepts",
  },
  "001500": {
    status: 500,
    title: "Internal error",
    message: "Oops, something went wrong!",
    gatewayMessage: "Internal Server Error",
  },
  "002500": {
    status: 500,
    title: "Response too large",
    message: "The response is larger than this API can send",
    gatewayMessage: "Internal Server Error",
  },
  "001502": {
    status: 502,
    title: "Bad gateway",
    message: "A service that this API calls returned an unusable response",
  },
  "001503": {
    status: 503,
    title: "Service unavailable",
    message: "A service behind this API cannot be reached",
    gatewayMessage: "Service Unavailable",
  },
  "002503": {
    status: 503,
    title: "Deadline exceeded",
    message: "The response took too long",
    gatewayMessage: "Service Unavailable",
  },
  "003503": {
    status: 503,
    title: "Shutting down",
    message: "This instance of the API is about to stop",
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;
