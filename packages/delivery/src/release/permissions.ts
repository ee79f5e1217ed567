/** What AWS must allow to whoever releases: every call that a release or a rollback makes, and no other. */

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
 * uploaded. Lambda reads the package with the rights of whoever releases.
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
  return [
    {
      actions: [
        "lambda:GetAlias",
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction",
        "lambda:PublishVersion",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
      ],
      // The function, and its versions and aliases.
      resources: [functionArn, `${functionArn}:*`],
    },
    {
      actions: ["s3:GetObject", "s3:PutObject"],
      resources: [`${bucketArn}/${packageFolder(functionName)}*`],
    },
    // Metrics have no ARN (Service Authorization Reference, Amazon CloudWatch).
    { actions: ["cloudwatch:GetMetricData"], resources: ["*"] },
  ];
}
