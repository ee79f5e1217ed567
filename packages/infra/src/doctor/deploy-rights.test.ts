import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Resource } from "../testing/graph.ts";
import { foreignNames, missingRights } from "./deploy-rights.ts";

const resource = (type: string, inputs: Resource["inputs"]): Resource => ({
  urn: type,
  type,
  name: type,
  parent: "",
  isComponent: false,
  inputs,
  dependsOn: [],
  aliases: [],
  deleteBeforeReplace: false,
  ignoreChanges: [],
  protect: false,
  retainOnDelete: false,
});
const PREFIX = "orders-api-dev-";

describe("the resources that a deploy role cannot create", () => {
  it("do not include tables, queues, topics, buckets, roles and functions", () => {
    const known = [
      "dynamodb/table:Table",
      "sqs/queue:Queue",
      "sns/topic:Topic",
      "s3/bucketPolicy:BucketPolicy",
      "iam/role:Role",
      "iam/rolePolicyAttachment:RolePolicyAttachment",
      "lambda/function:Function",
    ].map((type) => resource(`aws:${type}`, { name: `${PREFIX}one` }));
    assert.deepEqual(
      missingRights([...known, resource("random:index/randomBytes:RandomBytes", {})], PREFIX),
      [],
    );
  });

  it("come with one statement per service, with names if possible and IAM's name of the service", () => {
    const made = [
      resource("aws:kinesis/stream:Stream", { name: `${PREFIX}Clicks` }),
      resource("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }),
      resource("aws:ec2/subnet:Subnet", {}),
      resource("aws:cognito/userPool:UserPool", { name: `${PREFIX}Users` }),
      resource("aws:iam/user:User", { name: `${PREFIX}Robot` }),
    ];
    assert.deepEqual(missingRights(made, PREFIX), [
      {
        types: ["aws:kinesis/stream:Stream"],
        statement: { actions: ["kinesis:*"], resources: [`arn:aws:kinesis:*:*:*${PREFIX}*`] },
      },
      {
        types: ["aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc"],
        statement: { actions: ["ec2:*"], resources: ["*"] },
      },
      {
        types: ["aws:cognito/userPool:UserPool"],
        statement: { actions: ["cognito-idp:*"], resources: [`arn:aws:cognito-idp:*:*:*${PREFIX}*`] },
      },
      // With this right, the role could remove its own boundary.
      { types: ["aws:iam/user:User"] },
    ]);
  });

  it("include those whose name does not start with app and stage", () => {
    const made = [
      // Shortened by SST.
      resource("aws:iam/role:Role", { name: "orders-a-dev-VeryLongNameRole-abcdefgh" }),
      resource("aws:s3/bucket:Bucket", { bucket: "orders-ap-dev-verylongnamebucket-abcdefgh" }),
      resource("aws:cloudwatch/eventRule:EventRule", { name: "orders-a-dev-VeryLongNameRule-abcdefgh" }),
      // Pulumi would make a name of it.
      resource("aws:sqs/queue:Queue", {}),
      resource("aws:iam/role:Role", { name: `${PREFIX}ApiHandlerRole-abcdefgh` }),
      resource("aws:s3/bucket:Bucket", { bucket: `${PREFIX}invoicesbucket-abcdefgh` }),
      resource("aws:cloudwatch/eventRule:EventRule", { name: `${PREFIX}HourlyRule-abcdefgh` }),
      resource("aws:s3/bucketPolicy:BucketPolicy", { bucket: "another" }),
    ];
    assert.deepEqual(foreignNames(made, PREFIX), [
      "orders-a-dev-VeryLongNameRole-abcdefgh",
      "orders-ap-dev-verylongnamebucket-abcdefgh",
      "orders-a-dev-VeryLongNameRule-abcdefgh",
      "aws:sqs/queue:Queue",
    ]);
  });

  it("compare a bucket's name in lower case, as S3 requires", () => {
    const bucket = resource("aws:s3/bucket:Bucket", { bucket: "orders-api-pr-a-files-abcdefgh" });
    assert.deepEqual(foreignNames([bucket], "orders-api-PR-A-"), []);
  });
});
