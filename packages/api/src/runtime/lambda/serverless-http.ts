/**
 * The way to serverless-http for those who prefer it to `event-adapter.ts`. It is used as it is: what it does otherwise
 * stays so, and `test/support/serverless-http-differences.ts` lists it.
 */
import type { IncomingMessage, RequestListener } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { EventAdapter, HttpResult, InvocationContext } from "./event-adapter.ts";

type OnRequest = (
  request: IncomingMessage,
  event: APIGatewayProxyEventV2,
  context: InvocationContext,
) => void;

/** The default export of serverless-http, as far as it is used here; the package itself need not be installed. */
export type ServerlessHttp = (
  listener: RequestListener,
  options: { readonly request: OnRequest; readonly basePath?: string },
) => (event: APIGatewayProxyEventV2, context: InvocationContext) => Promise<unknown>;

export interface ServerlessHttpOptions {
  readonly serverlessHttp: ServerlessHttp;
  readonly listener: RequestListener;
  readonly onRequest: OnRequest;
  /** Of every answer, unless the listener says otherwise. */
  readonly constantHeaders: Readonly<Record<string, string>>;
  /** Is cut from the path. Default: the stage is in no path. */
  readonly stageName: string | undefined;
}

/** Makes the function that answers an event, as `createEventAdapter` does, of serverless-http. */
export function createServerlessHttpAdapter(options: ServerlessHttpOptions): EventAdapter {
  const { serverlessHttp, listener, onRequest, constantHeaders, stageName = "$default" } = options;
  const constant = new Map(Object.entries(constantHeaders));
  const respond = serverlessHttp(
    (request, response) => {
      // On the response, not on the result: Node shows serverless-http what `writeHead` is given only after a `setHeader`.
      response.setHeaders(constant);
      listener(request, response);
    },
    { request: onRequest, ...(stageName !== "$default" && { basePath: `/${stageName}` }) },
  );
  return (event, context) => respond(event, context) as Promise<HttpResult>;
}
