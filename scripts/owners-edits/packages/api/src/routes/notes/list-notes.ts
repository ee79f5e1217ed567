import { anyone } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const listNotes = defineRoute({
  operationId: "listNotes",
  method: "GET",
  path: "/v1/notes",
  summary: "Lists notes.",
  responses: (z) => ({
    200: { description: "The notes.", schema: z.object({ notes: z.array(z.string()) }) },
  }),
}).handler(
  anyone(async ({ services }) => {
    const database = await services.database;
    const { rows } = await database.query<{ text: string }>("select text from notes");
    return { status: 200, body: { notes: rows.map(({ text }) => text) } };
  }),
);
