/** Takes paid orders from the queue, and has them packed. A repeated message changes nothing. */
import { createJob } from "@lambda-express-api/kit/job";
import { api } from "../api.ts";

interface Messages {
  readonly Records: readonly { readonly body: string }[];
}

export const handler = createJob(api, async ({ Records }: Messages, { services, log }) => {
  const orders = await services.orders;
  for (const { body } of Records) {
    const { orderId } = JSON.parse(body) as { orderId: string };
    const isPacking = await orders.change(orderId, { set: { status: "packing" }, from: ["paid"] });
    log.info("order to pack", { orderId, isPacking });
  }
});
