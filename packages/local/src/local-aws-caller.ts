/** The AWS caller of endpoints with `iam(...)`. Its keys need not be secret: only the local gateway accepts them. */
import type { AwsCaller } from "@lambda-express-api/gateway";

export const LOCAL_AWS_CALLER: AwsCaller = {
  accessKeyId: "AKIALOCALCALLER",
  secretAccessKey: "not-secret",
  userArn: "arn:aws:iam::123456789012:user/local",
};

/** The local gateway's Region, used in signatures. */
export const LOCAL_REGION = "eu-west-1";
