/**
 * Shifts callers from one version to the next, and back if an alarm goes off: a CodeDeploy application named after the
 * function, a deployment group named after its alias, and a role that may move only that alias.
 */
import { ALIAS_NAME } from "../names.ts";
import { DEPLOYMENT_CONFIG_PREFIX, type TrafficShift } from "../traffic-shifts.ts";
import { ownArn } from "./function-args.ts";

export interface DeploymentGroupArgs {
  readonly functionName: string;
  /** The default shift of a release. */
  readonly trafficShift: TrafficShift;
  /** The alarms that roll a release back. */
  readonly alarmNames: readonly $util.Input<string>[];
}

/** IAM's limit on a role's name. */
const MAX_ROLE_NAME_LENGTH = 64;

/** @throws Error for names that IAM would refuse. */
export function createDeploymentGroup(
  name: string,
  { functionName, trafficShift, alarmNames }: DeploymentGroupArgs,
  parent: $util.Resource,
): void {
  const roleName = `${functionName}-Shift`;
  if (roleName.length > MAX_ROLE_NAME_LENGTH) {
    throw new Error(
      `The role's name ${roleName} has more than ${MAX_ROLE_NAME_LENGTH} characters; choose a shorter stage or component name.`,
    );
  }
  const groupArn = ownArn("codedeploy", `deploymentgroup:${functionName}/${ALIAS_NAME}`);
  const functionArn = ownArn("lambda", `function:${functionName}`);
  const role = new aws.iam.Role(
    `${name}ShiftRole`,
    {
      name: roleName,
      assumeRolePolicy: groupArn.apply((groupArn) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: "sts:AssumeRole",
              Principal: { Service: "codedeploy.amazonaws.com" },
              // CodeDeploy user guide, "Cross-service confused deputy prevention".
              Condition: { StringEquals: { "aws:SourceArn": groupArn } },
            },
          ],
        }),
      ),
    },
    { parent },
  );
  // The part of AWSCodeDeployRoleForLambda that a shift without hooks needs, for this function only.
  const policy = new aws.iam.RolePolicy(
    `${name}ShiftPolicy`,
    {
      role: role.name,
      policy: $util.all([functionArn, ownArn("cloudwatch", "alarm:*")]).apply(([functionArn, alarmsArn]) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
              Resource: [functionArn, `${functionArn}:*`],
            },
            // CloudWatch does not support this right for single alarms.
            { Effect: "Allow", Action: ["cloudwatch:DescribeAlarms"], Resource: [alarmsArn] },
          ],
        }),
      ),
    },
    { parent },
  );

  const application = new aws.codedeploy.Application(
    `${name}Application`,
    { name: functionName, computePlatform: "Lambda" },
    { parent },
  );
  new aws.codedeploy.DeploymentGroup(
    `${name}DeploymentGroup`,
    {
      appName: application.name,
      deploymentGroupName: ALIAS_NAME,
      serviceRoleArn: role.arn,
      deploymentConfigName: `${DEPLOYMENT_CONFIG_PREFIX}${trafficShift}`,
      deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
      alarmConfiguration: { enabled: true, alarms: [...alarmNames] },
      autoRollbackConfiguration: {
        enabled: true,
        events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
      },
    },
    { parent, dependsOn: [policy] },
  );
}
