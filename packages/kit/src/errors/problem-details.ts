/** Errors in the form of RFC 9457, for callers who ask for it. */
import { STATUS_CODES } from "node:http";
import { preferences } from "../request/preferences.ts";
import type { ApiError, FieldError } from "./api-error.ts";
import type { CatalogueEntry } from "./catalogue.ts";

export const PROBLEM_TYPE = "application/problem+json";

/**
 * `code` and the fields after it are extensions (RFC 9457, section 3.2), the same as in every other error.
 */
export interface ProblemDetails {
  /** `about:blank`, unless the catalogue names a page. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly fields?: readonly FieldError[];
  readonly requestId?: string;
}

/** Whether a caller names the form, and does not prefer plain JSON. `application/*` asks for neither. */
export function asksForProblem(accept: string | undefined): boolean {
  if (!accept?.toLowerCase().includes(PROBLEM_TYPE)) return false;
  const weights = preferences(accept);
  const weight = weights.get(PROBLEM_TYPE) ?? 0;
  return weight > 0 && weight >= (weights.get("application/json") ?? 0);
}

/** The title of `about:blank` is the status's own (RFC 9457, section 4.2.1). */
export function problemDetails(
  error: ApiError,
  { type, title, status: usual }: CatalogueEntry,
  requestId: string | undefined,
): ProblemDetails {
  const status = error.status ?? usual;
  return {
    type: type ?? "about:blank",
    title: type ? title : (STATUS_CODES[status] ?? title),
    status,
    detail: error.reason,
    code: error.code,
    ...(error.fields && { fields: error.fields }),
    ...(requestId && { requestId }),
  };
}
