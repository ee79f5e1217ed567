// A log line for a request that is refused before its stage, and thus its access log, is known.

import type { GatewayError } from "./gateway-error.ts";

export interface Refusal {
  error: GatewayError;
  /** In the gateway's or Node's words, never the client's, so that no client can write into the log. */
  reason: string;
}

/** As in `REFUSED 400 Bad Request to 127.0.0.1, ZhMpgigvDoEEPlg=: 2 Host headers`. */
export function refusedLine({ error, reason }: Refusal, sourceIp: string, requestId: string): string {
  return `REFUSED ${error.statusCode} ${error.message} to ${sourceIp}, ${requestId}: ${reason}`;
}
