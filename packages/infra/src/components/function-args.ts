/** The arguments of every function: a role with only the rights listed here, and a log with a retention. */
import type { FunctionCode } from "./api-code.ts";

/** The rights and the network of a function or a container. */
export interface OwnRights {
  /** Resources that it may use, with the rights that SST defines for them: `[table, queue]`. */
  readonly link?: sst.aws.FunctionArgs["link"];
  /** Other rights at AWS. Default: none. */
  readonly permissions?: readonly sst.aws.FunctionPermissionArgs[];
}

export interface OwnFunctionArgs extends OwnRights {
  /** The only log that it may write to. */
  readonly logGroupName: string;
  readonly description: $util.Input<string>;
  readonly code: FunctionCode;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  readonly logRetentionDays: number;
  /** A network with private resources. A function in it reaches the internet only through a NAT. */
  readonly vpc?: sst.aws.FunctionArgs["vpc"] | undefined;
  /** The names of function and role at AWS, by their names in the program. Default: SST's choice. */
  readonly nameAtAws?: ((logicalName: string) => string) | undefined;
  /** Properties of the function that deployments do not change. Default: none. */
  readonly ignoreChanges?: readonly string[];
}

/**
 * Returns the arguments of an `sst.aws.Function`.
 *
 * In `sst dev` the code is SST's bridge to this machine, so the function keeps the variables and rights that the bridge needs.
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
      // Otherwise each cold start reads a single file with everything, needed or not.
      splitting: true,
      // Otherwise each deployment uploads source maps that nothing reads.
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
        // SST's variables are for code that reads its links. This code reads the environment, as it does locally.
        if (!$dev) inputs.environment = { variables: environment };
        options.ignoreChanges = [...(options.ignoreChanges ?? []), ...ignoreChanges];
      },
      role: (inputs, _options, logicalName) => {
        if (nameAtAws) inputs.name = nameAtAws(logicalName);
        if ($dev) return;
        // SST would also trust the whole account and allow every log.
        inputs.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" });
        inputs.managedPolicyArns = [];
      },
      logGroup: (inputs) => {
        inputs.retentionInDays = args.logRetentionDays;
      },
    },
  };
}

/** An ARN in this account, built from a name, because a function needs its role before it exists itself. */
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

/** The ids of a function's network interfaces are not known in advance (Lambda developer guide, "VPC", permissions). */
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
