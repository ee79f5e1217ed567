/** A write to a pipe is never mixed with another process's up to this size (POSIX `PIPE_BUF`, 4096 bytes on Linux). */
export const SHARED_PIPE_BYTES = 4096;
/** What a pipe holds on Linux: more could not be written at once. */
export const OWN_PIPE_BYTES = 65_536;

export interface BatchedWriter {
  write(line: string): void;
  /** Hands over what is left; for the end of the process. */
  flush(): void;
}

/**
 * Hands the lines of one turn of the event loop to `write` together: each write to a pipe is a call of the system's,
 * and holds up all requests. Lines stay whole and in their order.
 *
 * @param maxBytes of a batch: `SHARED_PIPE_BYTES` where several processes write to the same pipe, else `OWN_PIPE_BYTES`.
 */
export function writeInBatches(write: (lines: string) => void, maxBytes: number): BatchedWriter {
  let batch = "";
  let bytes = 0;

  function flush(): void {
    if (batch === "") return;
    const lines = batch;
    batch = "";
    bytes = 0;
    write(lines);
  }

  return {
    write(line) {
      const lineBytes = Buffer.byteLength(line);
      if (bytes + lineBytes > maxBytes) flush();
      if (batch === "") setImmediate(flush);
      batch += line;
      bytes += lineBytes;
    },
    flush,
  };
}
