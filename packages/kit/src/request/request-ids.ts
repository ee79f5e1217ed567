/** The ids by which the lines about a request are found, in whichever log they are. */
import type { IncomingHttpHeaders } from "node:http";
import type { TraceContext } from "./trace-context.ts";

/** What every line about a request has. */
export interface RequestIds {
  /** The gateway's; without a gateway a new one. It is in every answer, and in the body of every error. */
  readonly requestId: string;
  /** Lambda's, which the lines that Lambda itself writes have: START, END and REPORT. */
  readonly lambdaRequestId: string | undefined;
  readonly traceId: string;
  /** What the caller calls the request in its own log, by its `x-request-id`. */
  readonly clientRequestId: string | undefined;
}

/** Puts them together. */
export function requestIds(
  { requestId, lambdaRequestId }: Pick<RequestIds, "requestId" | "lambdaRequestId">,
  headers: IncomingHttpHeaders,
  { traceId }: Pick<TraceContext, "traceId">,
): RequestIds {
  const clientRequestId = clientRequestIdOf(headers);
  // serverless-http gives the request the gateway's id as if the caller had sent it.
  const isOurs = clientRequestId === requestId;
  return { requestId, lambdaRequestId, traceId, clientRequestId: isOurs ? undefined : clientRequestId };
}

/** Long enough to be unique, short and plain enough for a log line. */
const WELL_FORMED_ID = /^[A-Za-z0-9][A-Za-z0-9._:+/=-]{7,127}$/;

/** A caller's `x-request-id`, where it is fit to stand in a log. It is never the request's own id: a caller could choose another's. */
export function clientRequestIdOf(headers: IncomingHttpHeaders): string | undefined {
  const id = headers["x-request-id"];
  return typeof id === "string" && WELL_FORMED_ID.test(id) ? id : undefined;
}
