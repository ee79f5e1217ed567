import { ConfigError, loadConfig } from "@lambda-express-api/kit/config.ts";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import type { FunctionState, ReleaseAws } from "./aws.ts";
import { type CheckCall, checkCalls } from "./check-calls.ts";
import type { ReleaseTarget } from "./release-target.ts";

export type Verdict = { readonly calls: number } | { readonly fault: string };

/**
 * Calls a published version as callers would, before callers get it.
 *
 * @param nowSeconds seconds since the epoch.
 * @throws ReleaseError if AWS refuses the calls.
 */
export async function checkVersion(
  aws: Pick<ReleaseAws, "invoke">,
  { version, environment }: Pick<FunctionState, "version" | "environment">,
  nowSeconds: number,
  target: ReleaseTarget,
): Promise<Verdict> {
  const calls = await callsFor(environment, nowSeconds, target);
  if (typeof calls === "string") return { fault: calls };
  for (const { request, event, expectedStatus } of calls) {
    const answer = await aws.invoke(version, event);
    if ("failure" in answer) return { fault: `${request} failed, ${answer.failure}` };
    if (answer.statusCode !== expectedStatus)
      return { fault: `${request} returned ${answer.statusCode} instead of ${expectedStatus}` };
  }
  return { calls: calls.length };
}

/** Returns the calls, or a sentence that says why the function could not start. */
async function callsFor(
  environment: FunctionState["environment"],
  nowSeconds: number,
  { api }: ReleaseTarget,
): Promise<readonly CheckCall[] | string> {
  try {
    const config = loadConfig(environment, { runtime: "LAMBDA", settings: api.settings });
    return checkCalls(config, nowSeconds, await enabledRoutes(api, config.features));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `its environment is invalid: ${error.message.replaceAll("\n", " ")}`;
  }
}
