import type { IncomingMessage } from "node:http";

export interface BodyTimeouts {
  /** How long a caller may send nothing of a body that is being read. */
  readonly idleSeconds: number;
  /** How long a body may take from when it is first asked for. */
  readonly totalSeconds: number;
}

const SECOND = 1_000;

/**
 * Watches a body come in. Time counts only while something reads the body, so that a slow handler is never taken for a slow
 * caller.
 *
 * @param onTimeout is called once at most, with what the caller is told.
 * @returns what ends the watch.
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
  // Looking once a second costs less than to listen to each chunk, which would also make the body flow.
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
        ? `Nothing of the body came for ${idleSeconds} seconds`
        : `The body was not complete after ${totalSeconds} seconds`,
    );
  }, SECOND);
  return () => clearInterval(timer);
}
