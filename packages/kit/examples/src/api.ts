/** The API of the guides' examples. The kit's tests run it in both runtimes. */
import { defineApi, matching } from "@lambda-express-api/kit";
import { routes } from "./routes/routes.ts";

export const api = defineApi({
  name: "shop-api",
  version: "1.0.0",
  description: "The API in the guides' examples.",
  settings: {
    WEBHOOK_SECRET: {
      description: "The secret that the payment provider uses to sign events.",
      rule: "the provider's signing secret",
      example: "whsec_example",
      secret: true,
      parse: matching(/^whsec_\w+$/),
    },
  },
  errors: {
    "100401": {
      status: 401,
      title: "Bad signature",
      message: "The event is not signed by the provider",
      headers: { "www-authenticate": 'Signature realm="payments"' },
      type: "https://shop.example.com/errors/bad-signature",
    },
  },
  routes,
});

export const { defineRoute, ApiError } = api;
