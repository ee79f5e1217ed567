import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const endSession = defineRoute({
  operationId: "endSession",
  method: "DELETE",
  path: "/v1/session",
  summary: "Ends the session.",
  responses: () => ({ 204: { description: "The cookie is gone." } }),
}).handler(
  anyone(async () => ({ status: 204, cookies: [{ name: "session", value: "", maxAgeSeconds: 0 }] })),
);
