import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { invalidToken } from "../auth/bearer-token.ts";
import { createPrincipals } from "../auth/principal.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Release } from "../release.ts";
import { requestOrigin } from "../request/request-origin.ts";
import { decodePath, encodePath } from "../request/request-path.ts";
import { securityHeaders } from "../request/security-headers.ts";
import type { Runtime } from "../route/runtime.ts";
import { createAccessLog } from "./access-log.ts";
import { corsConfiguration, createCors } from "./cors.ts";
import { createTokenVerifier, type TokenVerifier } from "./verify-token.ts";

/** What the gateway allows an integration: both runtimes give up at the same time. */
const TIMEOUT_MILLISECONDS = 28_500;

export interface ContainerRuntimeOptions {
  readonly config: Pick<Config, "jwt" | "mappingKey" | "stageName" | "corsAllowOrigins">;
  readonly log: Log;
  readonly release: Release;
  /** Where access log lines go. */
  readonly write: (line: string) => void;
  /** Default: one that asks the issuer for its keys. */
  readonly verifyToken?: TokenVerifier;
  readonly timeoutMilliseconds?: number;
}

/** Makes the container runtime: without a gateway in front, it verifies tokens, does CORS and writes the access log. */
export function createContainerRuntime({
  config: { jwt, mappingKey, stageName, corsAllowOrigins },
  log,
  release,
  write,
  verifyToken = createTokenVerifier({ ...jwt, log }),
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
}: ContainerRuntimeOptions): Runtime {
  const principalOf = createPrincipals(jwt.groupsClaim);
  const basePath = mappingKey ? `/${mappingKey}` : "";
  return {
    middleware: [
      createAccessLog({ stageName, release, write }),
      routeOnDecodedPath,
      createCors(corsConfiguration(corsAllowOrigins)),
      setSecurityHeaders,
    ],

    receive: (request) => ({
      requestId: undefined,
      timeoutMilliseconds,
      basePath,
      // `protocol` follows x-forwarded-proto where proxies are trusted; the host is what the request was sent to.
      get origin() {
        const { protocol, headers, socket } = request;
        return requestOrigin(protocol, headers.host) ?? `http://localhost:${socket.localPort}`;
      },
    }),

    async authenticate(request) {
      // Node keeps the first of several; an attacker may hope that another parser reads the last.
      if (hasSeveralAuthorizations(request))
        throw invalidToken("The request has more than one Authorization header");
      return principalOf(await verifyToken(request.headers.authorization));
    },
  };
}

/** In Lambda they are added to the result: there, a header of the response costs ten times as much. */
const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  for (const name in securityHeaders) response.setHeader(name, securityHeaders[name] ?? "");
  next();
};

/** A server must take a whole URL for a path too (RFC 9112, section 3.2.2); its host changes nothing here. */
const ORIGIN_OF_TARGET = /^https?:\/\/[^/?]*/i;

/** Decoding and encoding would give the same again. */
const PLAIN_TARGET = /^\/[\w/.~-]*(\?|$)/;

const routeOnDecodedPath: RequestHandler = (request, _response, next) => {
  if (!PLAIN_TARGET.test(request.url)) {
    const [path = "", ...query] = request.url.replace(ORIGIN_OF_TARGET, "").split("?");
    request.url = [encodePath(decodePath(path)), ...query].join("?");
  }
  next();
};

const AUTHORIZATION = "authorization";

/** `headersDistinct` tells it too, but sorts all headers for that. */
function hasSeveralAuthorizations({ rawHeaders }: IncomingMessage): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION) count += 1;
  }
  return count > 1;
}
