// Tests which resources a deploy role may create beside the API, by the names that SST gives them.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { foreignNames, missingRights } from "@lambda-express-api/infra/doctor/deploy-rights.ts";
import type { Graph, Resource } from "@lambda-express-api/infra/testing/graph.ts";
import { may } from "@lambda-express-api/infra/testing/may.ts";
import { synthesise } from "@lambda-express-api/infra/testing/synthesise.ts";
import { statements } from "@lambda-express-api/infra/testing/view.ts";
import { boundaryPermissions, deployPermissions } from "../../src/deploy-permissions.ts";
import { deploymentRequests, type ResourceRequest } from "../deployment-requests.ts";
import { graphPolicyFaults, policyFaults } from "../iam-data.ts";

const rightsOf = (appName: string, stage: string) =>
  deployPermissions({
    partition: "aws",
    region: "eu-west-1",
    accountId: "123456789012",
    appName,
    stage,
    stateBucket: "sst-state",
    assetBucket: "sst-asset",
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
  }).map((statement) => ({ effect: "Allow", conditions: {}, ...statement }));

const required = {
  JWT_ISSUER: "https://securetoken.google.com/my-project",
  JWT_AUTHORIZED_AUDIENCES: "my-project",
  FIREBASE_APP_API_KEY: "AIzaSyExample",
};
/** A stage with an owner's resources, and one with releases, a warmer and a container. */
let ownersInfra: Graph;
let released: Graph;
before(async () => {
  [ownersInfra, released] = await Promise.all([
    synthesise({
      config: "packages/infra/test/configs/owners-infra.ts",
      stage: "dev",
      environment: {
        ...required,
        PERMISSIONS_BOUNDARY_ARN: "arn:aws:iam::123456789012:policy/boundary",
      },
    }),
    synthesise({
      config: "packages/infra/test/configs/default.ts",
      stage: "dev",
      environment: {
        ...required,
        CODE_DELIVERY: "pipeline",
        KEEP_WARM: "warmer",
        KEEP_WARM_INSTANCES: "2",
        DNS_ZONE_ID: "Z2FDTNDATAQYW2",
        CONTAINER_IMAGE: "example/image:1",
        CONTAINER_DOMAIN_NAME: "container.example.com",
      },
    }),
  ]);
});

describe("the rights to deploy a stage with a table, a queue, a bucket, a topic and jobs", () => {
  let requests: readonly ResourceRequest[];
  before(() => {
    // Other tests cover roles and their boundary.
    requests = deploymentRequests(ownersInfra).filter(({ action }) => !action.startsWith("iam:"));
    for (const service of [
      "dynamodb:",
      "sqs:",
      "sns:",
      "s3:CreateBucket",
      "events:",
      "lambda:CreateEventSourceMapping",
    ])
      assert.ok(
        requests.some(({ action }) => action.startsWith(service)),
        service,
      );
  });

  it("are for resources whose own policies name actions, resources and conditions as AWS does", async () => {
    assert.deepEqual(await graphPolicyFaults(ownersInfra), []);
  });

  it("cover all of them", () => {
    const rights = rightsOf("fixture-api", "dev");
    for (const request of requests)
      assert.ok(may(rights, request), `${request.action} on ${request.resource}`);
  });

  it("exclude resources with the name of another stage, except the tags of mappings, which have an id", () => {
    const rights = rightsOf("fixture-api", "production");
    const isTagOfMapping = ({ action, resource }: ResourceRequest) =>
      /tag/i.test(action) && resource.includes(":event-source-mapping:");
    for (const request of requests.filter(({ action }) =>
      /^(dynamodb|sqs|sns|events|lambda):|^s3:(Create|Put|Get|Delete)Bucket/.test(action),
    ))
      assert.equal(may(rights, request), isTagOfMapping(request), `${request.action} on ${request.resource}`);
  });

  it("match the kinds and names that the doctor accepts", () => {
    assert.deepEqual(missingRights(ownersInfra.resources, "fixture-api-dev-"), []);
    assert.deepEqual(foreignNames(ownersInfra.resources, "fixture-api-dev-"), []);
  });
});

describe("the rights to attach a managed policy", () => {
  const made = (type: string, inputs: Resource["inputs"]) =>
    ({ urn: type, type, name: type, inputs, isComponent: false }) as unknown as Resource;
  const requestsFor = (permissionsBoundary: string) => {
    const name = "fixture-api-dev-StepsRole-abcdefgh";
    const resources = [
      made("aws:iam/role:Role", { name, permissionsBoundary }),
      made("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role: name }),
    ];
    assert.deepEqual(missingRights(resources, "fixture-api-dev-"), []);
    return deploymentRequests({ resources, outputs: {}, hints: {} });
  };

  it("cover a role with the boundary, as the doctor says", () => {
    for (const request of requestsFor("arn:aws:iam::123456789012:policy/boundary"))
      assert.ok(may(rightsOf("fixture-api", "dev"), request), request.action);
  });

  it("exclude a role without it", () => {
    const [attach] = requestsFor("none").filter(({ action }) => action === "iam:AttachRolePolicy");
    assert.ok(attach && !may(rightsOf("fixture-api", "dev"), attach));
  });
});

describe("the doctor's statement for another kind", () => {
  for (const [type, inputs] of [
    ["aws:kinesis/stream:Stream", { name: "fixture-api-dev-Clicks" }],
    ["aws:cognito/userPool:UserPool", { name: "fixture-api-dev-Users" }],
    ["aws:sfn/stateMachine:StateMachine", { name: "fixture-api-dev-Steps" }],
    ["aws:ec2/vpc:Vpc", {}],
    ["aws:lb/loadBalancer:LoadBalancer", { name: "fixture-api-dev-Lb" }],
    ["aws:opensearch/domain:Domain", {}],
    ["aws:efs/fileSystem:FileSystem", {}],
    ["aws:appautoscaling/target:Target", {}],
    ["aws:sesv2/emailIdentity:EmailIdentity", {}],
    ["aws:msk/cluster:Cluster", {}],
  ] as const) {
    it(`names actions and resources as AWS does: ${type}`, async () => {
      const made = { type, inputs, name: type, isComponent: false } as unknown as Resource;
      const [missing] = missingRights([made], "fixture-api-dev-");
      assert.ok(missing?.statement);
      assert.deepEqual(await policyFaults([missing.statement]), []);
    });
  }
});

describe("a stage with releases, a warmer and a container", () => {
  it("has policies that name actions, resources and conditions as AWS does", async () => {
    assert.deepEqual(await graphPolicyFaults(released), []);
  });

  it("has a boundary for its roles that lets CodeDeploy move the callers of this stage only", () => {
    const needed = statements(released)
      .filter(({ role }) => role === "fixture-api-dev-Api-Shift")
      .flatMap(({ actions, resources }) =>
        actions.flatMap((action) =>
          resources.map((resource) => ({ action, resource: resource.replace("*", "x") })),
        ),
      );
    assert.ok(needed.some(({ action }) => action === "lambda:UpdateAlias"));
    const boundaryOf = (stage: string) =>
      boundaryPermissions(
        { partition: "aws", region: "eu-west-1", accountId: "123456789012", appName: "fixture-api", stage },
        [],
      ).map((statement) => ({ effect: "Allow", conditions: {}, ...statement }));
    for (const request of needed) {
      assert.ok(may(boundaryOf("dev"), request), `${request.action} on ${request.resource}`);
      assert.equal(may(boundaryOf("prod"), request), request.action === "cloudwatch:DescribeAlarms");
    }
  });
});
