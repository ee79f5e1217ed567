// Tests which workflows may assume a role for GitHub Actions, and the role's rights, by meaning.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Graph } from "@lambda-express-api/infra/testing/graph.ts";
import { may } from "@lambda-express-api/infra/testing/may.ts";
import { synthesise } from "@lambda-express-api/infra/testing/synthesise.ts";
import { all, statements } from "@lambda-express-api/infra/testing/view.ts";
import { graphPolicyFaults } from "../iam-data.ts";

const ISSUER = "token.actions.githubusercontent.com";
const REPOSITORY = "my-company@123456/lambda-express-api@789012";

interface Trust {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string;
    readonly Principal: unknown;
    readonly Condition: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }[];
}

/** The claims of a workflow's token that AWS can compare (IAM user guide, "AWS OIDC federation"). */
interface Token {
  readonly aud: string;
  readonly sub: string;
  readonly ref: string;
}

function trustOf(graph: Graph, name: string): Trust["Statement"][number] {
  const role = all(graph, "aws:iam/role:Role").find((role) => role.name === `${name}Role`);
  const [statement, ...more] = (JSON.parse(String(role?.inputs.assumeRolePolicy)) as Trust).Statement;
  assert.ok(statement && more.length === 0);
  return statement;
}

/** Whether AWS would let the token assume the role. */
function trusts(graph: Graph, name: string, token: Token): boolean {
  const { Condition } = trustOf(graph, name);
  const claims = Object.fromEntries(
    Object.entries(token).map(([claim, value]) => [`${ISSUER}:${claim}`, value]),
  );
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      assert.ok(operator === "StringEquals" || operator === "StringLike", operator);
      if (operator === "StringEquals") return claims[key] === wanted;
      return (
        claims[key]?.startsWith(wanted.replace("*", "")) && (wanted.endsWith("*") || claims[key] === wanted)
      );
    }),
  );
}

describe("a role for GitHub Actions", () => {
  let example: Graph;
  let previews: Graph;
  let options: Graph;
  before(async () => {
    [example, previews, options] = await Promise.all([
      synthesise({
        config: "packages/delivery/examples/github/sst.config.ts",
        stage: "main",
        environment: {},
      }),
      synthesise({
        config: "packages/delivery/examples/github-previews/sst.config.ts",
        stage: "main",
        environment: {},
      }),
      synthesise({
        config: "packages/delivery/test/configs/github-roles.ts",
        stage: "dev",
        environment: {},
      }),
    ]);
  });

  const token = (environment: string, ref: string): Token => ({
    aud: "sts.amazonaws.com",
    sub: `repo:${REPOSITORY}:environment:${environment}`,
    ref,
  });

  it("has policies that name actions, resources and conditions as AWS does", async () => {
    for (const graph of [example, previews, options]) assert.deepEqual(await graphPolicyFaults(graph), []);
  });

  it("trusts only GitHub, whose identity provider is created once", () => {
    const [provider, ...more] = all(example, "aws:iam/openIdConnectProvider:OpenIdConnectProvider");
    assert.deepEqual(more, []);
    assert.equal(provider?.inputs.url, `https://${ISSUER}`);
    assert.deepEqual(provider?.inputs.clientIdLists, ["sts.amazonaws.com"]);
    for (const name of ["Staging", "Production", "Preview"]) {
      const { Effect, Action, Principal } = trustOf(graphOf(name), name);
      assert.deepEqual([Effect, Action], ["Allow", "sts:AssumeRoleWithWebIdentity"]);
      assert.match(JSON.stringify(Principal), /^\{"Federated":"[^"*]+"\}$/);
    }
  });

  it("trusts one repository in one environment, at the allowed ref", () => {
    const main = token("staging", "refs/heads/main");
    const tag = token("production", "refs/tags/v1.2.3");
    assert.ok(trusts(example, "Staging", main));
    assert.ok(trusts(example, "Production", tag));
    for (const ref of ["refs/pull/7/merge", "refs/heads/main"])
      assert.ok(trusts(previews, "Preview", token("preview", ref)));
  });

  for (const [why, name, change] of [
    ["another environment", "Production", { sub: `repo:${REPOSITORY}:environment:staging` }],
    ["no environment", "Production", { sub: `repo:${REPOSITORY}:ref:refs/tags/v1.2.3` }],
    ["a pull request", "Production", { sub: `repo:${REPOSITORY}:pull_request` }],
    ["another repository", "Production", { sub: "repo:my-company@123456/other@1:environment:production" }],
    ["a fork", "Production", { sub: "repo:somebody@9/lambda-express-api@8:environment:production" }],
    [
      "a new repository with the same name",
      "Production",
      { sub: "repo:my-company@123456/lambda-express-api@1:environment:production" },
    ],
    ["a token for another audience", "Production", { aud: "https://github.com/my-company" }],
    ["a branch if only tags are allowed", "Production", { ref: "refs/heads/main" }],
    ["a tag that is not a version", "Production", { ref: "refs/tags/nightly" }],
  ] as const) {
    it(`does not trust ${why}`, () => {
      const right = token("production", "refs/tags/v1.2.3");
      assert.ok(trusts(example, name, right));
      assert.ok(!trusts(example, name, { ...right, ...change }));
    });
  }

  it("does not trust another branch if one branch is allowed", () => {
    assert.ok(!trusts(example, "Staging", token("staging", "refs/heads/main-2")));
  });

  const graphOf = (name: string) => (name === "Preview" ? previews : example);
  const permissionsOf = (graph: Graph, name: string) => {
    const [policy, ...more] = all(graph, "aws:iam/rolePolicy:RolePolicy").filter(
      (policy) => policy.name === `${name}Policy`,
    );
    assert.ok(policy && more.length === 0);
    return statements(graph).filter(({ role }) => role === policy.inputs.role);
  };
  const ARN = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;

  it("may change only the functions of its own stage", () => {
    for (const [name, own, others] of [
      ["Staging", ["staging"], ["production", "pr-1"]],
      ["Production", ["production"], ["staging", "pr-1"]],
      ["Preview", ["pr-1", "pr-22"], ["staging", "production", "prod"]],
    ] as const) {
      const allows = (stage: string, app = "lambda-express-api") =>
        may(permissionsOf(graphOf(name), name), {
          action: "lambda:UpdateFunctionCode",
          resource: ARN("lambda", `function:${app}-${stage}-Api`),
        });
      for (const stage of own) assert.ok(allows(stage), `${name} ${stage}`);
      for (const stage of others) assert.ok(!allows(stage), `${name} ${stage}`);
      assert.ok(!allows(own[0], "other-app"));
    }
  });

  it("creates roles only with its boundary, and can change neither itself nor its trust policy", () => {
    for (const name of ["Staging", "Production", "Preview"]) {
      const permissions = permissionsOf(graphOf(name), name);
      const role = all(graphOf(name), "aws:iam/role:Role").find((role) => role.name === `${name}Role`);
      const itself = `arn:aws:iam::123456789012:role/${role?.inputs.name}`;
      for (const action of [
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:DeleteRole",
        "iam:PassRole",
      ])
        assert.ok(!may(permissions, { action, resource: itself }), action);
      const stage = name === "Preview" ? "pr-1" : name.toLowerCase();
      const resource = `arn:aws:iam::123456789012:role/lambda-express-api-${stage}-ApiHandlerRole`;
      const creates = (context: Record<string, string>) =>
        may(permissions, { action: "iam:CreateRole", resource, context });
      const boundary = (of: string) => ({
        "iam:PermissionsBoundary": `arn:aws:iam::123456789012:policy/${of}Boundary`,
      });
      for (const action of ["iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:DeleteRole"]) {
        assert.ok(may(permissions, { action, resource, context: boundary(name) }), action);
        assert.ok(!may(permissions, { action, resource, context: boundary("Other") }), action);
        assert.ok(!may(permissions, { action, resource }), action);
      }
      assert.ok(creates(boundary(name)));
      assert.ok(!creates(boundary("Other")));
      assert.ok(!creates({}));
      for (const action of [
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:CreatePolicyVersion",
        "sts:AssumeRole",
      ])
        assert.ok(!may(permissions, { action, resource: "*" }), action);
    }
  });

  it("for previews is a separate program, so that it can use a separate account", () => {
    const names = (graph: Graph) => all(graph, "aws:iam/role:Role").map(({ name }) => name);
    assert.deepEqual(names(example).sort(), ["ProductionRole", "StagingRole"]);
    assert.deepEqual(names(previews), ["PreviewRole"]);
    assert.equal(all(previews, "aws:iam/openIdConnectProvider:OpenIdConnectProvider").length, 1);
  });

  it("for releases may only release one function's code", () => {
    const permissions = permissionsOf(options, "Code");
    const update = (name: string) =>
      may(permissions, { action: "lambda:UpdateFunctionCode", resource: ARN("lambda", `function:${name}`) });
    assert.ok(update("lambda-express-api-dev-Api"));
    assert.ok(!update("lambda-express-api-dev-Other"));
    assert.ok(
      may(permissions, {
        action: "s3:PutObject",
        resource: "arn:aws:s3:::my-releases/lambda-express-api-dev-Api/1.zip",
      }),
    );
    assert.ok(
      !permissions.some(({ actions }) => actions.some((action) => /^(iam|apigateway):|\*/.test(action))),
    );
    assert.ok(!all(options, "aws:iam/policy:Policy").some(({ name }) => name.startsWith("Code")));
  });

  it("creates the boundary of another app's API", () => {
    const [boundary] = all(options, "aws:iam/policy:Policy").filter(
      ({ name }) => name === "OtherAppBoundary",
    );
    assert.match(String(boundary?.inputs.policy), /dynamodb:GetItem/);
    assert.ok(
      may(permissionsOf(options, "OtherApp"), {
        action: "lambda:CreateFunction",
        resource: ARN("lambda", "function:other-app-dev-Api"),
      }),
    );
  });

  it("is refused with a valid example if it would trust or allow too much", () => {
    const outputs = options.outputs as Record<string, string>;
    const said = (name: string) => outputs[name] ?? "";
    for (const name of ["everyRepository", "halfOfTheIds"])
      assert.match(said(name), /^repository is invalid .*"my-company@123456\/my-api@789012"\.$/);
    assert.match(
      said("everyEnvironment"),
      /^environment is invalid \("\*"\); use a value like "production"\.$/,
    );
    assert.match(
      said("branchByItsShortName"),
      /^ref is invalid \("main"\); use a value like "refs\/heads\/main"\.$/,
    );
    assert.match(said("everyStage"), /^stage is invalid/);
    assert.match(said("noAppName"), /^appName is invalid \(undefined\); use a value like "my-api"\.$/);
    assert.match(said("noBucket"), /^releaseBucket is invalid \(""\); use a value like "my-releases"\.$/);
    assert.match(said("releaseOfManyStages"), /^A release goes to one stage, but pr-\* matches several; /);
    assert.match(said("longName"), /has more than 64 characters; choose a shorter /);
    for (const name of ["itself", "itselfAmongMany"])
      assert.match(said(name), /so the role could change itself/);
  });
});
