import { anyone, defineRoute } from "@lambda-express-api/kit";
import { standIns } from "../ports.ts";
import { rows } from "../rows.ts";
import { modules } from "../static-imports.ts";

export const useStatic = defineRoute({
  operationId: "useStatic",
  method: "POST",
  path: "/static",
  summary: "Does something with a package that is imported statically.",
  request: (z) => ({ body: z.object({ name: z.string() }) }),
  responses: (z) => ({ 200: { description: "What came of it.", schema: z.object({ answer: z.unknown() }) } }),
}).handler(
  anyone(async ({ body: { name } }) => {
    const row = rows[name];
    if (!row) throw new Error(`There is no row ${name}`);
    const module = modules[name];
    return { status: 200, body: { answer: (await row.use(module, standIns())) ?? null } };
  }),
);
