/**
 * The cost of traces: this API with the one line in `defineApi` that enables them, and with their setting.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const API = join(import.meta.dirname, "../../packages/api/src/api.ts");

/**
 * Writes the folder of an API that writes its spans to the log, so that the measurement includes no
 * collector.
 */
export function writeTracedApi(folder: string): void {
  const source = join(folder, "src");
  mkdirSync(source, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  writeFileSync(
    join(source, "api.ts"),
    `import { api as untraced } from ${JSON.stringify(relative(source, API))};
export const api = { ...untraced, tracing: () => import("@lambda-express-api/kit/tracing") };
`,
  );
  writeFileSync(
    join(source, "lambda.ts"),
    `import { createHandler } from "@lambda-express-api/kit/lambda";
import { api } from "./api.ts";
export const handler = createHandler(api, { environment: { ...process.env, OTEL_TRACES_EXPORTER: "console" } });
`,
  );
}
