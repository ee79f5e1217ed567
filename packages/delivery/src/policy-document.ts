/** Converts this package's permissions to an IAM policy. */
import type { PermissionStatement } from "./release/permissions.ts";

export interface ConditionalStatement extends PermissionStatement {
  /** By operator and key, such as `{ StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com"] } }`. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Returns the JSON of a policy that allows the statements (IAM user guide, "IAM JSON policy reference"). */
export function policyDocument(statements: readonly ConditionalStatement[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map(({ actions, resources, conditions }) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(conditions && { Condition: conditions }),
    })),
  });
}
