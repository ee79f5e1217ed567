/**
 * Makes serverless-http's request and response behave as a server's do. Each repair here puts one thing right that
 * serverless-http 4 gets wrong, and has its test in `event-adapter.test.ts`.
 *
 * Nothing here assigns a new function to a property: V8 takes such a function for a method, makes it old at its birth,
 * and then every request that it refers to outlives the collections of young objects (docs/decisions/0013-lambda-build.md).
 */
import { EventEmitter } from "node:events";
import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Headers that speak of how a body is sent piece by piece. Here it is collected whole. */
const FRAMING_HEADERS = new Set(["transfer-encoding", "trailer"]);

/** What goes in and what comes out, past serverless-http. */
export interface Exchange {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The answer's body, piece by piece. serverless-http would copy each, and turn all of it to text. */
  readonly answer: Buffer[];
  /**
   * Is called when the listener destroys the request, the response or their socket before the answer is complete. There
   * is no connection to cut, so nobody else would notice.
   */
  readonly onCut: (error: Error) => void;
}

const BODY = Symbol("body");

type RepairedRequest = IncomingMessage & { [BODY]?: Buffer };

/** Changes the two objects in place, before the listener sees them. */
export function repairExchange(request: RepairedRequest, response: ServerResponse, exchange: Exchange): void {
  takeNoBody(request);
  repairResponses(Object.getPrototypeOf(response));
  const socket = new ExchangeSocket(request, response, exchange) as unknown as Socket;
  letGoOfSocket(request);
  request.socket = socket;
  response.assignSocket(socket);
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.headers = exchange.headers;
  const rawHeaders: string[] = [];
  const headersDistinct: Record<string, string[]> = {};
  for (const name in exchange.headers) {
    const value = exchange.headers[name] ?? "";
    rawHeaders.push(name, value);
    headersDistinct[name] = [value];
  }
  request.rawHeaders = rawHeaders;
  request.headersDistinct = headersDistinct;
  request[BODY] = exchange.body;
  request._read = readBody;
  (response as { req: IncomingMessage }).req = request;
  response.on("finish", readToTheEnd);
}

/**
 * serverless-http's socket is one of Node's pass-through streams, which by such a function live long; and the address of
 * this one refers to the request.
 */
function letGoOfSocket({ socket }: IncomingMessage): void {
  socket.address = ExchangeSocket.prototype.address as Socket["address"];
}

function readBody(this: RepairedRequest): void {
  if (this[BODY]?.length) this.push(this[BODY]);
  this.push(null);
}

/** A server reads what the listener left unread: whoever waits for the end of the request is told. */
function readToTheEnd(this: ServerResponse): void {
  if (!this.req.readableDidRead) this.req.resume();
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
      // Of several requests that were made before the first was repaired, each does this.
      configurable: true,
      set(this: IncomingMessage, value: unknown) {
        // serverless-http writes the version as a string; who comes after the repair is a parser.
        if (this.httpVersionMajor !== 1) return;
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }
}

/** The one connection of request and response: the end of it is the end of both. */
class ExchangeSocket extends EventEmitter {
  readonly encrypted = true;
  readonly readable = true;
  readonly writable = true;
  /** As of a server's socket on Linux. */
  readonly writableHighWaterMark = 65_536;
  readonly writableLength = 0;
  readonly remoteAddress: string | undefined;
  destroyed = false;
  /** Node's response notes here how often it has corked. */
  readonly _writableState = { corked: 0 };
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #exchange: Exchange;

  constructor(request: IncomingMessage, response: ServerResponse, exchange: Exchange) {
    super();
    this.remoteAddress = request.socket.remoteAddress;
    this.#request = request;
    this.#response = response;
    this.#exchange = exchange;
  }

  /** Status line and headers come as text, which the result has no use for; a body is bytes by now. */
  write(data: unknown, ...rest: unknown[]): boolean {
    if (typeof data !== "string") this.#exchange.answer.push(toBuffer(data as Uint8Array));
    const callback = rest.at(-1);
    if (typeof callback === "function") callback();
    return true;
  }

  /** The socket of a server is closed by this, too, once it has sent what it was given: here that is at once. */
  end(): this {
    return this.destroy();
  }

  address(): { readonly port: number } {
    return { port: 443 };
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    if (!this.#response.writableFinished) {
      this.#exchange.onCut(error ?? new Error("The answer was destroyed before it was complete"));
    }
    process.nextTick(() => {
      if (error && this.listenerCount("error") > 0) this.emit("error", error);
      this.emit("close", error !== undefined);
      this.#request.destroy(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
    });
    return this;
  }
}

/** What a connection can be told, and what here changes nothing. */
const NEEDLESS = [
  "cork",
  "uncork",
  "pause",
  "resume",
  "setEncoding",
  "setTimeout",
  "setKeepAlive",
  "setNoDelay",
];
Object.assign(ExchangeSocket.prototype, Object.fromEntries(NEEDLESS.map((name) => [name, returnThis])));

function returnThis<Self>(this: Self): Self {
  return this;
}

const responseRepairs = {
  /** Chunks would be parsed back out of the body, and not always rightly. */
  setHeader(this: ServerResponse, name: string, value: number | string | readonly string[]) {
    if (FRAMING_HEADERS.has(name.toLowerCase())) return this;
    return ServerResponse.prototype.setHeader.call(this, name, value);
  },

  /**
   * Node's own adds headers to a list only if there is one; else its headers would reach no list at all. And pairs of
   * headers are a form that it takes only now and then.
   */
  writeHead(this: ServerResponse, status: number, ...rest: unknown[]) {
    const { setHeader, removeHeader, writeHead } = ServerResponse.prototype;
    const headers = rest.at(-1);
    const isAllowed = !this.headersSent && status >= 100 && status <= 999;
    if (isAllowed && typeof headers === "object" && headers !== null && !Array.isArray(headers)) {
      for (const [name, value] of Object.entries(headers)) responseRepairs.setHeader.call(this, name, value);
      return Reflect.apply(writeHead, this, [status, ...rest.slice(0, -1)]);
    }
    if (isAllowed) {
      setHeader.call(this, "x-none", "");
      removeHeader.call(this, "x-none");
    }
    const flat = rest.map((value) =>
      Array.isArray(value) && Array.isArray(value[0]) ? value.flat() : value,
    );
    return Reflect.apply(writeHead, this, [status, ...flat]);
  },

  /**
   * Strings are turned to bytes by the encoding that was asked for. Bytes are copied: once they are written, they are free to
   * be used for something else.
   */
  write(this: ServerResponse, ...given: unknown[]) {
    const [chunk, ...rest] = withBytes(given);
    const bytes = chunk === given[0] && chunk instanceof Uint8Array ? Buffer.from(chunk) : chunk;
    return Reflect.apply(ServerResponse.prototype.write, this, [bytes, ...rest]);
  },
  end(this: ServerResponse, ...given: unknown[]) {
    return Reflect.apply(ServerResponse.prototype.end, this, withBytes(given));
  },

  writeContinue: skipInterim,
  writeProcessing: skipInterim,
  writeEarlyHints: skipInterim,
  writeInformation: skipInterim,
};

/** Repairs the prototype of responses: of serverless-http's own, or of an Express app's. */
export function repairResponses(prototype: object): void {
  if (!Object.hasOwn(prototype, "writeInformation")) Object.assign(prototype, responseRepairs);
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
