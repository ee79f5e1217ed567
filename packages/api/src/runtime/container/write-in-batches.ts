/** A write to a pipe is never mixed with another process's up to this size (POSIX `PIPE_BUF`, 4096 bytes on Linux). */
const MAX_BATCH_BYTES = 4096;

export interface BatchedWriter {
  write(line: string): void;
  /** Hands over what is left; for the end of the process. */
  flush(): void;
}

/**
 * Hands the lines of one turn of the event loop to `write` together: each write to a pipe is a call of the system's,
 * and holds up all requests. Lines stay whole and in their order, also where several workers write to the same pipe.
 */
export function writeInBatches(write: (lines: string) => void): BatchedWriter {
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
      if (bytes + lineBytes > MAX_BATCH_BYTES) flush();
      if (batch === "") setImmediate(flush);
      batch += line;
      bytes += lineBytes;
    },
    flush,
  };
}
