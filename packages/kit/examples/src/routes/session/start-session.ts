import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const startSession = defineRoute({
  operationId: "startSession",
  method: "POST",
  path: "/v1/session",
  summary: "Starts a session.",
  request: (z) => ({ body: z.object({ theme: z.enum(["dark", "light"]) }) }),
  responses: () => ({ 204: { description: "The session cookie is set." } }),
}).handler(
  anyone(async ({ body: { theme } }) => ({
    status: 204,
    cookies: [
      { name: "session", value: crypto.randomUUID(), maxAgeSeconds: 3600 },
      { name: "theme", value: theme, maxAgeSeconds: 31_536_000, httpOnly: false },
    ],
  })),
);
