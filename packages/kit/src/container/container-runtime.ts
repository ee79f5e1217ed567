import type { IncomingMessage } from "node:http";
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

/** What the gateway allows an integration: both runtimes give up at the same time. */
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

/** Makes the container runtime: without a gateway in front, it verifies tokens, does CORS and writes the access log. */
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

/** A class, because V8 keeps the getter of a literal, and the request that it refers to, until a full collection. */
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

  /** `protocol` follows x-forwarded-proto where proxies are trusted; the host is what the request was sent to. */
  get origin(): string {
    const { protocol, headers, socket } = this.#request;
    return requestOrigin(protocol, headers.host) ?? `http://localhost:${socket.localPort}`;
  }
}

/** A server must take a whole URL for a path too (RFC 9112, section 3.2.2); its host changes nothing here. */
const ORIGIN_OF_TARGET = /^https?:\/\/[^/?]*/i;

/** Decoding and encoding would give the same again. */
const PLAIN_TARGET = /^\/[\w/.~-]*(\?|$)/;

function routeOnDecodedPath(request: IncomingMessage): void {
  const { url = "/" } = request;
  if (PLAIN_TARGET.test(url)) return;
  const [path = "", ...query] = url.replace(ORIGIN_OF_TARGET, "").split("?");
  request.url = [encodePath(decodePath(path)), ...query].join("?");
}
