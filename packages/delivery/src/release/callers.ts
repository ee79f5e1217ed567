/** Describes which versions callers get. */
import { ALIAS_NAME } from "@lambda-express-api/infra/names.ts";
import type { Alias } from "./aws.ts";
import { ReleaseError } from "./release-error.ts";
import type { World } from "./world.ts";

/** Whether callers are split between versions. */
export function isDivided({ weights }: Alias): boolean {
  return Object.keys(weights).length > 0;
}

export function describeCallers(alias: Alias): string {
  const parts = Object.entries(alias.weights).map(
    ([other, weight]) => `version ${other} gets ${Math.round(weight * 100)}%`,
  );
  return isDivided(alias)
    ? `traffic is split: ${[...parts, `version ${alias.version} the rest`].join(", ")}`
    : `all traffic goes to version ${alias.version}`;
}

/** The end of a failure's message. */
export async function whereCallersAre({ aws }: World): Promise<string> {
  try {
    const words = describeCallers(await aws.readAlias());
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return `Cannot tell which version receives traffic: ${error.message}`;
  }
}

/** CodeDeploy refuses every deployment while the alias is split without a running deployment. */
export function leftDivided(functionName: string, alias: Alias): ReleaseError {
  return new ReleaseError(
    `CodeDeploy is not shifting traffic, but ${describeCallers(alias)}. If provisioned concurrency is being prepared, wait; otherwise, send all traffic to one version with: aws lambda update-alias --function-name ${functionName} --name ${ALIAS_NAME} --function-version ${alias.version} --routing-config AdditionalVersionWeights={}`,
  );
}
