import { anyone } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";

export const getPartnerReport = defineRoute({
  operationId: "getPartnerReport",
  method: "GET",
  path: "/v1/partners/report",
  summary: "Returns the report of the partner that the API key belongs to.",
  request: (z) => ({ headers: z.object({ "x-api-key": z.string().optional() }) }),
  responses: (z) => ({ 200: { description: "The report.", schema: z.object({ sold: z.number() }) } }),
  errors: ["101401"],
}).handler(
  anyone(async ({ headers }) => {
    if (headers["x-api-key"] !== "right") throw new ApiError("101401", { reason: "Send a valid x-api-key" });
    return { status: 200, body: { sold: 7 } };
  }),
);
