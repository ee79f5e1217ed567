/** A raw connection to a server, for what no HTTP client would send. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawConnection {
  readonly socket: Socket;
  /** Everything received so far. */
  received(): string;
  /** The next response with a `content-length`, which an interim one lacks. */
  next(): Promise<RawResponse>;
  /** The responses not yet taken by `next`, once the server has closed the connection. */
  rest(): Promise<readonly RawResponse[]>;
}

export async function openRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  // A reset closes the connection too.
  socket.on("error", () => {});
  await once(socket, "connect");
  let received = "";
  let taken = 0;
  let isClosed = false;
  const waiting = new Set<() => void>();
  const notify = () => {
    for (const check of [...waiting]) check();
  };
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    received += chunk;
    notify();
  });
  socket.on("close", () => {
    isClosed = true;
    notify();
  });

  function take(): RawResponse | undefined {
    const parsed = parseResponse(received.slice(taken));
    taken += parsed?.length ?? 0;
    return parsed?.response;
  }

  /** Resolves with the first defined result of `probe`. */
  function until<Value>(probe: () => Value | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const value = probe();
        if (value === undefined && !isClosed) return;
        waiting.delete(check);
        if (value !== undefined) resolve(value);
        else reject(new Error(`The connection was closed after ${JSON.stringify(received.slice(taken))}`));
      };
      waiting.add(check);
      check();
    });
  }

  return {
    socket,
    received: () => received,
    next: () => until(take),
    rest: () =>
      until(() => {
        if (!isClosed) return undefined;
        const responses: RawResponse[] = [];
        for (let response = take(); response; response = take()) responses.push(response);
        if (taken < received.length) throw new Error(`Not a response: ${received.slice(taken)}`);
        return responses;
      }),
  };
}

function parseResponse(
  text: string,
): { readonly response: RawResponse; readonly length: number } | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const start = end + 4;
  const size = Number(headers["content-length"] ?? 0);
  if (text.length < start + size) return undefined;
  const body = Buffer.from(text.slice(start, start + size), "latin1").toString();
  return {
    response: { status: Number(statusLine.split(" ")[1]), headers, body },
    length: start + size,
  };
}

/** Resolves once `condition` holds; it is checked after each turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
