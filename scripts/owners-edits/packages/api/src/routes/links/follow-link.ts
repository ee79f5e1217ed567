import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const followLink = defineRoute({
  operationId: "followLink",
  method: "GET",
  path: "/v1/links/{linkId}",
  summary: "Leads to where a link points.",
  responses: (z) => ({ 302: { description: "It is there.", schema: z.undefined() } }),
}).handler(
  anyone(async ({ params }) => ({
    status: 302,
    body: undefined,
    headers: { location: `https://example.com/${encodeURIComponent(params.linkId)}` },
  })),
);
