/**
 * The function: published versions behind the alias `latest`, a role with only the rights listed here, and a log with a
 * retention. Every caller of the function uses the alias.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { ALIAS_NAME, functionNameOf } from "../names.ts";
import type { KeepWarm } from "../settings.ts";
import type { CodeSource, FunctionCode } from "./api-code.ts";
import { functionArgs, type OwnFunctionArgs, ownArn } from "./function-args.ts";

export interface LambdaFunctionArgs extends Omit<OwnFunctionArgs, "logGroupName" | "code" | "ignoreChanges"> {
  readonly code: CodeSource;
  readonly keepWarm: KeepWarm | undefined;
  readonly codeDelivery: "sst" | "pipeline";
}

export interface LambdaFunction {
  readonly name: $util.Output<string>;
  readonly arn: $util.Output<string>;
  readonly role: { readonly arn: $util.Output<string>; readonly name: $util.Output<string> };
  readonly alias: aws.lambda.Alias;
  readonly logGroupName: $util.Output<string>;
}

/** Lambda's limit on a function's name. */
const MAX_NAME_LENGTH = 64;

/**
 * Creates the function.
 *
 * In `sst dev` the code is SST's bridge to this machine, so the function keeps the variables and rights that the bridge needs,
 * and no instances are kept warm, because the bridge does not answer pings.
 *
 * @throws Error for a name that Lambda would refuse.
 */
export function createLambdaFunction(
  name: string,
  args: LambdaFunctionArgs,
  parent: $util.Resource,
): LambdaFunction {
  const { keepWarm } = args;
  const isReleasedElsewhere = args.codeDelivery === "pipeline" && !$dev;
  const code = isReleasedElsewhere ? placeholder() : args.code();
  const functionName = functionNameOf($app.name, $app.stage, name);
  if (functionName.length > MAX_NAME_LENGTH) {
    throw new Error(
      `The function's name ${functionName} has more than ${MAX_NAME_LENGTH} characters; choose a shorter stage or component name.`,
    );
  }

  const logGroupName = `/aws/lambda/${functionName}`;
  const fn = new sst.aws.Function(
    `${name}Handler`,
    {
      name: functionName,
      ...functionArgs({
        ...args,
        logGroupName,
        code,
        permissions: [...(args.permissions ?? []), ...warmerRights(functionName, keepWarm)],
        ignoreChanges: isReleasedElsewhere ? ["s3Bucket", "s3Key", "handler"] : [],
      }),
      versioning: true,
    },
    { parent },
  );

  const alias = new aws.lambda.Alias(
    `${name}Alias`,
    { name: ALIAS_NAME, functionName: fn.name, functionVersion: fn.nodes.function.version },
    {
      parent,
      // CodeDeploy moves the alias; a deployment must not move it back.
      ...(isReleasedElsewhere && { ignoreChanges: ["functionVersion", "routingConfig"] }),
    },
  );

  if (keepWarm && !$dev) createWarmth(name, keepWarm, alias, parent);
  const { arn, name: roleName } = fn.nodes.role;
  return {
    name: fn.name,
    arn: fn.arn,
    role: { arn, name: roleName },
    alias,
    logGroupName: $interpolate`/aws/lambda/${fn.name}`,
  };
}

/** To warm several instances, the function calls itself. */
function warmerRights(
  functionName: string,
  keepWarm: KeepWarm | undefined,
): sst.aws.FunctionPermissionArgs[] {
  if (keepWarm?.by !== "warmer" || keepWarm.instances === 1) return [];
  return [
    {
      actions: ["lambda:InvokeFunction"],
      resources: [ownArn("lambda", `function:${functionName}:${ALIAS_NAME}`)],
    },
  ];
}

function createWarmth(
  name: string,
  { by, instances }: KeepWarm,
  alias: aws.lambda.Alias,
  parent: $util.Resource,
): void {
  if (by === "provisioned-concurrency") {
    new aws.lambda.ProvisionedConcurrencyConfig(
      `${name}Provisioned`,
      {
        functionName: alias.functionName,
        qualifier: alias.name,
        provisionedConcurrentExecutions: instances,
      },
      { parent },
    );
  } else {
    new sst.aws.CronV2(
      `${name}Warmer`,
      {
        schedule: "rate(5 minutes)",
        function: alias.arn,
        event: { warmer: true, concurrency: instances },
      },
      { parent },
    );
  }
}

/** The function's code until the first release: it answers 503. */
const PLACEHOLDER = `export const handler = async () => ({
  statusCode: 503,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify({ message: "No code has been released to this function yet" }),
});
`;

function placeholder(): FunctionCode {
  const bundle = ".sst/placeholder";
  mkdirSync(bundle, { recursive: true });
  writeFileSync(`${bundle}/bundle.mjs`, PLACEHOLDER);
  return { handler: "bundle.handler", bundle };
}
