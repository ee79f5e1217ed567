import type { IncomingMessage } from "node:http";
import { invalidToken } from "../../auth/bearer-token.ts";
import { createTokenVerifier, type TokenVerifier } from "../../auth/verify-token.ts";
import type { Config } from "../../config.ts";
import { createAccessLog } from "../../http/access-log.ts";
import { corsConfiguration, createCors } from "../../http/cors.ts";
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
  const logAccess = createAccessLog({ stageName, release: release(), write });
  const answerPreflight = createCors(corsConfiguration(corsAllowOrigins));
  return {
    constantHeaders: securityHeaders,
    receive(request, response) {
      logAccess(request, response);
      routeOnDecodedPath(request);
      return answerPreflight(request, response);
    },
    requestId: () => undefined,
    timeoutMilliseconds: () => timeoutMilliseconds,
    basePath: () => (mappingKey ? `/${mappingKey}` : ""),
    // `protocol` follows x-forwarded-proto where proxies are trusted; the host is what the request was sent to.
    origin: ({ protocol, headers, socket }) =>
      requestOrigin(protocol, headers.host) ?? `http://localhost:${socket.localPort}`,

    authenticate(request) {
      // Node keeps the first of several; an attacker may hope that somebody else reads the last.
      if (hasSeveralAuthorizations(request))
        throw invalidToken("The request has more than one Authorization header");
      return verifyToken(request.headers.authorization);
    },
  };
}

const AUTHORIZATION = "authorization";

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

/** `headersDistinct` tells it too, but sorts all headers for that. */
function hasSeveralAuthorizations({ rawHeaders }: IncomingMessage): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION) count += 1;
  }
  return count > 1;
}
