/** What callers of this API send and get. Written by `npm run generate`: never edit it by hand. */
// biome-ignore-all format: it is generated
// biome-ignore-all lint: it is generated

export interface paths {
  "/v1/admin/endpoints": {
    /**
     * Lists every endpoint of this API and who may call it.
     *
     * **Who may call it:** ADMINS.
     */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      responses: {
        /** The endpoints, sorted by path. */
        200: {
          content: {
            "application/json": {
              endpoints: {
                path: string;
                /** The operation's id. */
                name: string;
                method: string;
                summary: string;
                /** Where it is, if not everywhere. */
                only?: "container";
                access: {
                  type: "public" | "authenticated" | "apiKey" | "iam";
                  /** One of these groups. */
                  groups: string[];
                  /** One of these scopes. */
                  scopes: string[];
                };
              }[];
            };
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
  "/v1/auth/refresh": {
    /**
     * Exchanges a refresh token for a new access token.
     *
     * The new token has the caller's current groups (RFC 6749, section 6).
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
            grant_type?: "refresh_token";
            /** The refresh token of the token answer. */
            refresh_token: string;
          };
          "multipart/form-data": {
            grant_type?: "refresh_token";
            /** The refresh token of the token answer. */
            refresh_token: string;
          };
          "application/json": {
            grant_type?: "refresh_token";
            /** The refresh token of the token answer. */
            refresh_token: string;
          };
        };
      };
      responses: {
        /** A new access token. */
        200: {
          content: {
            "application/json": components["schemas"]["TokenAnswer"];
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
  "/v1/auth/token": {
    /**
     * Signs a caller in with e-mail and password.
     *
     * OAuth 2.0's password form (RFC 6749, section 4.3), for the docs page and for trying things out. RFC 9700 advises against it elsewhere: let apps sign in with the provider's SDK, and set `AUTH_ENDPOINTS=off`.
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
            /** E-mail address. */
            username: string;
            password: string;
          };
          "multipart/form-data": {
            grant_type?: "password";
            /** E-mail address. */
            username: string;
            password: string;
          };
          "application/json": {
            grant_type?: "password";
            /** E-mail address. */
            username: string;
            password: string;
          };
        };
      };
      responses: {
        /** The caller is signed in. */
        200: {
          content: {
            "application/json": components["schemas"]["TokenAnswer"];
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
  "/v1/manage/hc": {
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
              status: string;
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
  "/v1/users/whoami": {
    /**
     * Returns the caller: the token's subject, groups and claims.
     *
     * **Who may call it:** USERS or ADMINS.
     */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      responses: {
        /** The caller. */
        200: {
          content: {
            "application/json": {
              subject: string;
              groups: string[];
              scopes: string[];
              /** The verified claims, with their types as in the token. */
              claims: {
                [name: string]: unknown;
              };
            };
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
    /** The identity provider's answer, with OAuth's names for the token. */
    TokenAnswer: {
      /** Send it as `authorization: Bearer <token>`. */
      access_token: string;
      token_type: "bearer";
      [name: string]: unknown;
    };
  };
}

/** An error of the API itself, in one of the codes that its endpoint lists for a status. */
export type ErrorAnswer<Code extends string> = components["schemas"]["Error"] & { error: { code: Code } };

/** The same as problem details (RFC 9457), for callers whose `accept` asks for them. */
export type ProblemAnswer<Code extends string> = components["schemas"]["Problem"] & { code: Code };
