/**
 * Makes serverless-http's request and response behave as a server's do. Each method here puts one thing right that
 * serverless-http 4 gets wrong, and has its test in `event-adapter.test.ts`.
 */
import { IncomingMessage, ServerResponse } from "node:http";

/** Changes the two objects in place, before the listener sees them. */
export function repairExchange(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers["content-length"] === "") delete request.headers["content-length"];
  // A server sets no body; whoever parses it does. `ip` is Express's to tell.
  Reflect.deleteProperty(request, "body");
  Reflect.deleteProperty(request, "ip");
  request.rawHeaders = Object.entries(request.headers).flatMap(([name, value]) => [name, String(value)]);
  Object.assign(request, { emit: emitOnce, setTimeout: noTimeout });
  Object.assign(request.socket, { setTimeout: noTimeout });
  request.destroy = (error) => {
    // A request that was read to its end destroys itself, and harms nothing.
    if (!request.readableEnded) response.destroy(error);
    return IncomingMessage.prototype.destroy.call(request, error);
  };
  Object.assign(response, responseRepairs);
  // Node deprecates `req.connection`, but things still look at it.
  Object.assign(response.socket ?? {}, {
    setTimeout: noTimeout,
    remoteAddress: request.socket.remoteAddress,
  });
}

/** A request without a body would emit `end` a second time, after whoever read it has been told already. */
function emitOnce(this: IncomingMessage, event: string | symbol, ...details: unknown[]): boolean {
  if (event === "end" && !this.readableEnded) return false;
  return IncomingMessage.prototype.emit.call(this, event, ...details);
}

function noTimeout<Self>(this: Self): Self {
  return this;
}

const responseRepairs = {
  setTimeout: noTimeout,

  /** The body is collected whole; chunks would be parsed back out of it, and not always rightly. */
  setHeader(this: ServerResponse, name: string, value: number | string | readonly string[]) {
    if (name.toLowerCase() === "transfer-encoding") return this;
    return ServerResponse.prototype.setHeader.call(this, name, value);
  },

  /** One list of headers instead of two, and none of the chunked encoding. */
  writeHead(this: ServerResponse, status: number, ...rest: unknown[]) {
    const headers = rest.find((value) => typeof value === "object" && value !== null);
    for (const [name, value] of headerEntries(headers)) this.setHeader(name, value);
    const reason = rest.filter((value) => typeof value === "string");
    return Reflect.apply(ServerResponse.prototype.writeHead, this, [status, ...reason]);
  },

  /** Strings are turned to bytes by the encoding that was asked for. */
  write(this: ServerResponse, ...given: unknown[]) {
    return Reflect.apply(ServerResponse.prototype.write, this, withBytes(given));
  },
  end(this: ServerResponse, ...given: unknown[]) {
    return Reflect.apply(ServerResponse.prototype.end, this, withBytes(given));
  },

  /** Interim answers have no place in a result; their text would end up in the body. */
  writeContinue: () => {},
  writeProcessing: () => {},
  writeEarlyHints: (_hints: unknown, callback?: () => void) => callback?.(),

  /** There is no connection to cut: the invocation fails at once instead of waiting for its time-out. */
  destroy(this: ServerResponse, error?: Error) {
    if (!this.writableFinished && !this.destroyed) {
      this.destroyed = true;
      // Later, because serverless-http listens only once the listener has returned.
      setImmediate(() => {
        this.emit("error", error ?? new Error("The answer was destroyed before it was complete"));
        this.emit("close");
      });
    }
    return this;
  },
};

function withBytes([chunk, encoding, ...rest]: readonly unknown[]): readonly unknown[] {
  if (typeof chunk !== "string") return [chunk, encoding, ...rest];
  return typeof encoding === "string"
    ? [Buffer.from(chunk, encoding as BufferEncoding), ...rest]
    : [Buffer.from(chunk), encoding, ...rest];
}

function headerEntries(headers: unknown): [string, string | string[]][] {
  if (!Array.isArray(headers)) return Object.entries((headers ?? {}) as Record<string, string>);
  if (headers.every(Array.isArray)) return headers as [string, string][];
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1]] as [string, string]] : [],
  );
}
