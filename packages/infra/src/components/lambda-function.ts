/**
 * The function: published versions behind the alias `latest`, a role that may do what is said here and nothing else,
 * a log that is not kept for ever. Everything that calls the function calls the alias.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type { KeepWarm } from "../settings.ts";

export interface LambdaFunctionArgs {
  readonly description: $util.Input<string>;
  /** The entry, seen from the root of the project; or, with `bundle`, from a folder that is ready to be run. */
  readonly code: {
    readonly handler: string;
    readonly bundle?: string;
    /** Is given the folder that SST has bundled into, before it is packed. */
    readonly afterBundling?: (folder: string) => Promise<void>;
  };
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
}

export const ALIAS_NAME = "latest";

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
  const { code, environment, keepWarm } = args;
  const isReleasedElsewhere = args.codeDelivery === "pipeline" && !$dev;
  const functionName = `${$app.name}-${$app.stage}-${name}`;
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
      handler: isReleasedElsewhere ? "bundle.handler" : code.handler,
      ...(isReleasedElsewhere ? { bundle: placeholderBundle() } : code.bundle && { bundle: code.bundle }),
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
      permissions: [...args.permissions],
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
    { parent, ...(isReleasedElsewhere && { ignoreChanges: ["functionVersion", "routingConfig"] }) },
  );

  if (!$dev) {
    const fansOut = keepWarm?.by === "warmer" && keepWarm.instances > 1;
    new aws.iam.RolePolicy(
      `${name}OwnRights`,
      {
        role: fn.nodes.role.name,
        policy: aws.iam.getPolicyDocumentOutput({
          statements: [
            {
              effect: "Allow",
              actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
              resources: [$interpolate`${fn.nodes.logGroup.apply((logGroup) => logGroup?.arn ?? "")}:*`],
            },
            ...(fansOut
              ? [{ effect: "Allow", actions: ["lambda:InvokeFunction"], resources: [alias.arn] }]
              : []),
          ],
        }).json,
      },
      { parent },
    );
    if (keepWarm) createWarmth(name, keepWarm, alias, parent);
  }
  return { name: fn.name, alias };
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

function placeholderBundle(): string {
  const folder = ".sst/placeholder";
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/bundle.mjs`, PLACEHOLDER);
  return folder;
}
