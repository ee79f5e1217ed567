import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { policyFaults } from "./iam-data.ts";

describe("the data that AWS publishes", () => {
  it("finds an unknown action, a resource of another service and a condition key of another action", async () => {
    const BUCKET = "arn:aws:s3:::my-bucket";
    assert.deepEqual(await policyFaults([{ actions: ["s3:GetObjects"], resources: [`${BUCKET}/*`] }]), [
      "s3:GetObjects is not an action of AWS",
      `${BUCKET}/* is supported by none of s3:GetObjects`,
    ]);
    assert.deepEqual(await policyFaults([{ actions: ["s3:GetObject"], resources: [BUCKET] }]), [
      `s3:GetObject supports none of the resources ${BUCKET}`,
      `${BUCKET} is supported by none of s3:GetObject`,
    ]);
    assert.deepEqual(
      await policyFaults([
        {
          actions: ["iam:GetRole"],
          resources: ["arn:aws:iam::123456789012:role/x"],
          conditions: { StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com"] } },
        },
      ]),
      ["iam:GetRole does not support the condition key iam:PassedToService"],
    );
  });
});
