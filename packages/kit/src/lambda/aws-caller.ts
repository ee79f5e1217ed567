/**
 * The AWS caller in Lambda, whose signature API Gateway has verified. Loaded by the first request of an `iam`
 * endpoint.
 */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Principal } from "../auth/principal.ts";

/** Part of the event of an `AWS_IAM` route; only the gateway can write it. */
type IamContext = Readonly<Record<string, unknown>>;

/** The gateway's facts about an AWS caller that are not null, except for the access key. */
const AWS_CLAIMS = ["userArn", "userId", "accountId", "callerId", "principalOrgId"];

/**
 * Reads the AWS caller from the event of a request: its subject is the caller's ARN.
 *
 * @returns `undefined` if the gateway has not verified a signature.
 */
export function awsCallerOf({ requestContext }: APIGatewayProxyEventV2): Principal | undefined {
  const { authorizer } = requestContext as { authorizer?: { readonly iam?: IamContext | null } };
  const iam = authorizer?.iam;
  if (typeof iam?.userArn !== "string" || iam.userArn === "") return undefined;
  const claims = AWS_CLAIMS.flatMap((name) => (typeof iam[name] === "string" ? [[name, iam[name]]] : []));
  return Object.freeze({
    subject: iam.userArn,
    groups: Object.freeze([]),
    scopes: Object.freeze([]),
    claims: Object.freeze({ sub: iam.userArn, ...Object.fromEntries(claims) }),
  });
}
