import type { RequestHandler } from "express";
import { bearerToken, invalidToken } from "../../auth/bearer-token.ts";
import { createTokenVerifier, type TokenVerifier } from "../../auth/verify-token.ts";
import type { Config } from "../../config.ts";
import { accessLog } from "../../http/access-log.ts";
import { cors, corsConfiguration } from "../../http/cors.ts";
import { requestOrigin } from "../../http/request-origin.ts";
import { decodePath, encodePath } from "../../http/request-path.ts";
import { securityHeaders } from "../../http/security-headers.ts";
import type { Log } from "../../log.ts";
import { release } from "../../release.ts";
import type { Runtime } from "../runtime.ts";

/** What the gateway allows an integration: both runtimes give up at the same time. */
const TIMEOUT_MILLISECONDS = 28_500;

export interface ContainerRuntimeOptions {
  readonly config: Pick<Config, "jwt" | "mappingKey" | "stageName" | "corsAllowOrigins">;
  readonly log: Log;
  /** Where access log lines go. */
  readonly write: (line: string) => void;
  /** Default: one that asks the issuer for its keys. */
  readonly verifyToken?: TokenVerifier;
  readonly timeoutMilliseconds?: number;
}

/** The container runtime: nobody stands in front of the app, so it verifies tokens, does CORS and writes the log. */
export function createContainerRuntime({
  config: { jwt, mappingKey, stageName, corsAllowOrigins },
  log,
  write,
  verifyToken = createTokenVerifier({ ...jwt, log }),
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
}: ContainerRuntimeOptions): Runtime {
  return {
    constantHeaders: securityHeaders,
    middleware: [
      accessLog({ stageName, release: release(), write }),
      cors(corsConfiguration(corsAllowOrigins)),
      routeOnDecodedPath,
    ],
    requestId: () => undefined,
    timeoutMilliseconds: () => timeoutMilliseconds,
    basePath: () => (mappingKey ? `/${mappingKey}` : ""),
    // `protocol` follows x-forwarded-proto where proxies are trusted; the host is what the request was sent to.
    origin: ({ protocol, headers, socket }) =>
      requestOrigin(protocol, headers.host) ?? `http://localhost:${socket.localPort}`,

    async authenticate(request) {
      // Node keeps the first of several; an attacker may hope that somebody else reads the last.
      const headers = request.headersDistinct.authorization ?? [];
      if (headers.length > 1) throw invalidToken("The request has more than one Authorization header");
      return verifyToken(bearerToken(headers[0]));
    },
  };
}

/** A server must take a whole URL for a path too (RFC 9112, section 3.2.2); its host changes nothing here. */
const ORIGIN_OF_TARGET = /^https?:\/\/[^/?]*/i;

/** Decoding and encoding would give the same again. */
const PLAIN_TARGET = /^\/[\w/.~-]*(\?|$)/;

const routeOnDecodedPath: RequestHandler = (request, _response, next) => {
  if (PLAIN_TARGET.test(request.url)) return next();
  const [path = "", ...query] = request.url.replace(ORIGIN_OF_TARGET, "").split("?");
  request.url = [encodePath(decodePath(path)), ...query].join("?");
  next();
};
