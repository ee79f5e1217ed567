// Tests a pipeline and its rights, with the real components.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Graph, Inputs } from "@lambda-express-api/infra/testing/graph.ts";
import { may, type Request } from "@lambda-express-api/infra/testing/may.ts";
import { synthesise } from "@lambda-express-api/infra/testing/synthesise.ts";
import { all, one, statements, trust } from "@lambda-express-api/infra/testing/view.ts";
import { deploymentRequests } from "../deployment-requests.ts";
import { graphPolicyFaults } from "../iam-data.ts";

const ACCOUNT = "123456789012";
const REGION = "eu-west-1";
const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const iam = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;
const boundaryArn = iam("policy/ProductionBoundary");

let example: Graph;
let options: Graph;
/** The API that the example's second pipeline deploys, with every feature except a container. */
let production: Graph;
before(async () => {
  [example, options, production] = await Promise.all([
    synthesise({
      config: "packages/delivery/examples/pipeline/sst.config.ts",
      stage: "shared",
      environment: {},
    }),
    synthesise({
      config: "packages/delivery/test/configs/pipelines.ts",
      stage: "shared",
      environment: {},
    }),
    synthesise({
      config: "packages/infra/test/configs/default.ts",
      stage: "production",
      environment: {
        JWT_ISSUER: "https://securetoken.google.com/my-project",
        JWT_AUTHORIZED_AUDIENCES: "my-project",
        FIREBASE_APP_API_KEY: "AIzaSyExample",
        KEEP_WARM: "warmer",
        KEEP_WARM_INSTANCES: "3",
        DOMAIN_NAME: "api.example.com",
        DNS_ZONE_ID: "Z2FDTNDATAQYW2",
        DASHBOARD: "on",
        BUDGET_USD: "20",
        BUDGET_EMAILS: "ops@example.com",
        PERMISSIONS_BOUNDARY_ARN: boundaryArn,
      },
    }).then(underTheNameOfTheExample),
  ]);
});

function underTheNameOfTheExample(graph: Graph): Graph {
  return JSON.parse(JSON.stringify(graph).replaceAll("fixture-api", "lambda-express-api"));
}

const bounded = { "iam:PermissionsBoundary": boundaryArn };

/** The rights of a role, by its logical name. */
const rights = (graph: Graph, role: string) => {
  const own = statements(graph).filter((statement) => statement.role === role);
  assert.ok(own.length > 0, `${role} has no policy`);
  return (request: Request) => may(own, request);
};
const sentence = ({ action, resource, context }: Request) =>
  `${action} on ${resource}${context ? ` with ${JSON.stringify(context)}` : ""}`;
const buildspecOf = (graph: Graph, name: string) =>
  JSON.parse(String((one(graph, "aws:codebuild/project:Project", name).inputs.source as Inputs).buildspec));
const pipelineOf = (graph: Graph, name: string) =>
  one(graph, "aws:codepipeline/pipeline:Pipeline", name).inputs;
const sourceOf = (graph: Graph, name: string) => {
  const [{ actions }] = pipelineOf(graph, name).stages as [{ actions: Inputs[] }];
  return actions[0]?.configuration as Inputs;
};

describe("a pipeline of pushes", () => {
  it("watches the branch, and deploys each push", () => {
    assert.deepEqual(sourceOf(example, "Staging"), {
      ConnectionArn: arn("codeconnections", "StagingGitHub"),
      FullRepositoryId: "my-company/lambda-express-api",
      BranchName: "main",
      DetectChanges: "true",
      OutputArtifactFormat: "CODEBUILD_CLONE_REF",
    });
    assert.equal(pipelineOf(example, "Staging").triggers, undefined);
    assert.equal(buildspecOf(example, "Staging").phases.install, undefined);
  });
});

describe("a pipeline of releases", () => {
  it("watches version tags only", () => {
    assert.equal(sourceOf(example, "Production").DetectChanges, "false");
    assert.deepEqual(pipelineOf(example, "Production").triggers, [
      {
        providerType: "CodeStarSourceConnection",
        gitConfiguration: { sourceActionName: "Source", pushes: [{ tags: { includes: ["v*"] } }] },
      },
    ]);
  });

  it("refuses a commit without a tag before it runs any of its code", () => {
    const [fetch, describe] = buildspecOf(example, "Production").phases.install.commands;
    assert.match(fetch, /^git fetch .*--tags$/);
    assert.match(describe, /^git describe --exact-match /);
  });
});

describe("every pipeline", () => {
  it("has policies that name actions, resources and conditions as AWS does", async () => {
    assert.deepEqual(await graphPolicyFaults(options), []);
  });

  const pipelines = () =>
    [example, options].flatMap((graph) =>
      all(graph, "aws:codepipeline/pipeline:Pipeline").map(({ name, inputs }) => ({
        graph,
        name: name.replace(/Pipeline$/, ""),
        inputs,
      })),
    );

  it("has type V2, a source and a build, and lets a running execution finish", () => {
    assert.equal(pipelines().length, 5);
    for (const { inputs } of pipelines()) {
      assert.equal(inputs.pipelineType, "V2");
      assert.equal(inputs.executionMode, "SUPERSEDED");
      const stages = inputs.stages as { name: string; actions: Inputs[] }[];
      assert.deepEqual(
        stages.map(({ name, actions }) => [name, actions.map(({ provider }) => provider)]),
        [
          ["Source", ["CodeStarSourceConnection"]],
          ["BuildAndDeploy", ["CodeBuild"]],
        ],
      );
    }
  });

  it("builds on ARM with Node 24, without privileged mode, and with a log retention", () => {
    for (const { graph, name } of pipelines()) {
      const { inputs } = one(graph, "aws:codebuild/project:Project", name);
      const { type, image, privilegedMode = false } = inputs.environment as Inputs;
      assert.equal(type, "ARM_CONTAINER");
      if (name !== "OtherApp") assert.match(String(image), /\/node:24-/);
      assert.equal(privilegedMode, false);
      const log = one(graph, "aws:cloudwatch/logGroup:LogGroup", name).inputs;
      assert.ok(Number(log.retentionInDays) > 0);
      const { cloudwatchLogs } = inputs.logsConfig as { cloudwatchLogs: Inputs };
      assert.equal(cloudwatchLogs.groupName, log.name);
    }
    assert.equal(one(options, "aws:cloudwatch/logGroup:LogGroup", "PushCode").inputs.retentionInDays, 7);
  });

  it("is created after its roles' policies", () => {
    for (const { graph, name } of pipelines()) {
      const policy = (suffix: string) => one(graph, "aws:iam/rolePolicy:RolePolicy", `${name}${suffix}`).urn;
      const project = one(graph, "aws:codebuild/project:Project", name);
      const pipeline = one(graph, "aws:codepipeline/pipeline:Pipeline", name);
      assert.ok(project.dependsOn.includes(policy("Build")), name);
      assert.ok(pipeline.dependsOn.includes(policy("Pipeline")), name);
    }
  });

  it("has roles that only its services assume, and only for this account", () => {
    for (const { graph, name } of pipelines()) {
      assert.deepEqual(trust(graph)[`${name}BuildRole`], [{ Service: "codebuild.amazonaws.com" }]);
      assert.deepEqual(trust(graph)[`${name}PipelineRole`], [{ Service: "codepipeline.amazonaws.com" }]);
      for (const suffix of ["Build", "Pipeline"]) {
        const { inputs } = one(graph, "aws:iam/role:Role", `${name}${suffix}Role`);
        const [statement] = JSON.parse(String(inputs.assumeRolePolicy)).Statement;
        assert.deepEqual(statement.Condition, { StringEquals: { "aws:SourceAccount": ACCOUNT } });
        assert.equal(inputs.managedPolicyArns, undefined);
      }
    }
  });

  it("has policies within IAM's size limits", () => {
    for (const graph of [example, options]) {
      for (const { name, inputs } of all(graph, "aws:iam/rolePolicy:RolePolicy"))
        assert.ok(String(inputs.policy).length <= 10_240, name);
      for (const { name, inputs } of all(graph, "aws:iam/policy:Policy"))
        assert.ok(String(inputs.policy).length <= 6_144, name);
    }
  });

  it("has rights on all resources only for actions without resource names", () => {
    const wide = [example, options]
      .flatMap(statements)
      .filter(({ resources }) => resources.includes("*"))
      .flatMap(({ actions }) => actions);
    assert.deepEqual([...new Set(wide)].sort(), [
      "acm:RequestCertificate",
      "codedeploy:StopDeployment",
      "lambda:CreateEventSourceMapping",
      "lambda:GetAccountSettings",
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
    ]);
  });

  it("lets CodePipeline start only its own build, from its own bucket and connection", () => {
    const allowed = rights(example, "ProductionPipelineRole");
    const project = (name: string) => arn("codebuild", `project/lambda-express-api-pipelines-shared-${name}`);
    const connection = arn("codeconnections", "StagingGitHub");
    for (const request of [
      { action: "codebuild:StartBuild", resource: project("Production") },
      { action: "codebuild:BatchGetBuilds", resource: project("Production") },
      { action: "codestar-connections:UseConnection", resource: connection },
      { action: "codeconnections:UseConnection", resource: connection },
      { action: "s3:PutObject", resource: "arn:aws:s3:::stagingartifacts/x/source/1" },
      { action: "s3:GetObject", resource: "arn:aws:s3:::stagingartifacts/x/source/1" },
    ])
      assert.ok(allowed(request), sentence(request));
    for (const request of [
      { action: "codebuild:StartBuild", resource: project("Staging") },
      { action: "codebuild:UpdateProject", resource: project("Production") },
      { action: "codeconnections:UseConnection", resource: arn("codeconnections", "other") },
      { action: "s3:PutObject", resource: "arn:aws:s3:::other/x" },
      { action: "s3:DeleteBucket", resource: "arn:aws:s3:::stagingartifacts" },
      { action: "lambda:UpdateFunctionCode", resource: arn("lambda", "function:x") },
      { action: "iam:PassRole", resource: iam("role/x") },
    ])
      assert.ok(!allowed(request), sentence(request));
  });
});

describe("the roles of a pipeline", () => {
  it("use the connection only for their own repository", () => {
    const resource = arn("codeconnections", "StagingGitHub");
    for (const role of ["ProductionPipelineRole", "ProductionBuildRole"])
      for (const service of ["codeconnections", "codestar-connections"]) {
        const uses = (context: Record<string, string>) =>
          rights(example, role)({ action: `${service}:UseConnection`, resource, context });
        const key = `${service}:FullRepositoryId`;
        assert.ok(uses({ [key]: "my-company/lambda-express-api" }));
        assert.ok(!uses({ [key]: "my-company/other" }));
        // CodePipeline also uses the connection without naming a repository.
        assert.ok(uses({}));
      }
  });
});

describe("a pipeline that deploys", () => {
  it("may create every resource of a stage with every feature except a container", () => {
    const allowed = rights(example, "ProductionBuildRole");
    const requests = deploymentRequests(production);
    for (const { resourceName, ...request } of requests)
      assert.ok(allowed(request), `${resourceName}: ${sentence(request)}`);
    assert.ok(requests.length > 100, String(requests.length));
  });

  it("may read its settings, SST's bootstrap and the stage's passphrase, and write its log", () => {
    const allowed = rights(example, "ProductionBuildRole");
    for (const request of [
      {
        action: "ssm:GetParameters",
        resource: arn("ssm", "parameter/lambda-express-api/production/settings"),
      },
      { action: "ssm:GetParameter", resource: arn("ssm", "parameter/sst/bootstrap") },
      {
        action: "ssm:GetParameter",
        resource: arn("ssm", "parameter/sst/passphrase/lambda-express-api/production"),
      },
      { action: "s3:ListBucket", resource: "arn:aws:s3:::sst-state" },
      {
        action: "logs:PutLogEvents",
        resource: arn(
          "logs",
          "log-group:/aws/codebuild/lambda-express-api-pipelines-shared-Production:log-stream:x",
        ),
      },
    ])
      assert.ok(allowed(request), sentence(request));
  });

  it("cannot extend its own rights or any other", () => {
    const allowed = rights(example, "ProductionBuildRole");
    const role = iam("role/lambda-express-api-production-ApiHandlerRole-abcdefgh");
    for (const request of [
      { action: "iam:CreateUser", resource: iam("user/x") },
      { action: "iam:CreateAccessKey", resource: iam("user/x") },
      { action: "iam:AttachUserPolicy", resource: iam("user/x"), context: bounded },
      { action: "iam:CreateRole", resource: role },
      {
        action: "iam:CreateRole",
        resource: role,
        context: { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" },
      },
      { action: "iam:CreateRole", resource: iam("role/admin"), context: bounded },
      { action: "iam:PutRolePolicy", resource: role },
      { action: "iam:AttachRolePolicy", resource: role },
      { action: "iam:DeleteRolePermissionsBoundary", resource: role, context: bounded },
      { action: "iam:PutRolePermissionsBoundary", resource: role },
      { action: "iam:CreatePolicyVersion", resource: boundaryArn },
      { action: "iam:SetDefaultPolicyVersion", resource: boundaryArn },
      { action: "iam:CreatePolicy", resource: iam("policy/lambda-express-api-production-x") },
      {
        action: "iam:PassRole",
        resource: iam("role/admin"),
        context: { "iam:PassedToService": "lambda.amazonaws.com" },
      },
      { action: "iam:PassRole", resource: role, context: { "iam:PassedToService": "ec2.amazonaws.com" } },
      { action: "iam:PutRolePolicy", resource: iam("role/ProductionBuildRole-1234567"), context: bounded },
      { action: "iam:UpdateAssumeRolePolicy", resource: iam("role/ProductionBuildRole-1234567") },
      {
        action: "codebuild:UpdateProject",
        resource: arn("codebuild", "project/lambda-express-api-pipelines-shared-Production"),
      },
      { action: "sts:AssumeRole", resource: iam("role/admin") },
      { action: "organizations:LeaveOrganization", resource: "*" },
    ])
      assert.ok(!allowed(request), sentence(request));
  });

  it("reaches outside its stage only resources without names, and stages whose names start with its own", () => {
    const allowed = rights(example, "ProductionBuildRole");
    for (const [action, resource] of [
      ["apigateway:PATCH", `arn:aws:apigateway:${REGION}::/apis/of-staging`],
      ["acm:DeleteCertificate", arn("acm", "certificate/of-staging")],
      ["s3:PutObject", "arn:aws:s3:::sst-asset/assets/of-staging"],
      ["logs:PutResourcePolicy", "*"],
      ["lambda:UpdateFunctionCode", arn("lambda", "function:lambda-express-api-production-eu-Api")],
    ] as const) {
      assert.ok(allowed({ action, resource }), action);
    }
    for (const action of ["iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:DeleteRole"]) {
      const resource = iam("role/lambda-express-api-production-eu-ApiHandlerRole");
      assert.ok(allowed({ action, resource, context: bounded }), action);
      const context = { "iam:PermissionsBoundary": iam("policy/ProductionEuBoundary") };
      assert.ok(!allowed({ action, resource, context }), action);
      assert.ok(!allowed({ action, resource }), action);
    }
  });

  it("cannot touch resources of another stage or app, or SST's state of them", () => {
    const allowed = rights(example, "ProductionBuildRole");
    for (const request of [
      {
        action: "lambda:UpdateFunctionCode",
        resource: arn("lambda", "function:lambda-express-api-staging-Api"),
      },
      { action: "lambda:InvokeFunction", resource: arn("lambda", "function:other-production-Api") },
      { action: "logs:DeleteLogGroup", resource: arn("logs", "log-group:/aws/lambda/other") },
      { action: "s3:GetObject", resource: "arn:aws:s3:::sst-state/app/lambda-express-api/staging.json" },
      { action: "s3:GetObject", resource: "arn:aws:s3:::sst-state/secret/other/production.json" },
      { action: "s3:PutObject", resource: "arn:aws:s3:::sst-state/secret/lambda-express-api/_fallback.json" },
      { action: "s3:DeleteBucket", resource: "arn:aws:s3:::sst-state" },
      { action: "s3:GetObject", resource: "arn:aws:s3:::customers/x" },
      { action: "s3:PutObject", resource: "arn:aws:s3:::stagingartifacts/x" },
      {
        action: "ssm:GetParameter",
        resource: arn("ssm", "parameter/sst/passphrase/lambda-express-api/staging"),
      },
      { action: "ssm:GetParameters", resource: arn("ssm", "parameter/lambda-express-api/staging/settings") },
      { action: "ssm:PutParameter", resource: arn("ssm", "parameter/sst/bootstrap") },
      { action: "route53:ChangeResourceRecordSets", resource: "arn:aws:route53:::hostedzone/ZOTHER" },
      { action: "dynamodb:GetItem", resource: arn("dynamodb", "table/orders") },
    ])
      assert.ok(!allowed(request), sentence(request));
  });

  it("has rights to a domain and its Route 53 zone only if they are given", () => {
    const request = (action: string, resource: string) => ({ action, resource });
    const record = request("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z2FDTNDATAQYW2");
    const certificate = request("acm:RequestCertificate", "*");
    assert.ok(!rights(example, "StagingBuildRole")(record));
    assert.ok(!rights(example, "StagingBuildRole")(certificate));
    assert.ok(rights(options, "OtherAppBuildRole")(certificate));
    assert.ok(!rights(options, "OtherAppBuildRole")(record));
  });

  it("limits the stage's functions to their logs, each other, and the given rights", () => {
    const boundary = (name: string) => {
      const { inputs } = one(name === "OtherApp" ? options : example, "aws:iam/policy:Policy", name);
      const policy = JSON.parse(String(inputs.policy)).Statement as {
        Effect: string;
        Action: string[];
        Resource: string[];
      }[];
      return (request: Request) =>
        may(
          policy.map(({ Effect, Action, Resource }) => ({
            effect: Effect,
            actions: Action,
            resources: Resource,
            conditions: {},
          })),
          request,
        );
    };
    const table = { action: "dynamodb:GetItem", resource: "arn:aws:dynamodb:eu-west-1:1:table/orders" };
    assert.ok(!boundary("Production")(table));
    assert.ok(boundary("OtherApp")(table));
    // The boundary includes all rights of the stage's roles.
    const asked = statements(production);
    assert.ok(asked.length > 0);
    for (const { actions, resources } of asked)
      for (const action of actions)
        for (const resource of resources)
          assert.ok(boundary("Production")({ action, resource }), `${action} on ${resource}`);
    for (const { name, inputs } of all(production, "aws:iam/role:Role"))
      assert.equal(inputs.permissionsBoundary, boundaryArn, name);
  });

  it("can use another build machine, and keeps its own npm cache in the bucket", () => {
    const { inputs } = one(options, "aws:codebuild/project:Project", "OtherApp");
    const { computeType, image } = inputs.environment as Inputs;
    assert.deepEqual([computeType, image], ["BUILD_GENERAL1_MEDIUM", "example/node:24"]);
    assert.deepEqual(inputs.cache, { type: "S3", location: `given/cache/${inputs.name}` });
    assert.deepEqual(buildspecOf(options, "OtherApp").cache, { paths: ["/root/.npm/**/*"] });
    const allowed = rights(options, "OtherAppBuildRole");
    const kept = (pipeline: string) => `arn:aws:s3:::given/cache/${pipeline}/npm`;
    assert.ok(allowed({ action: "s3:PutObject", resource: kept(String(inputs.name)) }));
    assert.ok(!allowed({ action: "s3:PutObject", resource: kept("pipelines-dev-PushCode") }));
    assert.equal(one(options, "aws:codebuild/project:Project", "PushCode").inputs.cache, undefined);
  });

  it("may create other kinds of resources if they are given", () => {
    const stream = arn("kinesis", "stream/other-app-dev-Clicks");
    const create = { action: "kinesis:CreateStream", resource: stream };
    assert.ok(rights(options, "OtherAppBuildRole")(create));
    assert.ok(!rights(example, "StagingBuildRole")(create));
  });

  it("can deploy another app, with its settings and its rights", () => {
    const allowed = rights(options, "OtherAppBuildRole");
    const { env, phases } = buildspecOf(options, "OtherApp");
    assert.deepEqual(env["parameter-store"], { STAGE_SETTINGS: "/other/settings" });
    assert.equal(phases.build.commands.at(-1), "npm run deploy -- --stage dev");
    assert.ok(allowed({ action: "ssm:GetParameters", resource: arn("ssm", "parameter/other/settings") }));
    assert.ok(
      allowed({ action: "lambda:CreateFunction", resource: arn("lambda", "function:other-app-dev-Api") }),
    );
    assert.ok(
      !allowed({
        action: "lambda:CreateFunction",
        resource: arn("lambda", "function:lambda-express-api-dev-Api"),
      }),
    );
  });
});

describe("a pipeline that releases", () => {
  const fn = arn("lambda", "function:lambda-express-api-prod-Api");

  it("releases through its bucket, by push and by tag", () => {
    for (const [name, stage] of Object.entries({ PushCode: "dev", TagCode: "prod" })) {
      assert.deepEqual(buildspecOf(options, name).phases.build.commands, [
        "export CODE_DELIVERY='pipeline'",
        "export RELEASE_BUCKET='given'",
        `npm run release -- --stage ${stage}`,
      ]);
    }
    assert.equal(buildspecOf(options, "PushCode").phases.install, undefined);
    assert.ok(buildspecOf(options, "TagCode").phases.install);
  });

  it("may only let CodeDeploy move this function's callers to a new version", () => {
    const allowed = rights(options, "TagCodeBuildRole");
    const group = (stage: string) =>
      arn("codedeploy", `deploymentgroup:lambda-express-api-${stage}-Api/latest`);
    for (const request of [
      { action: "lambda:UpdateFunctionCode", resource: fn },
      { action: "lambda:PublishVersion", resource: fn },
      { action: "lambda:GetFunctionConfiguration", resource: `${fn}:8` },
      { action: "lambda:InvokeFunction", resource: `${fn}:8` },
      { action: "lambda:GetAlias", resource: `${fn}:latest` },
      { action: "codedeploy:CreateDeployment", resource: group("prod") },
      { action: "codedeploy:GetDeployment", resource: group("prod") },
      { action: "s3:PutObject", resource: "arn:aws:s3:::given/lambda-express-api-prod-Api/code.zip" },
      { action: "s3:GetObject", resource: "arn:aws:s3:::given/lambda-express-api-prod-Api/code.zip" },
    ])
      assert.ok(allowed(request), sentence(request));
    for (const request of [
      { action: "lambda:UpdateFunctionConfiguration", resource: fn },
      { action: "lambda:DeleteFunction", resource: fn },
      { action: "lambda:AddPermission", resource: fn },
      { action: "lambda:UpdateAlias", resource: `${fn}:latest` },
      { action: "codedeploy:CreateDeployment", resource: group("dev") },
      { action: "codedeploy:DeleteDeploymentGroup", resource: group("prod") },
      { action: "lambda:UpdateFunctionCode", resource: arn("lambda", "function:lambda-express-api-dev-Api") },
      { action: "lambda:UpdateFunctionCode", resource: `${fn}2` },
      { action: "s3:PutObject", resource: "arn:aws:s3:::given/lambda-express-api-dev-Api/code.zip" },
      { action: "s3:DeleteObject", resource: "arn:aws:s3:::given/lambda-express-api-prod-Api/code.zip" },
      {
        action: "iam:PassRole",
        resource: iam("role/x"),
        context: { "iam:PassedToService": "lambda.amazonaws.com" },
      },
      { action: "iam:CreateRole", resource: iam("role/lambda-express-api-prod-x"), context: bounded },
      { action: "ssm:GetParameter", resource: arn("ssm", "parameter/sst/bootstrap") },
      { action: "apigateway:PATCH", resource: `arn:aws:apigateway:${REGION}::/apis/x` },
    ])
      assert.ok(!allowed(request), sentence(request));
  });

  it("needs neither a boundary nor SST's buckets", () => {
    const made = options.resources
      .filter(({ name }) => /^(PushCode|TagCode)/.test(name))
      .map(({ type }) => type);
    assert.ok(!made.includes("aws:iam/policy:Policy"));
  });
});

describe("a given connection or bucket", () => {
  it("is used and not created again", () => {
    assert.deepEqual(all(options, "aws:codeconnections/connection:Connection"), []);
    assert.deepEqual(all(options, "aws:s3/bucket:Bucket"), []);
    assert.deepEqual(
      all(example, "aws:codeconnections/connection:Connection").map(({ name }) => name),
      ["StagingGitHub"],
    );
    assert.equal(sourceOf(options, "PushCode").ConnectionArn, arn("codeconnections", "connection/given"));
    assert.deepEqual(pipelineOf(options, "PushCode").artifactStores, [{ type: "S3", location: "given" }]);
    assert.deepEqual(
      pipelineOf(example, "Production").artifactStores,
      pipelineOf(example, "Staging").artifactStores,
    );
  });
});

describe("a pipeline's new bucket", () => {
  it("is private, encrypted, accessible only over TLS, and deletes old objects", () => {
    const { inputs: access } = one(example, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    const { bucket, ...closed } = access;
    assert.deepEqual(closed, {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    for (const type of [
      "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "bucketPolicy:BucketPolicy",
    ])
      assert.equal(one(example, `aws:s3/${type}`).inputs.bucket, bucket, type);

    const [{ expiration }] = one(example, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
      .inputs.rules as [{ expiration: Inputs }];
    assert.equal(expiration.days, 30);
    const { inputs } = one(example, "aws:s3/bucketPolicy:BucketPolicy");
    assert.deepEqual(JSON.parse(String(inputs.policy)).Statement, [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });
});

describe("Slack", () => {
  const rules = (graph: Graph) =>
    Object.fromEntries(
      all(graph, "aws:codestarnotifications/notificationRule:NotificationRule").map(({ name, inputs }) => [
        name,
        {
          events: inputs.eventTypeIds,
          pipeline: inputs.resource,
          addresses: (inputs.targets as Inputs[]).map(({ address }) => address),
        },
      ]),
    );
  const channel = (name: string) => `arn:aws:chatbot::${ACCOUNT}:chat-configuration/slack-channel/${name}`;
  const event = (name: string) => `codepipeline-pipeline-pipeline-execution-${name}`;

  it("gets starts and successes in one channel, and failures in the other", () => {
    const { ProductionInfo, ProductionAlert } = rules(example);
    assert.deepEqual(Object.keys(rules(example)).length, 4);
    assert.deepEqual(ProductionInfo, {
      events: [event("started"), event("succeeded")],
      pipeline: arn("codepipeline", "ProductionPipeline"),
      addresses: [channel("lambda-express-api-pipelines-shared-Slack-Info")],
    });
    assert.deepEqual(ProductionAlert, {
      events: [event("failed")],
      pipeline: arn("codepipeline", "ProductionPipeline"),
      addresses: [channel("lambda-express-api-pipelines-shared-Slack-Alert")],
    });
  });

  it("gets nothing without channels", () => {
    assert.deepEqual(rules(options), {});
  });

  it("cannot run commands from a channel", () => {
    for (const { inputs } of all(example, "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration"))
      assert.deepEqual(inputs.guardrailPolicyArns, ["arn:aws:iam::aws:policy/AWSDenyAll"]);
    assert.deepEqual(trust(example).SlackRole, [{ Service: "chatbot.amazonaws.com" }]);
    assert.deepEqual(
      statements(example).filter(({ role }) => role.startsWith("Slack")),
      [],
    );
  });

  it("may use one channel for both, which then exists once at AWS", () => {
    const [configuration, ...more] = all(
      options,
      "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
    );
    assert.deepEqual(more, []);
    assert.equal(options.outputs.info, configuration?.inputs.configurationName);
    assert.equal(options.outputs.alert, configuration?.inputs.configurationName);
  });
});

describe("a mistake in a pipeline or a channel", () => {
  it("is refused with a clear message before anything is created", () => {
    for (const [name, said] of Object.entries({
      stage: /^stage is invalid \("\.\.\/production"\); use a value like "production"\.$/,
      appName: /^appName is invalid \(undefined\); use a value like "my-api"\.$/,
      repository: /^githubRepository\.name is invalid \("my-company\/my-api"\); use a value like "my-api"\.$/,
      branch: /^githubRepository\.branch is invalid \(""\); use a value like "main"\.$/,
      connection: /^github\.connectionArn is invalid \("mine"\); use a value like "arn:aws:codeconnections:/,
      bucket: /^s3Artifacts\.arn is invalid \("given"\); use a value like "arn:aws:s3:::my-artifacts"\.$/,
      parameter:
        /^settingsParameterName is invalid \("settings"\); use a value like "\/my-api\/production\/settings"/,
      ownStage: /so the pipeline could change itself; deploy it with a different app name or stage\.$/,
      longPipelineName: /more than 100 characters/,
      channelName: /^info is not a Slack channel ID \("#deployments"\); use a value like "C07EZ1ABC23"\.$/,
    }))
      assert.match(String(options.outputs[name]), said, name);
  });
});
