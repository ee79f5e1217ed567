/** What every function of ours is made with: a role that may do what is said here and nothing else, a log with an end. */
import type { FunctionCode } from "./api-code.ts";

/** What is given to a function, or to a container, beside the environment. */
export interface OwnRights {
  /** Resources that it may use, with the rights that SST says they need: `[table, queue]`. */
  readonly link?: sst.aws.FunctionArgs["link"];
  /** What else it may do at AWS. Default: nothing. */
  readonly permissions?: readonly sst.aws.FunctionPermissionArgs[];
}

export interface OwnFunctionArgs extends OwnRights {
  /** The log that it may write to, and no other. */
  readonly logGroupName: string;
  readonly description: $util.Input<string>;
  readonly code: FunctionCode;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  readonly logRetentionDays: number;
  /** Where what it reaches is private. A function there has no way to the internet but a NAT. */
  readonly vpc?: sst.aws.FunctionArgs["vpc"] | undefined;
  /** What function and role are called at AWS, by their names in the program. Default: SST's choice. */
  readonly nameAtAws?: ((logicalName: string) => string) | undefined;
  /** Properties of the function that a deployment leaves alone. Default: none. */
  readonly ignoreChanges?: readonly string[];
}

/**
 * Gives the arguments of an `sst.aws.Function`.
 *
 * In `sst dev` its code is SST's bridge to this machine: then it keeps the variables and the rights that the bridge
 * needs.
 */
export function functionArgs(args: OwnFunctionArgs): sst.aws.FunctionArgs {
  const {
    logGroupName,
    code,
    environment,
    link,
    permissions = [],
    vpc,
    nameAtAws,
    ignoreChanges = [],
  } = args;
  return {
    description: args.description,
    runtime: "nodejs24.x",
    architecture: "arm64",
    handler: code.handler,
    ...(code.bundle !== undefined && { bundle: code.bundle }),
    ...(code.afterBundling && { hook: { postbuild: code.afterBundling } }),
    nodejs: {
      format: "esm",
      minify: true,
      // Otherwise what a request needs and what it does not need are one file, read at each cold start.
      splitting: true,
      // Otherwise each chunk's map is uploaded at each deployment, and never read.
      esbuild: { sourcemap: false },
    },
    memory: `${args.memoryMegabytes} MB`,
    timeout: `${args.timeoutSeconds} seconds`,
    environment,
    ...(link && { link }),
    ...(vpc && { vpc }),
    permissions: [...permissions, logRights(logGroupName), ...(vpc ? [NETWORK_RIGHTS] : [])],
    transform: {
      function: (inputs, options, logicalName) => {
        if (nameAtAws) inputs.name = nameAtAws(logicalName);
        // SST's own variables are for code that reads its links; ours reads the environment, as it does locally.
        if (!$dev) inputs.environment = { variables: environment };
        options.ignoreChanges = [...(options.ignoreChanges ?? []), ...ignoreChanges];
      },
      role: (inputs, _options, logicalName) => {
        if (nameAtAws) inputs.name = nameAtAws(logicalName);
        if ($dev) return;
        // SST would also trust the whole account, and let the function write to every log.
        inputs.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" });
        inputs.managedPolicyArns = [];
      },
      logGroup: (inputs) => {
        inputs.retentionInDays = args.logRetentionDays;
      },
    },
  };
}

/** The ARN of something of this account, made of its name: a function needs its role to be there first. */
export function ownArn(service: string, resource: string): $util.Output<string> {
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return $interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

function logRights(logGroupName: string): sst.aws.FunctionPermissionArgs {
  return {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [ownArn("logs", `log-group:${logGroupName}:*`)],
  };
}

/** A function's network interfaces have ids that are not known before (Lambda developer guide, "VPC", permissions). */
const NETWORK_RIGHTS: sst.aws.FunctionPermissionArgs = {
  actions: [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ],
  resources: ["*"],
};
