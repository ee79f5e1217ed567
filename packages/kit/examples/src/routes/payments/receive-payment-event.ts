import { anyone } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";
import { isSigned } from "./is-signed.ts";

export const receivePaymentEvent = defineRoute({
  operationId: "receivePaymentEvent",
  method: "POST",
  path: "/v1/payments/events",
  summary: "Receives a signed event from the payment provider.",
  rawBody: true,
  request: (z) => ({
    headers: z.object({ "stripe-signature": z.string() }),
    body: z.looseObject({ id: z.string(), type: z.string() }),
  }),
  responses: () => ({ 204: { description: "The event was accepted." } }),
  errors: ["100401"],
}).handler(
  anyone(async ({ headers, body, rawBody, config, log }) => {
    const now = Math.floor(Date.now() / 1000);
    if (!isSigned(rawBody, headers["stripe-signature"], config.settings.WEBHOOK_SECRET, now))
      throw new ApiError("100401", { reason: "The signature is invalid or too old" });
    log.info("payment event", { eventId: body.id, eventType: body.type });
    return { status: 204 };
  }),
);
