import type { IncomingMessage } from "node:http";

export interface BodyTimeouts {
  /** How long a caller may pause while its body is read. */
  readonly idleSeconds: number;
  /** How long a body may take, from the first read. */
  readonly totalSeconds: number;
}

const SECOND = 1_000;

/**
 * Watches a body arrive. Time counts only while the body is being read, so that a slow handler does not count
 * as a slow caller.
 *
 * @param onTimeout is called at most once, with the message for the caller.
 * @returns a function that ends the watch.
 */
export function watchBody(
  request: IncomingMessage,
  { idleSeconds, totalSeconds }: BodyTimeouts,
  onTimeout: (reason: string) => void,
): () => void {
  const { socket } = request;
  let bytes = socket.bytesRead;
  let total = 0;
  let idle = 0;
  // Checking once a second is cheaper than listening to each chunk, which would also make the body flow.
  const timer = setInterval(() => {
    if (request.complete) return clearInterval(timer);
    if (request.readableFlowing === null && request.listenerCount("readable") === 0) return;
    total += 1;
    const hasCome = socket.bytesRead > bytes || request.readableLength > 0;
    idle = hasCome ? 0 : idle + 1;
    bytes = socket.bytesRead;
    if (idle < idleSeconds && total < totalSeconds) return;
    clearInterval(timer);
    onTimeout(
      idle >= idleSeconds
        ? `No part of the body arrived for ${idleSeconds} seconds`
        : `The body was not complete after ${totalSeconds} seconds`,
    );
  }, SECOND);
  return () => clearInterval(timer);
}
