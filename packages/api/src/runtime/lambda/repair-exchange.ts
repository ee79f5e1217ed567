/**
 * Makes serverless-http's request and response behave as a server's do. Each repair here puts one thing right that
 * serverless-http 4 gets wrong, and has its test in `event-adapter.test.ts`.
 */
import { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";

/** Headers that speak of how a body is sent piece by piece. Here it is collected whole. */
const FRAMING_HEADERS = new Set(["transfer-encoding", "trailer"]);

export interface ExchangeEvents {
  /** Is given the answer's body, piece by piece. serverless-http would copy each, and turn all of it to text. */
  readonly onBody: (bytes: Buffer) => void;
  /**
   * Is called when the listener destroys the request, the response or their socket before the answer is complete. There
   * is no connection to cut, so nobody else would notice.
   */
  readonly onCut: (error: Error) => void;
}

/** Changes the two objects in place, before the listener sees them. */
export function repairExchange(
  request: IncomingMessage,
  response: ServerResponse,
  events: ExchangeEvents,
): void {
  shareSocket(request, response, events);
  if (request.headers["content-length"] === "") delete request.headers["content-length"];
  takeNoBody(request);
  const rawHeaders: string[] = [];
  const headersDistinct: Record<string, string[]> = {};
  for (const name in request.headers) {
    const value = String(request.headers[name]);
    rawHeaders.push(name, value);
    headersDistinct[name] = [value];
  }
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.rawHeaders = rawHeaders;
  request.headersDistinct = headersDistinct;
  emitEndOnce(request);

  repairResponse(response);
  // `writeHead` adds to a list of headers only if there is one; else its headers would reach no list at all.
  response.setHeader("x-none", "").removeHeader("x-none");
  response.once("finish", () => {
    // A server reads what the listener left unread: whoever waits for the end of the request is told.
    if (!request.readableDidRead) request.resume();
  });
}

/**
 * A server sets no body; whoever parses it does. `ip` is Express's to tell. The first request is rid of both; from then
 * on setters of serverless-http's class swallow them, because whatever something was deleted of is slow for good.
 */
function takeNoBody(request: IncomingMessage): void {
  for (const name of ["body", "ip"]) {
    if (!Object.hasOwn(request, name)) continue;
    Reflect.deleteProperty(request, name);
    Object.defineProperty(Object.getPrototypeOf(request), name, {
      set(this: IncomingMessage, value: unknown) {
        // serverless-http writes the version as a string; who comes after the repair is a parser.
        if (this.httpVersionMajor !== 1) return;
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }
}

/** Request and response have one socket, and the end of it is the end of both. */
function shareSocket(
  request: IncomingMessage,
  response: ServerResponse,
  { onBody, onCut }: ExchangeEvents,
): void {
  const unused = response.socket as Socket;
  const keep = () => request.socket;
  const socket = Object.assign(request.socket, {
    /** Status line and headers come as text, which the result has no use for; a body is bytes by now. */
    write(data: unknown, ...rest: unknown[]) {
      if (typeof data !== "string") onBody(toBuffer(data as Uint8Array));
      const callback = rest.at(-1);
      if (typeof callback === "function") callback();
      return true;
    },
    setTimeout: keep,
    setKeepAlive: keep,
    setNoDelay: keep,
    destroy(error?: Error) {
      if (!response.writableFinished) {
        onCut(error ?? new Error("The answer was destroyed before it was complete"));
      }
      return PassThrough.prototype.destroy.call(socket, error);
    },
  });
  socket
    .on("error", () => {})
    .once("close", () => request.destroy(Object.assign(new Error("aborted"), { code: "ECONNRESET" })));
  response.detachSocket(unused);
  response.assignSocket(socket);
}

/** For an empty body serverless-http emits an `end` of its own, also to those who have been told already. */
function emitEndOnce(request: IncomingMessage): void {
  let hasEnded = false;
  request.emit = (event: string | symbol, ...details: unknown[]) => {
    if (event === "end") {
      if (hasEnded || !request.readableEnded) return false;
      hasEnded = true;
    }
    return IncomingMessage.prototype.emit.call(request, event, ...details);
  };
}

const responseRepairs = {
  /** Chunks would be parsed back out of the body, and not always rightly. */
  setHeader(this: ServerResponse, name: string, value: number | string | readonly string[]) {
    if (FRAMING_HEADERS.has(name.toLowerCase())) return this;
    return ServerResponse.prototype.setHeader.call(this, name, value);
  },

  /** Node's own, which serverless-http replaces; pairs of headers are a form that it takes only now and then. */
  writeHead(this: ServerResponse, status: number, ...rest: unknown[]) {
    const flat = rest.map((value) =>
      Array.isArray(value) && Array.isArray(value[0]) ? value.flat() : value,
    );
    return Reflect.apply(ServerResponse.prototype.writeHead, this, [status, ...flat]);
  },

  /** Strings are turned to bytes by the encoding that was asked for. */
  write(this: ServerResponse, ...given: unknown[]) {
    return Reflect.apply(ServerResponse.prototype.write, this, withBytes(given));
  },
  end(this: ServerResponse, ...given: unknown[]) {
    return Reflect.apply(ServerResponse.prototype.end, this, withBytes(given));
  },
};

/** One by one, because of so many at once `Object.assign` makes an object of V8's slow kind. */
function repairResponse(response: ServerResponse): void {
  const repaired = response as unknown as Record<string, unknown>;
  repaired.setHeader = responseRepairs.setHeader;
  repaired.writeHead = responseRepairs.writeHead;
  repaired.write = responseRepairs.write;
  repaired.end = responseRepairs.end;
  repaired.writeContinue = skipInterim;
  repaired.writeProcessing = skipInterim;
  repaired.writeEarlyHints = skipInterim;
  repaired.writeInformation = skipInterim;
}

/** Interim answers have no place in a result; their text would end up in the body. */
function skipInterim(...given: unknown[]): void {
  const callback = given.at(-1);
  if (typeof callback === "function") process.nextTick(callback);
}

function withBytes([chunk, encoding, ...rest]: readonly unknown[]): readonly unknown[] {
  if (typeof chunk !== "string") return [chunk, encoding, ...rest];
  return typeof encoding === "string"
    ? [Buffer.from(chunk, encoding as BufferEncoding), ...rest]
    : [Buffer.from(chunk), encoding, ...rest];
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
