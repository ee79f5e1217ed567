import { anyone } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";
import { isSigned } from "../../payments/is-signed.ts";

export const receivePaymentEvent = defineRoute({
  operationId: "receivePaymentEvent",
  method: "POST",
  path: "/v1/payments/events",
  summary: "Receives signed refund events from the payment provider.",
  rawBody: true,
  request: (z) => ({
    headers: z.object({ "stripe-signature": z.string().max(1000) }),
    body: z.looseObject({ type: z.string(), orderId: z.string().min(1).max(100) }),
  }),
  responses: () => ({ 204: { description: "The event is accepted." } }),
  errors: ["100401"],
}).handler(
  anyone(async ({ headers, body: { type, orderId }, rawBody, config, services, log }) => {
    const now = Math.floor(Date.now() / 1000);
    if (!isSigned(rawBody, headers["stripe-signature"], config.settings.PAYMENT_WEBHOOK_SECRET, now))
      throw new ApiError("100401", { reason: "The signature is wrong, or too old" });
    // Providers repeat an event until it is accepted: the second time nothing changes.
    const isRefunded =
      type === "payment.refunded" &&
      (await (
        await services.orders
      ).change(orderId, {
        set: { status: "refunded" },
        from: ["paid", "packing"],
      }));
    log.info("payment event", { eventType: type, orderId, isRefunded });
    return { status: 204 };
  }),
);
