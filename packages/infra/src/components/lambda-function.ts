/**
 * The function: published versions behind the alias `latest`, a role that may do what is said here and nothing else,
 * a log that is not kept for ever. Everything that calls the function calls the alias.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { ALIAS_NAME, functionNameOf } from "../names.ts";
import type { KeepWarm } from "../settings.ts";
import type { CodeSource, FunctionCode } from "./api-code.ts";

export interface LambdaFunctionArgs {
  readonly description: $util.Input<string>;
  readonly code: CodeSource;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  readonly permissions: readonly sst.aws.FunctionPermissionArgs[];
  readonly logRetentionDays: number;
  readonly keepWarm: KeepWarm | undefined;
  readonly codeDelivery: "sst" | "pipeline";
}

export interface LambdaFunction {
  readonly name: $util.Output<string>;
  readonly alias: aws.lambda.Alias;
  readonly logGroupName: $util.Output<string>;
}

/** Lambda's limit on the name of a function. */
const MAX_NAME_LENGTH = 64;

/**
 * Makes the function.
 *
 * In `sst dev` its code is SST's bridge to this machine: then it keeps the variables and the rights that the bridge
 * needs, and nothing is kept warm, because a ping would find nobody listening.
 *
 * @throws Error for a name that Lambda would refuse.
 */
export function createLambdaFunction(
  name: string,
  args: LambdaFunctionArgs,
  parent: $util.Resource,
): LambdaFunction {
  const { environment, keepWarm } = args;
  const isReleasedElsewhere = args.codeDelivery === "pipeline" && !$dev;
  const code = isReleasedElsewhere ? placeholder() : args.code();
  const functionName = functionNameOf($app.name, $app.stage, name);
  if (functionName.length > MAX_NAME_LENGTH) {
    throw new Error(
      `The function's name ${functionName} has more than ${MAX_NAME_LENGTH} characters; choose a shorter stage or component name.`,
    );
  }

  const fn = new sst.aws.Function(
    `${name}Handler`,
    {
      name: functionName,
      description: args.description,
      runtime: "nodejs24.x",
      architecture: "arm64",
      handler: code.handler,
      ...(code.bundle !== undefined && { bundle: code.bundle }),
      ...(code.afterBundling && { hook: { postbuild: code.afterBundling } }),
      nodejs: {
        format: "esm",
        minify: true,
        // Else what a request needs and what it does not need are one file, read at each cold start.
        splitting: true,
        // Else each chunk's map is uploaded at each deployment, for nobody to read.
        esbuild: { sourcemap: false },
      },
      memory: `${args.memoryMegabytes} MB`,
      timeout: `${args.timeoutSeconds} seconds`,
      environment,
      permissions: [...args.permissions, ...ownRights(functionName, keepWarm)],
      versioning: true,
      transform: {
        function: (functionArgs, options) => {
          // SST's own variables serve its resource links, of which there are none.
          if (!$dev) functionArgs.environment = { variables: environment };
          if (isReleasedElsewhere)
            options.ignoreChanges = [...(options.ignoreChanges ?? []), "s3Bucket", "s3Key", "handler"];
        },
        role: (roleArgs) => {
          if ($dev) return;
          // SST would also trust the whole account, and let the function write to every log.
          roleArgs.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({
            Service: "lambda.amazonaws.com",
          });
          roleArgs.managedPolicyArns = [];
        },
        logGroup: (logGroupArgs) => {
          logGroupArgs.retentionInDays = args.logRetentionDays;
        },
      },
    },
    { parent },
  );

  const alias = new aws.lambda.Alias(
    `${name}Alias`,
    { name: ALIAS_NAME, functionName: fn.name, functionVersion: fn.nodes.function.version },
    {
      parent,
      // A release keeps its record in the description.
      ...(isReleasedElsewhere && { ignoreChanges: ["functionVersion", "routingConfig", "description"] }),
    },
  );

  if (keepWarm && !$dev) createWarmth(name, keepWarm, alias, parent);
  return { name: fn.name, alias, logGroupName: $interpolate`/aws/lambda/${fn.name}` };
}

/**
 * What the function may do for its own sake: write its log, and with a warmer of several instances call itself. The
 * ARNs are made of names, because function and alias need the role to be there first.
 */
function ownRights(functionName: string, keepWarm: KeepWarm | undefined): sst.aws.FunctionPermissionArgs[] {
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const arn = (service: string, resource: string) =>
    $interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  const fansOut = keepWarm?.by === "warmer" && keepWarm.instances > 1;
  return [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [arn("logs", `log-group:/aws/lambda/${functionName}:*`)],
    },
    ...(fansOut
      ? [
          {
            actions: ["lambda:InvokeFunction"],
            resources: [arn("lambda", `function:${functionName}:${ALIAS_NAME}`)],
          },
        ]
      : []),
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

/** What stands in the function until the pipeline releases its first version: it says so, and answers nothing else. */
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
