import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { createGatewayClaims, type GatewayAuthorizer } from "../../auth/gateway-claims.ts";
import type { Config } from "../../config.ts";
import { requestOrigin } from "../../http/request-origin.ts";
import type { Runtime } from "../runtime.ts";
import type { InvocationContext } from "./event-adapter.ts";

/** The answer must be out before Lambda, or the gateway after 30 s, gives up. */
const MARGIN_MILLISECONDS = 500;
const GATEWAY_TIMEOUT_MILLISECONDS = 29_000;

/** The gateway's own host; or an address, which is no custom domain, and by which a local gateway is reached. */
const OWN_HOST = /\.execute-api\.[\w-]+\.amazonaws\.com(\.cn)?$|^[\d.]+$|^\[/;

/** The Lambda runtime. What it knows of a request comes from the event, to which no client can write. */
export interface LambdaRuntime extends Runtime {
  /** Remembers which event a request was made of. */
  remember(request: IncomingMessage, event: APIGatewayProxyEventV2, context: InvocationContext): void;
}

const INVOCATION = Symbol("invocation");

type WithInvocation = IncomingMessage & {
  [INVOCATION]?: readonly [APIGatewayProxyEventV2, InvocationContext];
};

export function createLambdaRuntime({ jwt, mappingKey }: Pick<Config, "jwt" | "mappingKey">): LambdaRuntime {
  const claimsFromGateway = createGatewayClaims(jwt);

  function invocationOf(request: WithInvocation): readonly [APIGatewayProxyEventV2, InvocationContext] {
    const invocation = request[INVOCATION];
    if (!invocation) throw new Error("The request was not made of an event");
    return invocation;
  }

  return {
    // The event adapter has them: a header of the response costs more than one of the result.
    constantHeaders: {},
    receive: () => false,
    remember(request: WithInvocation, event, context) {
      request[INVOCATION] = [event, context];
    },
    requestId: (request) => invocationOf(request)[0].requestContext.requestId,

    timeoutMilliseconds(request) {
      const remaining = invocationOf(request)[1].getRemainingTimeInMillis();
      return Math.max(0, Math.min(remaining, GATEWAY_TIMEOUT_MILLISECONDS) - MARGIN_MILLISECONDS);
    },

    /** The gateway's own host shows the stage; a custom domain shows the mapping key and never the stage. */
    basePath(request) {
      const { domainName, stage } = invocationOf(request)[0].requestContext;
      if (OWN_HOST.test(domainName)) return stage === "$default" ? "" : `/${stage}`;
      return mappingKey ? `/${mappingKey}` : "";
    },

    /** The domain is the gateway's word; a port, which only a local gateway has, is taken from the header. */
    origin(request) {
      const { headers, requestContext } = invocationOf(request)[0];
      const { domainName } = requestContext;
      const isSameHost = headers.host === domainName || headers.host?.startsWith(`${domainName}:`);
      const host = isSameHost ? headers.host : domainName;
      return requestOrigin(headers["x-forwarded-proto"], host) ?? `https://${domainName}`;
    },

    authenticate(request) {
      const [event] = invocationOf(request);
      const { headers, requestContext } = event as typeof event & {
        requestContext: { authorizer?: GatewayAuthorizer };
      };
      return claimsFromGateway({ headers, requestContext }, Date.now() / 1000);
    },
  };
}
