/** Where callers are, in words. */
import { ALIAS_NAME } from "@lambda-express-api/infra/names.ts";
import type { Alias } from "./aws.ts";
import { ReleaseError } from "./release-error.ts";
import type { World } from "./world.ts";

/** Whether some callers get another version than the rest. */
export function isDivided({ weights }: Alias): boolean {
  return Object.keys(weights).length > 0;
}

export function describeCallers(alias: Alias): string {
  const parts = Object.entries(alias.weights).map(
    ([other, weight]) => `version ${other} gets ${Math.round(weight * 100)} %`,
  );
  return isDivided(alias)
    ? `callers are divided: ${[...parts, `version ${alias.version} the rest`].join(", ")}`
    : `callers are on version ${alias.version}`;
}

/** The last words of a failure. */
export async function whereCallersAre({ aws }: World): Promise<string> {
  try {
    const words = describeCallers(await aws.readAlias());
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return `Where callers are cannot be seen now: ${error.message}`;
  }
}

/** An alias that is divided while no deployment runs is a state in which CodeDeploy refuses each further one. */
export function leftDivided(functionName: string, alias: Alias): ReleaseError {
  return new ReleaseError(
    `AWS is not moving callers, and yet ${describeCallers(alias)}. If provisioned concurrency is being prepared, wait; else put all of them on one version with: aws lambda update-alias --function-name ${functionName} --name ${ALIAS_NAME} --function-version ${alias.version} --routing-config AdditionalVersionWeights={}`,
  );
}
