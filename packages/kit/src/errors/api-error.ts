import type { CatalogueEntry } from "./catalogue.ts";
import { asksForProblem, PROBLEM_TYPE, type ProblemDetails, problemDetails } from "./problem-details.ts";

/** One wrong field of a request, in OpenAPI's terms: where it is, its name, and what is wrong. */
export interface FieldError {
  readonly in: "path" | "query" | "header" | "cookie" | "body";
  readonly name: string;
  readonly message: string;
}

export interface ApiErrorOptions {
  /** Public: tells the caller what is wrong, and nothing internal. */
  readonly reason: string;
  /** HTTP status, if it differs from the catalogue's. */
  readonly status?: number;
  readonly fields?: readonly FieldError[];
  /** Response headers, lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Private: reaches the log, never the caller. */
  readonly cause?: unknown;
  /** The fault is logged elsewhere: no line for each request that meets it. */
  readonly isLogged?: true;
}

/** The body of every error response of the app. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly title: string;
    readonly message: string;
    readonly reason: string;
    readonly fields?: readonly FieldError[];
    readonly requestId?: string;
  };
  readonly message: string;
}

/**
 * An error that a caller may see. Throw it from a handler with a code of the catalogue or of the API: the API
 * that answers supplies its status, title and message.
 */
export class ApiError extends Error {
  readonly code: string;
  /** If it differs from the catalogue's. */
  readonly status: number | undefined;
  readonly reason: string;
  readonly fields: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly isLogged: boolean;

  constructor(code: string, options: ApiErrorOptions) {
    super(`${code}: ${options.reason}`, { cause: options.cause });
    this.name = "ApiError";
    this.code = code;
    this.status = options.status;
    this.reason = options.reason;
    this.fields = options.fields;
    this.headers = options.headers ?? {};
    this.isLogged = options.isLogged ?? false;
  }
}

/** All that a caller learns of an unexpected error: where to ask. */
export function unexpectedError(cause: unknown): ApiError {
  return new ApiError("001500", {
    reason: "The error was logged; quote the request id when you report it",
    cause,
  });
}

/** The response to an error. */
export interface ErrorAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: ErrorBody | ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Renders an error for the caller: in the API's own form, or as problem details if the caller asks for them.
 *
 * @param entry the code's entry in the API's catalogue.
 * @param accept the request's header.
 */
export function errorAnswer(
  error: ApiError,
  entry: CatalogueEntry,
  requestId: string | undefined,
  accept?: string,
): ErrorAnswer {
  const isProblem = asksForProblem(accept);
  return {
    status: error.status ?? entry.status,
    contentType: isProblem ? PROBLEM_TYPE : "application/json; charset=utf-8",
    body: isProblem ? problemDetails(error, entry, requestId) : errorBody(error, entry, requestId),
    headers: { ...entry.headers, ...error.headers },
  };
}

function errorBody(error: ApiError, entry: CatalogueEntry, requestId: string | undefined): ErrorBody {
  return {
    error: {
      code: error.code,
      title: entry.title,
      message: entry.message,
      reason: error.reason,
      ...(error.fields && { fields: error.fields }),
      ...(requestId && { requestId }),
    },
    message: entry.gatewayMessage ?? error.reason,
  };
}
