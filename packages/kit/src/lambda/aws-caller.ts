/** The AWS caller in Lambda, whose signature API Gateway has verified. Loaded by the first request of an endpoint for those. */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Principal } from "../auth/principal.ts";

/** There in the event of a route with `AWS_IAM`; only the gateway can write it. */
type IamContext = Readonly<Record<string, unknown>>;

/** What the gateway says of an AWS caller and is not null, but for the key with which the caller has signed. */
const AWS_CLAIMS = ["userArn", "userId", "accountId", "callerId", "principalOrgId"];

/**
 * Gives the AWS caller of the event that a request was made of: its subject is the caller's ARN.
 *
 * @returns `undefined` where the gateway has verified no signature.
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
