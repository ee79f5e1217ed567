// `npm run demo [-- --url BASE] [--anonymous]`: walks the demo against the running stack, or against anything deployed.

import { parseArgs } from "node:util";
import { exitCodeOf, PlainError } from "./command.ts";
import { anonymousSteps, type DemoCallers, type DemoStep, demoSteps } from "./demo/steps.ts";
import { table, walkDemo } from "./demo/walk.ts";
import { demoCallers } from "./identity/demo-callers.ts";

async function demo(): Promise<number> {
  const { url = `http://localhost:${process.env.PORT || "3000"}/express`, anonymous } = readFlags(
    process.argv.slice(2),
  );
  const baseUrl = checkBaseUrl(url);
  const steps = anonymous ? withoutSignIn(process.env) : demoSteps;
  const rows = await walkDemo(baseUrl, readCallers(process.env), (text) => console.log(text), steps);
  console.log(`\n${table(rows)}`);
  return rows.every(({ difference }) => difference === undefined) ? 0 : 1;
}

function checkBaseUrl(url: string): string {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new PlainError(`The base URL must begin with http:// or https://, and "${url}" is none.`);
  }
  return url;
}

function readFlags(args: string[]): { url?: string | undefined; anonymous?: boolean | undefined } {
  try {
    return parseArgs({ args, options: { url: { type: "string" }, anonymous: { type: "boolean" } } }).values;
  } catch {
    throw new PlainError(
      `Cannot read "${args.join(" ")}": the options are --url BASE, and --anonymous for only the calls that need no account.`,
    );
  }
}

/** Where the token endpoints are switched off, nobody can be refused by them. */
function withoutSignIn({ AUTH_ENDPOINTS }: NodeJS.ProcessEnv): readonly DemoStep[] {
  return AUTH_ENDPOINTS === "off" ? anonymousSteps.filter(({ area }) => area !== "auth") : anonymousSteps;
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
