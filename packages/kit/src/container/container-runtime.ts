import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import type { Request } from "express";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Release } from "../release.ts";
import { requestOrigin } from "../request/request-origin.ts";
import { decodePath, encodePath } from "../request/request-path.ts";
import { securityHeaders } from "../request/security-headers.ts";
import type { ReceivedRequest, Runtime } from "../route/runtime.ts";
import { createAccessLog } from "./access-log.ts";
import { type CorsSettings, createCors } from "./cors.ts";
import { createTokenAuthentication } from "./verify-token.ts";

/** The gateway's limit for an integration, so that both runtimes give up at the same time. */
const TIMEOUT_MILLISECONDS = 28_500;

export interface ContainerRuntimeOptions {
  readonly config: CorsSettings &
    Pick<Config, "jwt" | "mappingKey" | "stageName" | "bodyTimeouts" | "accessLogSubject">;
  readonly log: Log;
  readonly release: Release;
  /** Where access log lines go. */
  readonly write: (line: string) => void;
  readonly timeoutMilliseconds?: number;
  /** Whether this instance is about to stop. */
  readonly isStopping?: () => boolean;
}

/**
 * Makes the container runtime: without a gateway in front, it verifies tokens, handles CORS and writes the
 * access log.
 */
export function createContainerRuntime({
  config,
  log,
  release,
  write,
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
  isStopping = () => false,
}: ContainerRuntimeOptions): Runtime {
  const { jwt, mappingKey, stageName, bodyTimeouts, accessLogSubject: showsSubject } = config;
  const basePath = mappingKey ? `/${mappingKey}` : "";
  return {
    isStopping,
    bodyTimeouts,
    headers: new Map(Object.entries(securityHeaders)),
    middleware: (api) => [
      createAccessLog({ stageName, release, showsSubject, write }),
      createCors(config, api),
    ],

    receive(request) {
      routeOnDecodedPath(request);
      return new ReceivedOverHttp(request, timeoutMilliseconds, basePath);
    },

    authenticate: createTokenAuthentication({ ...jwt, log }),
  };
}

/**
 * A class, because V8 keeps a literal's getter, and the request that it refers to, until a full collection.
 */
class ReceivedOverHttp implements ReceivedRequest {
  readonly requestId = undefined;
  readonly lambdaRequestId = undefined;
  readonly timeoutMilliseconds: number;
  readonly basePath: string;
  readonly #request: Request;

  constructor(request: Request, timeoutMilliseconds: number, basePath: string) {
    this.#request = request;
    this.timeoutMilliseconds = timeoutMilliseconds;
    this.basePath = basePath;
  }

  /** `protocol` follows x-forwarded-proto where proxies are trusted; the host is the request's own. */
  get origin(): string {
    const { protocol, headers, socket } = this.#request;
    return requestOrigin(protocol, headers.host) ?? `http://localhost:${socket.localPort}`;
  }
}

/** Decoding and encoding would give the same result. */
const PLAIN_TARGET = /^\/[\w/.~-]*(\?|$)/;

function routeOnDecodedPath(request: IncomingMessage): void {
  const { url = "/" } = request;
  if (PLAIN_TARGET.test(url)) return;
  const [path = "", ...query] = url.replace(ORIGIN, "").split("?");
  request.url = [encodePath(decodePath(path)), ...query].join("?");
}

const AUTHORITY = /^(?:\[([\da-f:.]+)\]|([^[\]:]+))(?::(\d*))?$/i;
/** A name or an IPv4 address. RFC 3986 allows a comma too, but a proxy uses it to join two headers. */
const NAME = /^(?:[\w.!~$&'()*+;=-]|%[\da-f]{2})+$/i;
const MAXIMUM_PORT = 65_535;
const ORIGIN = /^https?:\/\/([^/?]*)/i;

/**
 * Turns a request's target into a path, the form that an app expects. A server must accept an absolute URL
 * too, whose host counts instead of the header (RFC 9112, section 3.2.2).
 *
 * @returns the reason to refuse the request with 400, if there is one.
 */
export function readTarget(request: IncomingMessage): string | undefined {
  const { url = "", headers, rawHeaders, httpVersion } = request;
  const hosts = countHosts(rawHeaders);
  // RFC 9112, section 3.2.
  if (hosts > 1) return "The request has more than one Host header";
  if (hosts === 0 && httpVersion === "1.1") return "The request has no Host header";
  // An empty host means the server's default (RFC 9112, section 3.3).
  if (headers.host && !isAuthority(headers.host)) return "The Host header is not a host";
  if (url.includes("#")) return "The request target has a fragment";
  if (url.startsWith("/")) return undefined;
  const [origin, authority = ""] = ORIGIN.exec(url) ?? [];
  if (!origin || !isAuthority(authority)) return "The request target is not a path";
  headers.host = authority;
  const target = url.slice(origin.length);
  request.url = target.startsWith("/") ? target : `/${target}`;
  return undefined;
}

/** A host with or without a port (RFC 9110, section 7.2; RFC 3986, section 3.2.2). */
function isAuthority(text: string): boolean {
  const [, address = "", name = "", port = ""] = AUTHORITY.exec(text) ?? [];
  // In this order: the pattern of IPv6 addresses takes V8 milliseconds to compile.
  return (NAME.test(name) || isIPv6(address)) && Number(port) <= MAXIMUM_PORT;
}

/** Node keeps only the first of several. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") count += 1;
  }
  return count;
}
