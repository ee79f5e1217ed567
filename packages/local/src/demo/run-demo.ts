/** Runs `npm run demo` with given arguments and environment. */

import { parseArgs } from "node:util";
import { apiFolder, loadApi, loadEndpoints, loadExport } from "@lambda-express-api/build/api-folder.ts";
import { readStageEnvironment } from "@lambda-express-api/infra/stage-environment.ts";
import type { DemoStep } from "@lambda-express-api/kit";
import { identityPreset } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { PlainError } from "../command.ts";
import { type LocalCallers, readLocalStack } from "../local-stack.ts";
import { DEFAULT_PORT } from "../options.ts";
import { localEnvironment } from "../runtimes/api-environment.ts";
import { localUrl } from "../runtimes/lambda.ts";
import { switchedOn } from "./switched-on.ts";
import { type DemoCallers, needsNoAccount, shellName, table, tokenVariable, walkDemo } from "./walk.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs the demo of an API against the running stack or a deployment.
 *
 * @param shell the shell's variables. With `--stage`, the stage's settings supplement them.
 * @returns the exit code.
 * @throws PlainError for a mistake in the arguments, or a demo that cannot run.
 */
export async function runDemo(
  args: readonly string[],
  shell: Environment,
  print: (text: string) => void,
): Promise<number> {
  const { api: folderName, url, stage, anonymous } = readFlags(args);
  if (url !== undefined) checkBaseUrl(url);
  if (stage !== undefined) checkStage(stage, url);
  const environment = stage === undefined ? shell : { ...readStageEnvironment(stage), ...shell };
  const folder = apiFolder(folderName);
  const { mappingKey, callers } = await readLocalStack(folder);
  const baseUrl = url ?? localUrl(environment.PORT || DEFAULT_PORT, mappingKey);

  const demo = await loadExport<readonly DemoStep[]>(folder.demoModule, "demo", "[{ ... }]");
  if (!demo)
    throw new PlainError(`This API does not have a demo, because ${folder.demoModule} does not exist.`);
  const api = await loadApi(folder);
  await loadEndpoints(api);
  const settings = stage === undefined ? localEnvironment(shell) : environment;
  // The local issuer always has the password grant; a deployment has it only if it was switched on.
  const { AUTH_ENDPOINTS: byDefault } = url === undefined ? {} : identityPreset(settings).follows;
  const features = {
    authEndpoints: (settings.AUTH_ENDPOINTS || byDefault) !== "off",
    docs: settings.DOCS !== "off",
  };
  const { steps, tokenPath } = await switchedOn(api, demo, features);

  const rows = await walkDemo(baseUrl, {
    steps: anonymous ? steps.filter(needsNoAccount) : steps,
    callers: readCallers(callers, environment),
    tokenPath,
    tokens: readTokens(callers, environment),
    print,
  });
  print(`\n${table(rows)}`);
  return rows.every(({ difference }) => difference === undefined) ? 0 : 1;
}

function checkBaseUrl(url: string): void {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new PlainError(`--url is "${url}"; use a URL that starts with http:// or https://.`);
  }
}

function checkStage(stage: string, url: string | undefined): void {
  if (!/^[A-Za-z0-9-]+$/.test(stage))
    throw new PlainError(`--stage is "${stage}"; use letters, digits and hyphens, for example --stage dev.`);
  if (url === undefined)
    throw new PlainError(
      `--stage ${stage} also needs --url; use the URL that npm run deploy printed, for example --url https://...`,
    );
}

function readFlags(args: readonly string[]) {
  try {
    const options = {
      api: { type: "string", default: "." },
      url: { type: "string" },
      stage: { type: "string" },
      anonymous: { type: "boolean", default: false },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch {
    throw new PlainError(
      `Cannot read "${args.join(" ")}": the options are --api FOLDER, --url BASE, --stage NAME and --anonymous, which sends only the requests that do not need an account.`,
    );
  }
}

/**
 * A deployment has its own callers: `DEMO_USER` sets the e-mail address of the caller `user`, and `DEMO_PASSWORD` the
 * password of all callers.
 */
function readCallers(callers: LocalCallers, environment: Environment): DemoCallers {
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
function readTokens(callers: LocalCallers, environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.keys(callers).flatMap((name) => {
      const token = environment[tokenVariable(name)];
      return token ? [[name, token] as const] : [];
    }),
  );
}
