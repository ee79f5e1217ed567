// `npm run demo [-- --url BASE] [--anonymous]` runs the demo of the API in `--api FOLDER` against the running stack or a
// deployment.

import { parseArgs } from "node:util";
import { apiFolder, loadApi, loadEndpoints, loadExport } from "@lambda-express-api/build/api-folder.ts";
import type { DemoStep } from "@lambda-express-api/kit";
import { identityPreset } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { exitCodeOf, PlainError } from "./command.ts";
import { switchedOn } from "./demo/switched-on.ts";
import { type DemoCallers, needsNoAccount, shellName, table, tokenVariable, walkDemo } from "./demo/walk.ts";
import { type LocalCallers, readLocalStack } from "./local-stack.ts";
import { DEFAULT_PORT } from "./options.ts";
import { localEnvironment } from "./runtimes/api-environment.ts";
import { localUrl } from "./runtimes/lambda.ts";

async function demo(): Promise<number> {
  const { api: folderName, url, anonymous } = readFlags(process.argv.slice(2));
  if (url !== undefined) checkBaseUrl(url);
  const folder = apiFolder(folderName);
  const { mappingKey, callers } = await readLocalStack(folder);
  const baseUrl = url ?? localUrl(process.env.PORT || DEFAULT_PORT, mappingKey);

  const demo = await loadExport<readonly DemoStep[]>(folder.demoModule, "demo", "[{ ... }]");
  if (!demo) throw new PlainError(`This API has no demo: ${folder.demoModule} does not exist.`);
  const api = await loadApi(folder);
  await loadEndpoints(api);
  const environment = localEnvironment();
  const { DOCS } = environment;
  // The local issuer always has the password grant; a deployment has it only if it was switched on.
  const { AUTH_ENDPOINTS: byDefault } = url === undefined ? {} : identityPreset(environment).follows;
  const features = {
    authEndpoints: (environment.AUTH_ENDPOINTS || byDefault) !== "off",
    docs: DOCS !== "off",
  };
  const { steps, tokenPath } = await switchedOn(api, demo, features);

  const rows = await walkDemo(baseUrl, {
    steps: anonymous ? steps.filter(needsNoAccount) : steps,
    callers: readCallers(callers, process.env),
    tokenPath,
    tokens: readTokens(callers, process.env),
    print: (text) => console.log(text),
  });
  console.log(`\n${table(rows)}`);
  return rows.every(({ difference }) => difference === undefined) ? 0 : 1;
}

function checkBaseUrl(url: string): void {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new PlainError(`The base URL is "${url}"; it must begin with http:// or https://.`);
  }
}

function readFlags(args: string[]) {
  try {
    const options = {
      api: { type: "string", default: "." },
      url: { type: "string" },
      anonymous: { type: "boolean", default: false },
    } as const;
    return parseArgs({ args, options }).values;
  } catch {
    throw new PlainError(
      `Cannot read "${args.join(" ")}": the options are --api FOLDER, --url BASE, and --anonymous for only the calls that need no account.`,
    );
  }
}

/**
 * A deployment has its own callers: `DEMO_USER` sets the e-mail address of the caller `user`, and `DEMO_PASSWORD` the
 * password of all callers.
 */
function readCallers(callers: LocalCallers, environment: NodeJS.ProcessEnv): DemoCallers {
  const { DEMO_PASSWORD } = environment;
  return Object.fromEntries(
    Object.entries(callers).map(([name, { email, password }]) => [
      name,
      {
        email: environment[`DEMO_${shellName(name)}`] || email,
        ...(DEMO_PASSWORD ? { password: DEMO_PASSWORD, passwordVariable: "DEMO_PASSWORD" } : { password }),
      },
    ]),
  );
}

/** Tokens from elsewhere: `DEMO_USER_TOKEN` has the token of the caller `user`. */
function readTokens(callers: LocalCallers, environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.keys(callers).flatMap((name) => {
      const token = environment[tokenVariable(name)];
      return token ? [[name, token] as const] : [];
    }),
  );
}

process.exitCode = await exitCodeOf(demo);
