/**
 * What comes of a request's body after its answer. A server that closes a connection with bytes unread resets it, and the
 * caller may lose the answer (RFC 9112, section 9.6): so it reads on for a moment, but never a long body to its end.
 */
import type { IncomingMessage } from "node:http";

const MAX_DISCARDED_BYTES = 64 * 1024;
const LINGER_MILLISECONDS = 1_000;

/** Whether so much may still come that the connection is better closed than read on. In Lambda nothing ever does. */
export function hasLongRest({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  const { "content-length": length = 0, "transfer-encoding": coding, expect } = headers;
  // With `expect` the body may follow or not: nothing tells one from the other.
  return coding !== undefined || Number(length) > (expect === undefined ? MAX_DISCARDED_BYTES : 0);
}

/** Reads what still comes, until its end, the end of the connection, or for a second. */
export function discardBody(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete || request.destroyed) return resolve();
    let bytes = 0;
    const timer = setTimeout(finish, LINGER_MILLISECONDS);
    function discard(chunk: Uint8Array): void {
      bytes += chunk.length;
      if (bytes > MAX_DISCARDED_BYTES) request.pause();
    }
    function finish(): void {
      clearTimeout(timer);
      request.off("data", discard).off("end", finish).off("close", finish);
      resolve();
    }
    request.on("data", discard).on("end", finish).on("close", finish).resume();
  });
}
