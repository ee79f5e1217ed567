// `npm run demo [-- --url BASE]`: walks the demo against the running stack, or against anything deployed.

import { parseArgs } from "node:util";
import { exitCodeOf, PlainError } from "./command.ts";
import type { DemoCallers } from "./demo/steps.ts";
import { table, walkDemo } from "./demo/walk.ts";
import { demoCallers } from "./identity/demo-callers.ts";

async function demo(): Promise<number> {
  const baseUrl = readBaseUrl(process.argv.slice(2), process.env.PORT || "3000");
  const rows = await walkDemo(baseUrl, readCallers(process.env), (text) => console.log(text));
  console.log(`\n${table(rows)}`);
  return rows.every(({ difference }) => difference === undefined) ? 0 : 1;
}

function readBaseUrl(args: string[], port: string): string {
  const url = readUrlFlag(args) ?? `http://localhost:${port}/express`;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new PlainError(`The base URL must begin with http:// or https://, and "${url}" is none.`);
  }
  return url;
}

function readUrlFlag(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { url: { type: "string" } } }).values.url;
  } catch {
    throw new PlainError(`Cannot read "${args.join(" ")}": the only option is --url BASE.`);
  }
}

/** Something deployed has callers of its own; what they may do must be the same. */
function readCallers({ DEMO_USER, DEMO_ADMIN, DEMO_PASSWORD }: NodeJS.ProcessEnv): DemoCallers {
  const { user, admin } = demoCallers;
  const secret = DEMO_PASSWORD
    ? { password: DEMO_PASSWORD, passwordVariable: "DEMO_PASSWORD" }
    : { password: user.password };
  return {
    user: { email: DEMO_USER || user.email, ...secret },
    admin: { email: DEMO_ADMIN || admin.email, ...secret },
  };
}

process.exitCode = await exitCodeOf(demo);
