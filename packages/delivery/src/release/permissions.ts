/** What AWS must allow to those who release: every call that a release or a rollback makes, and no other. */
import { ALIAS_NAME } from "@lambda-express-api/infra/names.ts";
import { DEPLOYMENT_CONFIG_PREFIX } from "@lambda-express-api/infra/traffic-shifts.ts";

export interface PermissionStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** What is the release's own, in the bucket: a folder with the function's name. */
export function packageFolder(functionName: string): string {
  return `${functionName}/`;
}

/**
 * Gives the statements.
 *
 * `s3:ListBucket` is not among them: a package that is not there then looks like one that may not be seen, and is
 * uploaded. Lambda reads the package with the rights of the caller. Neither is `lambda:UpdateAlias`: CodeDeploy moves callers.
 *
 * @param functionArn without a version or an alias.
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
        // A shift that heeds no alarms asks for it (API reference, CreateDeployment).
        "codedeploy:UpdateDeploymentGroup",
      ],
      resources: [codeDeployArn(`deploymentgroup:${functionName}/${ALIAS_NAME}`)],
    },
    // CreateDeployment asks for both (CodeDeploy user guide, "CodeDeploy permissions reference").
    {
      actions: ["codedeploy:RegisterApplicationRevision"],
      resources: [codeDeployArn(`application:${functionName}`)],
    },
    {
      actions: ["codedeploy:GetDeploymentConfig"],
      resources: [codeDeployArn(`deploymentconfig:${DEPLOYMENT_CONFIG_PREFIX}*`)],
    },
    // It takes no resource (Service Authorization Reference, AWS CodeDeploy).
    { actions: ["codedeploy:StopDeployment"], resources: ["*"] },
  ];
}
