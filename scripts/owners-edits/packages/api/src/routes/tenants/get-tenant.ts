import { auth } from "@lambda-express-api/kit";
import { ApiError, defineRoute } from "../../api.ts";

export const getTenant = defineRoute({
  operationId: "getTenant",
  method: "GET",
  path: "/v1/tenants/{tenantId}",
  summary: "Gets the caller's own tenant.",
  responses: (z) => ({ 200: { description: "The tenant.", schema: z.object({ tenantId: z.string() }) } }),
}).handler(
  auth(async ({ params, claims }) => {
    if (claims.tenant !== params.tenantId)
      throw new ApiError("002401", { status: 403, reason: "This is another caller's tenant" });
    return { status: 200, body: { tenantId: params.tenantId } };
  }),
);
