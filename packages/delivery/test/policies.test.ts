// Checks every policy of this repository against AWS's published data about actions.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Graph } from "@lambda-express-api/infra/testing/graph.ts";
import { synthesise } from "@lambda-express-api/infra/testing/synthesise.ts";
import { all, statements } from "@lambda-express-api/infra/testing/view.ts";
import type { ConditionalStatement } from "../src/policy-document.ts";
import { policyFaults } from "./iam-data.ts";

/** The policies of a graph, inline and managed. */
function policiesOf(graph: Graph): ConditionalStatement[] {
  const standing = all(graph, "aws:iam/policy:Policy").flatMap(({ inputs }) =>
    (JSON.parse(String(inputs.policy)).Statement as Record<string, string | string[]>[]).map(
      ({ Action = [], Resource = [] }) => ({ actions: [Action].flat(), resources: [Resource].flat() }),
    ),
  );
  return [...(statements(graph) as unknown as ConditionalStatement[]), ...standing];
}

const caller = {
  JWT_ISSUER: "https://securetoken.google.com/my-project",
  JWT_AUTHORIZED_AUDIENCES: "my-project",
  FIREBASE_APP_API_KEY: "AIzaSyExample",
};

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

for (const [what, config, stage, environment] of [
  ["the roles for GitHub Actions", "packages/delivery/examples/github/sst.config.ts", "main", {}],
  ["the role for previews", "packages/delivery/examples/github-previews/sst.config.ts", "main", {}],
  ["the other roles for GitHub Actions", "packages/delivery/test/configs/github-roles.ts", "dev", {}],
  ["the pipelines", "packages/delivery/test/configs/pipelines.ts", "dev", {}],
  [
    "the resources of infra.ts and the jobs",
    "packages/infra/test/configs/owners-infra.ts",
    "dev",
    { ...caller, PERMISSIONS_BOUNDARY_ARN: "arn:aws:iam::123456789012:policy/boundary" },
  ],
  [
    "a stage with releases, a warmer and a container",
    "packages/infra/test/configs/default.ts",
    "dev",
    {
      ...caller,
      CODE_DELIVERY: "pipeline",
      KEEP_WARM: "warmer",
      KEEP_WARM_INSTANCES: "2",
      DNS_ZONE_ID: "Z2FDTNDATAQYW2",
      CONTAINER_IMAGE: "example/image:1",
      CONTAINER_DOMAIN_NAME: "container.example.com",
    },
  ],
] as const) {
  describe(`the policies of ${what}`, () => {
    it("name actions, resources and conditions as AWS does", async () => {
      const policies = policiesOf(await synthesise({ config, stage, environment }));
      assert.ok(policies.length > 0);
      const faults = await policyFaults(policies);
      // SST gives a job that reads a table's stream this right, which has no effect on a stream.
      const ours = faults.filter(
        (fault) => !fault.startsWith("dynamodb:ListStreams supports none of the resources"),
      );
      assert.deepEqual(ours, []);
    });
  });
}
