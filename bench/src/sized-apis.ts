/** The API of this repository and its peers with added endpoints, to measure what grows with their number. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const API = join(import.meta.dirname, "../../packages/api");

/** An ordinary endpoint: a group, a variable, a query, and an answer of a few fields. */
const endpoint = (
  index: number,
  imports: string,
): string => `${imports}import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const getThing${index} = defineRoute({
  operationId: "getThing${index}",
  method: "GET",
  path: "/v1/things${index}/{thingId}",
  summary: "Gets a thing of kind ${index}.",
  request: (z) => ({
    params: z.object({ thingId: z.string() }),
    query: z.object({ verbose: z.boolean().default(false) }),
  }),
  responses: (z) => ({
    200: {
      description: "The thing.",
      schema: z.object({ thingId: z.string(), kind: z.int(), verbose: z.boolean() }),
    },
  }),
}).handler(
  auth({ groups: ["USERS"] }, async ({ params, query }) => ({
    status: 200,
    body: { thingId: params.thingId, kind: ${index}, verbose: query.verbose },
  })),
);
`;

/**
 * Writes a copy of the API with more endpoints.
 *
 * @param count how many more.
 * @param imports what the first of them imports at its top, as source text.
 */
export function writeSizedApi(folder: string, count: number, imports = ""): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(API, folder, { recursive: true, filter: (path) => !/\/(dist|node_modules|test)$/.test(path) });
  const things = join(folder, "src/routes/things");
  mkdirSync(things);
  const lines = Array.from({ length: count }, (_, index) => {
    writeFileSync(join(things, `get-thing${index}.ts`), endpoint(index, index === 0 ? imports : ""));
    return `  "GET /v1/things${index}/{thingId}": async () => (await import("./things/get-thing${index}.ts")).getThing${index},\n`;
  });
  const list = join(folder, "src/routes/routes.ts");
  writeFileSync(list, readFileSync(list, "utf8").replace(/^\};$/m, `${lines.join("")}};`));
}

/** The source of an Express app with as many routes, each written out as people write them. */
export const expressWith = (count: number): string => `import express from "express";
import serverless from "serverless-http";

const app = express();
app.get("/mvp/v1/manage/hc", (_request, response) => {
  response.json({ status: "ok" });
});
${routes(
  count,
  (index) => `app.get("/mvp/v1/things${index}/:thingId", (request, response) => {
  response.json({ thingId: request.params.thingId, kind: ${index} });
});`,
)}
export const handler = serverless(app);
`;

/** The same with Hono. */
export const honoWith = (count: number): string => `import { Hono } from "hono";
import { handle } from "hono/aws-lambda";

const app = new Hono();
app.get("/mvp/v1/manage/hc", (context) => context.json({ status: "ok" }));
${routes(
  count,
  (index) => `app.get("/mvp/v1/things${index}/:thingId", (context) =>
  context.json({ thingId: context.req.param("thingId"), kind: ${index} }),
);`,
)}
export const handler = handle(app);
`;

function routes(count: number, route: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => route(index)).join("\n");
}
