/** The API of docs/guides/requests-and-responses.md. It runs in the kit's tests, in both runtimes. */
import { defineApi, matching } from "@lambda-express-api/kit";
import { routes } from "./routes/routes.ts";

export const api = defineApi({
  name: "shop-api",
  version: "1.0.0",
  description: "The examples of the guides.",
  settings: {
    WEBHOOK_SECRET: {
      description: "Signs the events of the payment provider.",
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
