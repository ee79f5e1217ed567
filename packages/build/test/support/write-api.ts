/** Writes the folder of an API for a test. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const PACKAGES = join(import.meta.dirname, "../../../..", "node_modules");

/** The files of a folder, by path. */
export type Files = Readonly<Record<string, string>>;

/** Enough for a build whose answers do not matter: Express and the AWS SDK are most of what is bundled. */
export const SMALL_ENTRIES: Files = {
  "src/lambda.ts": "export const handler = async () => ({ statusCode: 200 });",
  "src/container.ts": `import { createServer } from "node:http";
import { api } from "./api.ts";
const server = createServer((_, response) => response.end(Object.keys(api.routes).join()));
server.listen(Number(process.env.PORT), process.env.HOST);`,
};

/**
 * Writes an API whose endpoints are files below `src/routes`, each of which exports `route`.
 *
 * @param routes by route key: the file's name and its source.
 * @param more other files of the folder, such as packages in `node_modules`. It has the kit and Express too.
 * @param definition more options for `defineApi`.
 */
export async function writeApi(
  folder: string,
  routes: Readonly<Record<string, readonly [file: string, source: string]>>,
  more: Files = {},
  definition = "",
): Promise<void> {
  const loaders = Object.entries(routes).map(
    ([key, [file]]) => `${JSON.stringify(key)}: async () => (await import("./routes/${file}")).route,`,
  );
  const files: Files = {
    "package.json": '{ "name": "written", "version": "1.0.0", "type": "module" }',
    "src/api.ts": `import { defineApi } from "@lambda-express-api/kit";
export const api = defineApi({ name: "written", version: "1.0.0", description: "Of a test.", ${definition} routes: {
${loaders.join("\n")}
} });`,
    "src/lambda.ts": `import { createHandler } from "@lambda-express-api/kit/lambda";
import { api } from "./api.ts";
export const handler = createHandler(api);`,
    "src/container.ts": `import { startContainer } from "@lambda-express-api/kit/container";
import { api } from "./api.ts";
startContainer(api);`,
    ...Object.fromEntries(
      Object.values(routes).map(([file, source]) => [`src/routes/${file}`, source] as const),
    ),
    ...more,
  };
  await Promise.all(
    Object.entries(files).map(async ([path, content]) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }),
  );
  await mkdir(join(folder, "node_modules"), { recursive: true });
  for (const name of ["@lambda-express-api", "express"]) {
    await symlink(join(PACKAGES, name), join(folder, "node_modules", name));
  }
}

/** The source of an endpoint's file. @param answer an expression for the body. */
export function routeSource(
  key: string,
  { answer = "null", before = "", access = "anyone", role = "" }: Partial<Record<string, string>> = {},
): string {
  const [method, path = ""] = key.split(" ");
  const handler = `async () => ({ status: 200, body: { answer: ${answer} } })`;
  return `import { anyone, auth, defineRoute } from "@lambda-express-api/kit";
${before}
export const route = defineRoute({
  operationId: ${JSON.stringify(`call${path.replaceAll(/\W/g, "_")}`)},
  method: "${method}",
  path: "${path}",
  summary: "Of a test.",
  ${role && `role: "${role}",`}
  responses: (z) => ({ 200: { description: "An answer.", schema: z.object({ answer: z.unknown() }) } }),
}).handler(${access}(${access === "auth" ? "{ groups: ['USERS'] }, " : ""}${handler}));
`;
}
