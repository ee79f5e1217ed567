/** The AWS caller of endpoints with `iam(...)`. Only the local gateway knows its keys, so they need not be secret. */
import type { AwsCaller } from "@lambda-express-api/gateway";

export const LOCAL_AWS_CALLER: AwsCaller = {
  accessKeyId: "AKIALOCALCALLER",
  secretAccessKey: "not-secret",
  userArn: "arn:aws:iam::123456789012:user/local",
};

/** The Region of the local gateway, for which requests are signed. */
export const LOCAL_REGION = "eu-west-1";
