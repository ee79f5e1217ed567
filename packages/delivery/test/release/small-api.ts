/** A tiny API for tests: its definitions, and code that answers accordingly. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { anyone, auth } from "@lambda-express-api/kit/route/access.ts";
import { defineRoute } from "@lambda-express-api/kit/route/define-route.ts";
import { apiOf } from "@lambda-express-api/kit/test/fixtures/api.ts";
import type { ReleaseTarget } from "../../src/release/release-target.ts";

/** A package's files, by name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

const route = (operationId: string, path: string, role?: "health") =>
  defineRoute({
    operationId,
    method: "GET",
    path,
    summary: "A test.",
    ...(role && { role }),
    responses: (z) => ({ 200: { description: "Fine.", schema: z.null() } }),
  });
const fine = async () => ({ status: 200, body: null }) as const;

export const routes = [
  route("getHealth", "/v1/health", "health").handler(anyone(fine)),
  route("getProfile", "/v1/profile").handler(auth({ groups: ["MEMBERS", "STAFF"] }, fine)),
  route("getOrder", "/v1/orders/{orderId}").handler(auth({ groups: ["STAFF"] }, fine)),
];
const api = apiOf(routes);

export function smallApi(name: string): Files {
  return {
    "bundle.mjs": `// ${name}
export const handler = async ({ requestContext: { authorizer, http } }) => {
  if (http.path.endsWith("/v1/health")) return { statusCode: 200 };
  if (!authorizer) return { statusCode: 401 };
  return { statusCode: authorizer.jwt.claims.groups === "[]" ? 403 : 200 };
};
`,
  };
}

/** The same API with these files as its build. */
export function targetOf(files: Files): ReleaseTarget {
  return { api, build: async (folder) => writeFiles(folder, files) };
}

export function writeFiles(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
