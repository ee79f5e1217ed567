/** The rights of a pipeline or workflow that deploys one stage of the API. */
import { API_NAME, functionNameOf } from "@lambda-express-api/infra/names.ts";
import { boundaryPermissions, deployPermissions } from "../deploy-permissions.ts";
import { type ConditionalStatement, policyDocument } from "../policy-document.ts";
import { releasePermissions } from "../release/permissions.ts";

/** The name of an SST app. */
export const APP_NAME: RegExp = /^[A-Za-z][A-Za-z0-9-]*$/;

export interface DeployRightsArgs {
  readonly appName: string;
  readonly stage: string;
  /** The stage's domain, and its zone if that is at Route 53. */
  readonly domain: { readonly hostedZoneId?: string } | undefined;
  /** The most that the stage's functions may do at AWS, in addition to writing their log. */
  readonly permissions: readonly ConditionalStatement[];
  /** Statements for the stage's other resources, as printed by `npm run doctor`. */
  readonly alsoDeploys: readonly ConditionalStatement[];
}

export interface DeployRights {
  readonly permissions: $util.Output<readonly ConditionalStatement[]>;
  readonly permissionsBoundaryArn: $util.Output<string>;
}

/** The rights for `sst deploy`, and the required boundary of the stage's roles. */
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
      description: `The most that the functions of ${appName}, stage ${stage}, may do.`,
      policy: scope.apply((scope) => policyDocument(boundaryPermissions(scope, args.permissions))),
    },
    { parent },
  );
  // SST created them at its first deployment in this account, such as this one.
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

/** The rights for `npm run release` of an existing function. */
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
