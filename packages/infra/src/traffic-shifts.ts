/** Ways to shift callers to a new version (CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform"). */

/**
 * AWS's names without their prefix. `Linear10PercentEvery10Minutes` is left out, because it takes longer than a workflow or a
 * build may run.
 */
export const TRAFFIC_SHIFTS = [
  "AllAtOnce",
  "Canary10Percent5Minutes",
  "Canary10Percent10Minutes",
  "Canary10Percent15Minutes",
  "Canary10Percent30Minutes",
  "Linear10PercentEvery1Minute",
  "Linear10PercentEvery2Minutes",
  "Linear10PercentEvery3Minutes",
] as const;

export type TrafficShift = (typeof TRAFFIC_SHIFTS)[number];

/** AWS's prefix of these names. */
export const DEPLOYMENT_CONFIG_PREFIX = "CodeDeployDefault.Lambda";
