import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { createPrincipals } from "../auth/principal.ts";
import type { Config } from "../config.ts";
import { requestOrigin } from "../request/request-origin.ts";
import type { Runtime } from "../route/runtime.ts";
import type { InvocationContext } from "./event-adapter.ts";
import { createGatewayClaims, type GatewayAuthorizer } from "./gateway-claims.ts";

/** The answer must be out before Lambda, or the gateway after 30 s, gives up. */
const MARGIN_MILLISECONDS = 500;
const GATEWAY_TIMEOUT_MILLISECONDS = 29_000;

/** The gateway's own host; or an address, which is no custom domain, and by which a local gateway is reached. */
const OWN_HOST = /\.execute-api\.[\w-]+\.amazonaws\.com(\.cn)?$|^[\d.]+$|^\[/;

/** What an adapter leaves at the request, under the name that serverless-http has for it. */
export interface ApiGatewayRequest extends IncomingMessage {
  readonly apiGateway?: { readonly event: APIGatewayProxyEventV2; readonly context: InvocationContext };
}

/** Makes the Lambda runtime. What it knows of a request comes from the event, to which no client can write. */
export function createLambdaRuntime({ jwt, mappingKey }: Pick<Config, "jwt" | "mappingKey">): Runtime {
  const claimsFromGateway = createGatewayClaims(jwt);
  const principalOf = createPrincipals(jwt.groupsClaim);

  return {
    // The gateway has answered preflights and writes the access log; the adapter adds the security headers to the result.
    middleware: [],

    receive(request) {
      const { event, context } = invocationOf(request);
      const remaining = context.getRemainingTimeInMillis();
      return {
        requestId: event.requestContext.requestId,
        timeoutMilliseconds: Math.max(
          0,
          Math.min(remaining, GATEWAY_TIMEOUT_MILLISECONDS) - MARGIN_MILLISECONDS,
        ),
        basePath: basePathOf(event, mappingKey),
        get origin() {
          return originOf(event);
        },
      };
    },

    authenticate(request) {
      const { headers, requestContext } = invocationOf(request).event as APIGatewayProxyEventV2 & {
        requestContext: { authorizer?: GatewayAuthorizer };
      };
      return principalOf(claimsFromGateway({ headers, requestContext }, Date.now() / 1000));
    },
  };
}

function invocationOf({ apiGateway }: ApiGatewayRequest) {
  if (!apiGateway) throw new Error("The request was not made of an event");
  return apiGateway;
}

/** The gateway's own host shows the stage; a custom domain shows the mapping key and never the stage. */
function basePathOf({ requestContext }: APIGatewayProxyEventV2, mappingKey: string | undefined): string {
  const { domainName, stage } = requestContext;
  if (OWN_HOST.test(domainName)) return stage === "$default" ? "" : `/${stage}`;
  return mappingKey ? `/${mappingKey}` : "";
}

/** The domain is the gateway's word; a port, which only a local gateway has, is taken from the header. */
function originOf({ headers, requestContext: { domainName } }: APIGatewayProxyEventV2): string {
  const isSameHost = headers.host === domainName || headers.host?.startsWith(`${domainName}:`);
  const host = isSameHost ? headers.host : domainName;
  return requestOrigin(headers["x-forwarded-proto"], host) ?? `https://${domainName}`;
}
