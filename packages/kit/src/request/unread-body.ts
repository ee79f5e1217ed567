/**
 * Handles the rest of a request's body after its response. A server that closes a connection with unread bytes
 * resets it, and the caller may lose the response (RFC 9112, section 9.6): so it reads on for a moment, but not
 * a long body to its end.
 */
import type { IncomingMessage } from "node:http";

const MAX_DISCARDED_BYTES = 64 * 1024;
const LINGER_MILLISECONDS = 1_000;

/**
 * Whether so much may still come that closing the connection is better than reading on. In Lambda nothing
 * more ever comes.
 */
export function hasLongRest({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  const { "content-length": length = 0, "transfer-encoding": coding, expect } = headers;
  // With `expect` the body may or may not follow, and the server cannot tell.
  return coding !== undefined || Number(length) > (expect === undefined ? MAX_DISCARDED_BYTES : 0);
}

/** Reads what still arrives, until the end of the body or the connection, or for a second. */
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
