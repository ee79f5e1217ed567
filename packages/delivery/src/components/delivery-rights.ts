/** What AWS lets a pipeline or a workflow do that deploys one stage of the API. */
import { API_NAME, functionNameOf } from "@lambda-express-api/infra/names.ts";
import { boundaryPermissions, deployPermissions } from "../deploy-permissions.ts";
import { type ConditionalStatement, policyDocument } from "../policy-document.ts";
import { releasePermissions } from "../release/permissions.ts";

export interface DeployRightsArgs {
  readonly appName: string;
  readonly stage: string;
  /** The stage's domain, if it has one, and its zone, if that is at Route 53. */
  readonly domain: { readonly hostedZoneId?: string } | undefined;
  /** What the stage's functions may do at AWS at most, beside writing their log. */
  readonly permissions: readonly ConditionalStatement[];
  /** What the stage consists of besides, as `npm run doctor` says it. */
  readonly alsoDeploys: readonly ConditionalStatement[];
}

export interface DeployRights {
  readonly permissions: $util.Output<readonly ConditionalStatement[]>;
  readonly permissionsBoundaryArn: $util.Output<string>;
}

/** The rights to `sst deploy`, and the policy that every role of the stage has to be bounded by. */
export function createDeployRights(
  name: string,
  args: DeployRightsArgs,
  parent: $util.Resource,
): DeployRights {
  const { appName, stage } = args;
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const scope = $util
    .all([partition, region, accountId])
    .apply(([partition, region, accountId]) => ({ partition, region, accountId, appName, stage }));
  const boundary = new aws.iam.Policy(
    `${name}Boundary`,
    {
      description: `What the functions of ${appName}, stage ${stage}, may do at most.`,
      policy: scope.apply((scope) => policyDocument(boundaryPermissions(scope, args.permissions))),
    },
    { parent },
  );
  // SST made them when it first deployed anything here, such as this.
  const buckets = aws.ssm.getParameterOutput({ name: "/sst/bootstrap" }).value.apply(JSON.parse);
  return {
    permissionsBoundaryArn: boundary.arn,
    permissions: $util
      .all([scope, boundary.arn, buckets])
      .apply(([scope, permissionsBoundaryArn, { state, asset }]) => [
        ...deployPermissions({
          ...scope,
          stateBucket: state,
          assetBucket: asset,
          permissionsBoundaryArn,
          domain: args.domain,
        }),
        ...args.alsoDeploys,
      ]),
  };
}

/** The rights to `npm run release`, to a function that is there. */
export function releaseRights(
  { appName, stage }: Pick<DeployRightsArgs, "appName" | "stage">,
  bucketArn: $util.Input<string>,
): $util.Output<readonly ConditionalStatement[]> {
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const functionName = functionNameOf(appName, stage, API_NAME);
  return $util
    .all([partition, region, accountId, bucketArn])
    .apply(([partition, region, accountId, bucketArn]) =>
      releasePermissions({
        functionArn: `arn:${partition}:lambda:${region}:${accountId}:function:${functionName}`,
        bucketArn,
      }),
    );
}
