/** A request that takes as long as a test wants: the test decides when its body is sent. */
import { once } from "node:events";
import {
  type Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { text } from "node:stream/consumers";

export interface HeldRequest {
  /** Sends the body. The endpoint refuses it with 400, so that no other service is called. */
  finish(): void;
  readonly answer: Promise<{
    readonly status: number | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }>;
}

/**
 * Resolves when the server has received the request: it sends `100 Continue` right before it calls the app.
 */
export async function holdRequest(url: string, agent?: Agent): Promise<HeldRequest> {
  const request = httpRequest(`${url}/v1/auth/token`, {
    method: "POST",
    headers: { expect: "100-continue", "content-type": "application/json", "content-length": 2 },
    agent: agent ?? false,
  });
  const answer = once(request, "response").then(async ([response]: IncomingMessage[]) => ({
    status: response?.statusCode,
    headers: response?.headers ?? {},
    body: response ? await text(response) : "",
  }));
  request.flushHeaders();
  await Promise.race([once(request, "continue"), answer]);
  return { finish: () => void request.end("{}"), answer };
}
