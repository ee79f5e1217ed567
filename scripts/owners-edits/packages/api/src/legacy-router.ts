import { Router } from "express";

export const legacyRouter = Router();

legacyRouter.get("/orders/:orderId", (request, response) => {
  response.json({ orderId: request.params.orderId, from: "legacy" });
});
