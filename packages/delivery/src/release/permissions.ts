/** The rights for a release: exactly the calls of a release and a rollback. */
import { ALIAS_NAME } from "@lambda-express-api/infra/names.ts";
import { DEPLOYMENT_CONFIG_PREFIX } from "@lambda-express-api/infra/traffic-shifts.ts";

export interface PermissionStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** The release's part of the bucket: a folder with the function's name. */
export function packageFolder(functionName: string): string {
  return `${functionName}/`;
}

/**
 * Returns the statements.
 *
 * They do not include `s3:ListBucket`: a missing package then looks like a forbidden one, and is uploaded. Lambda reads the
 * package with the caller's rights. Nor do they include `lambda:UpdateAlias`: CodeDeploy moves callers.
 *
 * @param functionArn without version or alias.
 */
export function releasePermissions({
  functionArn,
  bucketArn,
}: {
  readonly functionArn: string;
  readonly bucketArn: string;
}): readonly PermissionStatement[] {
  const functionName = functionArn.split(":").at(-1) ?? "";
  const codeDeployArn = (resource: string) =>
    `${functionArn.replace(":lambda:", ":codedeploy:").replace(/:function:.*/, "")}:${resource}`;
  return [
    {
      actions: [
        "lambda:GetAlias",
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction",
        "lambda:PublishVersion",
        "lambda:UpdateFunctionCode",
      ],
      // The function, and its versions and aliases.
      resources: [functionArn, `${functionArn}:*`],
    },
    {
      actions: ["s3:GetObject", "s3:PutObject"],
      resources: [`${bucketArn}/${packageFolder(functionName)}*`],
    },
    {
      actions: [
        "codedeploy:BatchGetDeployments",
        "codedeploy:CreateDeployment",
        "codedeploy:GetDeployment",
        "codedeploy:GetDeploymentGroup",
        "codedeploy:ListDeployments",
        // A shift that ignores alarms needs it (API reference, CreateDeployment).
        "codedeploy:UpdateDeploymentGroup",
      ],
      resources: [codeDeployArn(`deploymentgroup:${functionName}/${ALIAS_NAME}`)],
    },
    // CreateDeployment needs both (CodeDeploy user guide, "CodeDeploy permissions reference").
    {
      actions: ["codedeploy:RegisterApplicationRevision"],
      resources: [codeDeployArn(`application:${functionName}`)],
    },
    {
      actions: ["codedeploy:GetDeploymentConfig"],
      resources: [codeDeployArn(`deploymentconfig:${DEPLOYMENT_CONFIG_PREFIX}*`)],
    },
    // It supports no resource (Service Authorization Reference, AWS CodeDeploy).
    { actions: ["codedeploy:StopDeployment"], resources: ["*"] },
  ];
}
