import type { HttpApiEvent } from "@lambda-express-api/gateway";

/** Any handler of payload 2.0 events works. */
export async function handler(event: HttpApiEvent): Promise<object> {
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      orderId: event.pathParameters?.orderId,
      caller: event.requestContext.authorizer?.jwt?.claims.sub,
    }),
  };
}
