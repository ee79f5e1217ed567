/** Long enough to be unique, short and plain enough for a log line. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._:+/=-]{7,127}$/;

/**
 * Chooses the id of a request: the client's `x-request-id` where it is well-formed, else the one that the runtime
 * has for it (API Gateway's), else a new one.
 */
export function requestIdFrom(
  header: string | readonly string[] | undefined,
  runtimeId: string | undefined,
): string {
  if (typeof header === "string" && WELL_FORMED.test(header)) return header;
  return runtimeId ?? crypto.randomUUID();
}
