/** What callers of this API send and get. Written by `npm run generate`: never edit it by hand. */
// biome-ignore-all format: it is generated
// biome-ignore-all lint: it is generated

export interface paths {
  "/v1/auth/token": {
    /**
     * Signs a caller in with e-mail and password, for the docs pages and the demo.
     *
     * **Who may call it:** anyone.
     */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/x-www-form-urlencoded": {
            grant_type?: "password";
            username: string;
            password: string;
          };
          "multipart/form-data": {
            grant_type?: "password";
            username: string;
            password: string;
          };
        };
      };
      responses: {
        /** The identity provider's answer, with OAuth's names for the token. */
        200: {
          content: {
            "application/json": {
              access_token: string;
              token_type: "bearer";
              [name: string]: unknown;
            };
          };
        };
        /** `001400` Validation Error */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400">;
            "application/problem+json": ProblemAnswer<"001400">;
          };
        };
        /** `002401` Unauthorized */
        401: {
          content: {
            "application/json": ErrorAnswer<"002401">;
            "application/problem+json": ProblemAnswer<"002401">;
          };
        };
        /** `002403` Second factor required */
        403: {
          content: {
            "application/json": ErrorAnswer<"002403">;
            "application/problem+json": ProblemAnswer<"002403">;
          };
        };
        /** `001408` Request timeout */
        408: {
          content: {
            "application/json": ErrorAnswer<"001408">;
            "application/problem+json": ProblemAnswer<"001408">;
          };
        };
        /** `001413` Payload too large */
        413: {
          content: {
            "application/json": ErrorAnswer<"001413"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001413">;
          };
        };
        /** `001415` Unsupported media type */
        415: {
          content: {
            "application/json": ErrorAnswer<"001415">;
            "application/problem+json": ProblemAnswer<"001415">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001502` Bad gateway */
        502: {
          content: {
            "application/json": ErrorAnswer<"001502">;
            "application/problem+json": ProblemAnswer<"001502">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
  "/v1/health": {
    /**
     * Tells whether the API is up.
     *
     * **Who may call it:** anyone.
     */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      responses: {
        /** The API is up. */
        200: {
          content: {
            "application/json": {
              status: "up";
            };
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded · `003503` Shutting down */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503" | "003503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503" | "003503">;
          };
        };
      };
    };
  };
  "/v1/orders": {
    /**
     * Lists the caller's orders, the newest first.
     *
     * Members of STAFF name any `customer`. A page may have fewer orders than its `limit`: continue while there is a `next`.
     *
     * **Who may call it:** any signed-in caller.
     */
    get: {
      parameters: {
        query?: {
          status?: "placed" | "paid" | "packing" | "shipped" | "refunded";
          customer?: string;
          limit?: number;
          /** The `next` of the page before. */
          cursor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      responses: {
        /** A page of orders. */
        200: {
          content: {
            "application/json": {
              orders: components["schemas"]["Order"][];
              next?: string;
            };
          };
        };
        /** `001400` Validation Error */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400">;
            "application/problem+json": ProblemAnswer<"001400">;
          };
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `001414` URI too long */
        414: {
          content: {
            "application/json": ErrorAnswer<"001414">;
            "application/problem+json": ProblemAnswer<"001414">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
    /**
     * Places an order, which waits for its payment.
     *
     * **Who may call it:** any signed-in caller.
     */
    post: {
      parameters: {
        query?: never;
        header?: {
          /** A UUID that the caller chooses for this operation. The same request with the same key gets the first answer again, for 24 hours. */
          "idempotency-key"?: string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": {
            lines: {
              article: string;
              quantity: number;
              unitCents: number;
            }[];
            note?: string;
          };
        };
      };
      responses: {
        /** The order. */
        201: {
          content: {
            "application/json": components["schemas"]["Order"];
          };
        };
        /** `001400` Validation Error */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400">;
            "application/problem+json": ProblemAnswer<"001400">;
          };
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `001408` Request timeout */
        408: {
          content: {
            "application/json": ErrorAnswer<"001408">;
            "application/problem+json": ProblemAnswer<"001408">;
          };
        };
        /** `001409` Request in progress */
        409: {
          content: {
            "application/json": ErrorAnswer<"001409">;
            "application/problem+json": ProblemAnswer<"001409">;
          };
        };
        /** `001413` Payload too large */
        413: {
          content: {
            "application/json": ErrorAnswer<"001413"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001413">;
          };
        };
        /** `001415` Unsupported media type */
        415: {
          content: {
            "application/json": ErrorAnswer<"001415">;
            "application/problem+json": ProblemAnswer<"001415">;
          };
        };
        /** `001422` Idempotency key reused */
        422: {
          content: {
            "application/json": ErrorAnswer<"001422">;
            "application/problem+json": ProblemAnswer<"001422">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
  };
  "/v1/orders/{orderId}": {
    /**
     * Gets an order, with its total as a number of cents.
     *
     * **Deprecated** since 2026-09-01. It may be gone from 2027-03-31 on. Use `/v2/orders/{orderId}`.
     *
     * **Who may call it:** any signed-in caller.
     *
     * @deprecated
     */
    get: {
      parameters: {
        query?: never;
        header?: {
          /** The entity tag of the answer that the caller has. */
          "if-none-match"?: string;
        };
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      responses: {
        /** The order. */
        200: {
          content: {
            "application/json": components["schemas"]["Order"];
          };
        };
        /** The caller has the current version already. */
        304: {
          content?: never;
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `100404` Not found */
        404: {
          content: {
            "application/json": ErrorAnswer<"100404">;
            "application/problem+json": ProblemAnswer<"100404">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
    /**
     * Changes the note of an order, unless it has changed since it was read.
     *
     * **Who may call it:** any signed-in caller.
     */
    patch: {
      parameters: {
        query?: never;
        header: {
          /** The `etag` of the order that was read. */
          "if-match": string;
        };
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": {
            note: string;
          };
        };
      };
      responses: {
        /** The order. */
        200: {
          content: {
            "application/json": components["schemas"]["Order"];
          };
        };
        /** `001400` Validation Error · `002400` HTTP Header not set */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400" | "002400">;
            "application/problem+json": ProblemAnswer<"001400" | "002400">;
          };
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `100404` Not found */
        404: {
          content: {
            "application/json": ErrorAnswer<"100404">;
            "application/problem+json": ProblemAnswer<"100404">;
          };
        };
        /** `001408` Request timeout */
        408: {
          content: {
            "application/json": ErrorAnswer<"001408">;
            "application/problem+json": ProblemAnswer<"001408">;
          };
        };
        /** `100409` Conflict */
        409: {
          content: {
            "application/json": ErrorAnswer<"100409">;
            "application/problem+json": ProblemAnswer<"100409">;
          };
        };
        /** `100412` Changed */
        412: {
          content: {
            "application/json": ErrorAnswer<"100412">;
            "application/problem+json": ProblemAnswer<"100412">;
          };
        };
        /** `001413` Payload too large */
        413: {
          content: {
            "application/json": ErrorAnswer<"001413"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001413">;
          };
        };
        /** `001415` Unsupported media type */
        415: {
          content: {
            "application/json": ErrorAnswer<"001415">;
            "application/problem+json": ProblemAnswer<"001415">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
  };
  "/v1/orders/{orderId}/events": {
    /**
     * Sends the state of an order, and each change of it, as server-sent events.
     *
     * **Who may call it:** any signed-in caller.
     *
     * **Where:** only in a container; the HTTP API has no route for it.
     */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      responses: {
        /** The states. It is sent as it is made, until the caller goes. */
        200: {
          content: {
            "text/event-stream": string;
          };
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `100404` Not found */
        404: {
          content: {
            "application/json": ErrorAnswer<"100404">;
            "application/problem+json": ProblemAnswer<"100404">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
  };
  "/v1/orders/{orderId}/invoice": {
    /**
     * Downloads the invoice of an order.
     *
     * **Who may call it:** any signed-in caller.
     */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      responses: {
        /** The invoice. */
        200: {
          content: {
            "application/pdf": Blob;
          };
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `100404` Not found */
        404: {
          content: {
            "application/json": ErrorAnswer<"100404">;
            "application/problem+json": ProblemAnswer<"100404">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
    /**
     * Sets the invoice of an order, a PDF, once.
     *
     * **Who may call it:** STAFF.
     */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          "multipart/form-data": {
            invoice: Blob;
          };
        };
      };
      responses: {
        /** It is stored. */
        204: {
          content?: never;
        };
        /** `001400` Validation Error */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400">;
            "application/problem+json": ProblemAnswer<"001400">;
          };
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `002401` Unauthorized */
        403: {
          content: {
            "application/json": ErrorAnswer<"002401">;
            "application/problem+json": ProblemAnswer<"002401">;
          };
        };
        /** `100404` Not found */
        404: {
          content: {
            "application/json": ErrorAnswer<"100404">;
            "application/problem+json": ProblemAnswer<"100404">;
          };
        };
        /** `001408` Request timeout */
        408: {
          content: {
            "application/json": ErrorAnswer<"001408">;
            "application/problem+json": ProblemAnswer<"001408">;
          };
        };
        /** `100409` Conflict */
        409: {
          content: {
            "application/json": ErrorAnswer<"100409">;
            "application/problem+json": ProblemAnswer<"100409">;
          };
        };
        /** `001413` Payload too large */
        413: {
          content: {
            "application/json": ErrorAnswer<"001413"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001413">;
          };
        };
        /** `001415` Unsupported media type */
        415: {
          content: {
            "application/json": ErrorAnswer<"001415">;
            "application/problem+json": ProblemAnswer<"001415">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
  };
  "/v1/orders/{orderId}/payments": {
    /**
     * Pays an order, once.
     *
     * **Who may call it:** any signed-in caller.
     */
    post: {
      parameters: {
        query?: never;
        header: {
          /** A UUID that the caller chooses for this operation. The same request with the same key gets the first answer again, for 24 hours. */
          "idempotency-key": string;
        };
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": {
            cents: number;
          };
        };
      };
      responses: {
        /** The order is paid. */
        201: {
          content: {
            "application/json": {
              orderId: string;
              paidAt: string;
              cents: number;
            };
          };
        };
        /** `001400` Validation Error · `002400` HTTP Header not set */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400" | "002400">;
            "application/problem+json": ProblemAnswer<"001400" | "002400">;
          };
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `100404` Not found */
        404: {
          content: {
            "application/json": ErrorAnswer<"100404">;
            "application/problem+json": ProblemAnswer<"100404">;
          };
        };
        /** `001408` Request timeout */
        408: {
          content: {
            "application/json": ErrorAnswer<"001408">;
            "application/problem+json": ProblemAnswer<"001408">;
          };
        };
        /** `001409` Request in progress · `100409` Conflict */
        409: {
          content: {
            "application/json": ErrorAnswer<"100409" | "001409">;
            "application/problem+json": ProblemAnswer<"100409" | "001409">;
          };
        };
        /** `001413` Payload too large */
        413: {
          content: {
            "application/json": ErrorAnswer<"001413"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001413">;
          };
        };
        /** `001415` Unsupported media type */
        415: {
          content: {
            "application/json": ErrorAnswer<"001415">;
            "application/problem+json": ProblemAnswer<"001415">;
          };
        };
        /** `001422` Idempotency key reused */
        422: {
          content: {
            "application/json": ErrorAnswer<"001422">;
            "application/problem+json": ProblemAnswer<"001422">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
  };
  "/v1/payments/events": {
    /**
     * Receives a signed event of the payment provider: a refund.
     *
     * **Who may call it:** anyone.
     */
    post: {
      parameters: {
        query?: never;
        header: {
          "stripe-signature": string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": {
            type: string;
            orderId: string;
            [name: string]: unknown;
          };
        };
      };
      responses: {
        /** Taken. */
        204: {
          content?: never;
        };
        /** `001400` Validation Error · `002400` HTTP Header not set */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400" | "002400">;
            "application/problem+json": ProblemAnswer<"001400" | "002400">;
          };
        };
        /** `100401` Bad signature */
        401: {
          content: {
            "application/json": ErrorAnswer<"100401">;
            "application/problem+json": ProblemAnswer<"100401">;
          };
        };
        /** `001408` Request timeout */
        408: {
          content: {
            "application/json": ErrorAnswer<"001408">;
            "application/problem+json": ProblemAnswer<"001408">;
          };
        };
        /** `001413` Payload too large */
        413: {
          content: {
            "application/json": ErrorAnswer<"001413"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001413">;
          };
        };
        /** `001415` Unsupported media type */
        415: {
          content: {
            "application/json": ErrorAnswer<"001415">;
            "application/problem+json": ProblemAnswer<"001415">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
  "/v1/warehouse/orders/{orderId}/shipment": {
    /**
     * Marks an order as shipped by a warehouse.
     *
     * **Who may call it:** machines with an API key of scope shipments:write.
     */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      responses: {
        /** The order is shipped. */
        204: {
          content?: never;
        };
        /** `003401` API key refused */
        401: {
          content: {
            "application/json": ErrorAnswer<"003401">;
            "application/problem+json": ProblemAnswer<"003401">;
          };
        };
        /** `001403` Insufficient scope */
        403: {
          content: {
            "application/json": ErrorAnswer<"001403"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001403">;
          };
        };
        /** `100404` Not found */
        404: {
          content: {
            "application/json": ErrorAnswer<"100404">;
            "application/problem+json": ProblemAnswer<"100404">;
          };
        };
        /** `100409` Conflict */
        409: {
          content: {
            "application/json": ErrorAnswer<"100409">;
            "application/problem+json": ProblemAnswer<"100409">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
  };
  "/v2/orders/{orderId}": {
    /**
     * Gets an order.
     *
     * **Who may call it:** any signed-in caller.
     */
    get: {
      parameters: {
        query?: never;
        header?: {
          /** The entity tag of the answer that the caller has. */
          "if-none-match"?: string;
        };
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      responses: {
        /** The order. */
        200: {
          content: {
            "application/json": components["schemas"]["OrderV2"];
          };
        };
        /** The caller has the current version already. */
        304: {
          content?: never;
        };
        /** `001401` Invalid JWT Token */
        401: {
          content: {
            "application/json": ErrorAnswer<"001401"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001401">;
          };
        };
        /** `100404` Not found */
        404: {
          content: {
            "application/json": ErrorAnswer<"100404">;
            "application/problem+json": ProblemAnswer<"100404">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `001503` Service unavailable · `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"001503" | "002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001503" | "002503">;
          };
        };
      };
    };
  };
  "/v1": {
    /**
     * Says what this API is, and where to go from here.
     *
     * JSON for programs; for a browser, a page with every endpoint and with lines that call them.
     *
     * **Who may call it:** anyone.
     */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      responses: {
        /** Name, version, commit and links. */
        200: {
          content: {
            "application/json": {
              name: string;
              version: string;
              /** The commit it was built from; `development` if it runs from its sources. */
              commit: string;
              description: string;
              /** Paths on this host, by purpose. */
              links: {
                [name: string]: string;
              };
            };
            "text/html; charset=utf-8": string;
          };
        };
        /** `001400` Validation Error · `002400` HTTP Header not set */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400" | "002400">;
            "application/problem+json": ProblemAnswer<"001400" | "002400">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
  "/v1/docs": {
    /**
     * Shows this API in Swagger UI.
     *
     * *Authorize* signs in at the provider's own page, or through the token endpoint; *Try it out* then sends the token along.
     *
     * **Who may call it:** anyone.
     */
    get: {
      parameters: {
        query?: never;
        header?: {
          "accept-encoding"?: string;
          "if-none-match"?: string;
        };
        path?: never;
        cookie?: never;
      };
      responses: {
        /** The page. */
        200: {
          content: {
            "text/html; charset=utf-8": Blob;
          };
        };
        /** The caller has the current file. */
        304: {
          content?: never;
        };
        /** `001400` Validation Error · `002400` HTTP Header not set */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400" | "002400">;
            "application/problem+json": ProblemAnswer<"001400" | "002400">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
  "/v1/docs/{asset}": {
    /**
     * Returns a file of Swagger UI or of the landing page.
     *
     * **Who may call it:** anyone.
     */
    get: {
      parameters: {
        query?: {
          /** The version that the page refers to. While it is current, caches keep the file. */
          v?: string;
        };
        header?: {
          "accept-encoding"?: string;
          "if-none-match"?: string;
        };
        path: {
          asset: string;
        };
        cookie?: never;
      };
      responses: {
        /** The file. */
        200: {
          content: {
            "text/javascript; charset=utf-8": Blob;
            "text/css; charset=utf-8": Blob;
            "image/svg+xml": Blob;
            "text/html; charset=utf-8": Blob;
          };
        };
        /** The caller has the current file. */
        304: {
          content?: never;
        };
        /** `001400` Validation Error · `002400` HTTP Header not set */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400" | "002400">;
            "application/problem+json": ProblemAnswer<"001400" | "002400">;
          };
        };
        /** `001404` Not Found */
        404: {
          content: {
            "application/json": ErrorAnswer<"001404"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001404">;
          };
        };
        /** `001414` URI too long */
        414: {
          content: {
            "application/json": ErrorAnswer<"001414">;
            "application/problem+json": ProblemAnswer<"001414">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
  "/v1/openapi.json": {
    /**
     * Returns this API's OpenAPI 3.1 document.
     *
     * **Who may call it:** anyone.
     */
    get: {
      parameters: {
        query?: never;
        header?: {
          /** The entity tag of the answer that the caller has. */
          "if-none-match"?: string;
        };
        path?: never;
        cookie?: never;
      };
      responses: {
        /** The OpenAPI document. */
        200: {
          content: {
            "application/json": {
              openapi: string;
              [name: string]: unknown;
            };
          };
        };
        /** The caller has the current version already. */
        304: {
          content?: never;
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
  "/v1/redoc": {
    /**
     * Shows this API in ReDoc.
     *
     * **Who may call it:** anyone.
     */
    get: {
      parameters: {
        query?: never;
        header?: {
          "accept-encoding"?: string;
          "if-none-match"?: string;
        };
        path?: never;
        cookie?: never;
      };
      responses: {
        /** The page. */
        200: {
          content: {
            "text/html; charset=utf-8": Blob;
          };
        };
        /** The caller has the current file. */
        304: {
          content?: never;
        };
        /** `001400` Validation Error · `002400` HTTP Header not set */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400" | "002400">;
            "application/problem+json": ProblemAnswer<"001400" | "002400">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
  "/v1/redoc/{asset}": {
    /**
     * Returns a file of ReDoc.
     *
     * **Who may call it:** anyone.
     */
    get: {
      parameters: {
        query?: {
          /** The version that the page refers to. While it is current, caches keep the file. */
          v?: string;
        };
        header?: {
          "accept-encoding"?: string;
          "if-none-match"?: string;
        };
        path: {
          asset: string;
        };
        cookie?: never;
      };
      responses: {
        /** The file. */
        200: {
          content: {
            "text/javascript; charset=utf-8": Blob;
            "text/css; charset=utf-8": Blob;
            "image/svg+xml": Blob;
            "text/html; charset=utf-8": Blob;
          };
        };
        /** The caller has the current file. */
        304: {
          content?: never;
        };
        /** `001400` Validation Error · `002400` HTTP Header not set */
        400: {
          content: {
            "application/json": ErrorAnswer<"001400" | "002400">;
            "application/problem+json": ProblemAnswer<"001400" | "002400">;
          };
        };
        /** `001404` Not Found */
        404: {
          content: {
            "application/json": ErrorAnswer<"001404"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001404">;
          };
        };
        /** `001414` URI too long */
        414: {
          content: {
            "application/json": ErrorAnswer<"001414">;
            "application/problem+json": ProblemAnswer<"001414">;
          };
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
  "/v1/swagger.json": {
    /**
     * Returns the same document under the name that Swagger tools look for.
     *
     * **Who may call it:** anyone.
     */
    get: {
      parameters: {
        query?: never;
        header?: {
          /** The entity tag of the answer that the caller has. */
          "if-none-match"?: string;
        };
        path?: never;
        cookie?: never;
      };
      responses: {
        /** The OpenAPI document. */
        200: {
          content: {
            "application/json": {
              openapi: string;
              [name: string]: unknown;
            };
          };
        };
        /** The caller has the current version already. */
        304: {
          content?: never;
        };
        /** `001429` Too many requests */
        429: {
          content: {
            "application/json": ErrorAnswer<"001429"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001429">;
          };
        };
        /** `001500` Internal error */
        500: {
          content: {
            "application/json": ErrorAnswer<"001500"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"001500">;
          };
        };
        /** `002503` Deadline exceeded */
        503: {
          content: {
            "application/json": ErrorAnswer<"002503"> | components["schemas"]["GatewayError"];
            "application/problem+json": ProblemAnswer<"002503">;
          };
        };
      };
    };
  };
}

export interface components {
  schemas: {
    /** Every error answer of this API. */
    Error: {
      error: {
        /** Opaque and stable. */
        code: string;
        title: string;
        message: string;
        /** What is wrong, in words that may change. */
        reason: string;
        /** The fields that are wrong. */
        fields?: {
          in: "path" | "query" | "header" | "cookie" | "body";
          name: string;
          message: string;
        }[];
        /** Quote it when you report the error. */
        requestId?: string;
      };
      /** The only part that API Gateway's own errors have as well. */
      message: string;
    };
    /** An error that API Gateway answered itself, without the API. */
    GatewayError: {
      message: string;
    };
    Order: {
      orderId: string;
      customer: string;
      createdAt: string;
      status: "placed" | "paid" | "packing" | "shipped" | "refunded";
      lines: {
        article: string;
        quantity: number;
        unitCents: number;
      }[];
      note?: string;
      totalCents: number;
    };
    OrderV2: {
      orderId: string;
      customer: string;
      createdAt: string;
      status: "placed" | "paid" | "packing" | "shipped" | "refunded";
      lines: {
        article: string;
        quantity: number;
        unitCents: number;
      }[];
      note?: string;
      total: {
        cents: number;
        currency: "EUR";
      };
    };
    /** The same errors by RFC 9457, for callers whose `accept` names this type. */
    Problem: {
      type: string;
      title: string;
      status: number;
      /** What is wrong, in words that may change. */
      detail: string;
      /** Opaque and stable. */
      code: string;
      fields?: {
        in: "path" | "query" | "header" | "cookie" | "body";
        name: string;
        message: string;
      }[];
      requestId?: string;
    };
  };
}

/** An error of the API itself, in one of the codes that its endpoint lists for a status. */
export type ErrorAnswer<Code extends string> = components["schemas"]["Error"] & { error: { code: Code } };

/** The same as problem details (RFC 9457), for callers whose `accept` asks for them. */
export type ProblemAnswer<Code extends string> = components["schemas"]["Problem"] & { code: Code };
