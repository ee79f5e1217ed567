/** The folder of a project with one endpoint and the docs pages, with this repository's packages. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const MODULES = join(import.meta.dirname, "../../../node_modules");

const ROUTES = `import type { RouteLoaders } from "@lambda-express-api/kit";

export const routes: RouteLoaders = {};
`;

const API = `import { defineApi, docsRoutes } from "@lambda-express-api/kit";
import { routes } from "./routes/routes.ts";

export const api = defineApi({
  name: "project",
  version: "1.2.3",
  description: "A project, for tests.",
  routes: [routes, docsRoutes({ prefix: "/v1" })],
});

export const { defineRoute, ApiError } = api;
`;

const WHO_AM_I = `import { auth } from "@lambda-express-api/kit";
import { defineRoute } from "../../api.ts";

export const whoAmI = defineRoute({
  operationId: "whoAmI",
  method: "GET",
  path: "/v1/users/whoami",
  summary: "Returns the caller.",
  responses: (z) => ({ 200: { description: "The caller.", schema: z.object({ subject: z.string() }) } }),
}).handler(
  auth({ groups: ["USERS"] }, async ({ principal }) => ({
    status: 200,
    body: { subject: principal.subject },
  })),
);
`;

const suite = (name: string) => `import { appTarget, ${name} } from "@lambda-express-api/kit/testing";
import { api } from "../src/api.ts";

await ${name}(api, [appTarget]);
`;

const COMPILER_OPTIONS = {
  target: "es2024",
  lib: ["es2024"],
  module: "nodenext",
  types: ["node"],
  noEmit: true,
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  resolveJsonModule: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
};

/** @returns the new folder, without generated files. */
export function createProjectFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  const files = {
    "package.json": '{ "name": "project", "type": "module" }\n',
    "biome.json": '{ "formatter": { "indentStyle": "space", "lineWidth": 110 } }\n',
    "tsconfig.json": JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["src", "test"] }),
    "src/api.ts": API,
    "src/routes/routes.ts": ROUTES,
    "src/routes/users/who-am-i.ts": WHO_AM_I,
    "test/access.test.ts": suite("accessSuite"),
    "test/openapi.test.ts": suite("openApiSuite"),
  };
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  symlinkSync(MODULES, join(folder, "node_modules"));
  return folder;
}
