import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { may } from "./may.ts";

const allow = (actions: string[], resources: string[], conditions = {}) => ({
  effect: "Allow",
  actions,
  resources,
  conditions,
});
const arn = "arn:aws:lambda:eu-west-1:123456789012:function:app-dev-Api";

describe("a request", () => {
  it("is refused unless a statement allows both its action and its resource", () => {
    const policy = [allow(["lambda:GetFunction"], [arn])];
    assert.ok(may(policy, { action: "lambda:GetFunction", resource: arn }));
    assert.ok(may(policy, { action: "Lambda:getfunction", resource: arn }));
    assert.ok(!may(policy, { action: "lambda:GetFunctionConfiguration", resource: arn }));
    assert.ok(!may(policy, { action: "lambda:GetFunction", resource: `${arn}:latest` }));
    assert.ok(!may([], { action: "lambda:GetFunction", resource: arn }));
  });

  it("is allowed by wildcards, and a dot is literal", () => {
    const policy = [allow(["lambda:Get*"], ["arn:aws:lambda:*:function:app-de?-*"])];
    assert.ok(may(policy, { action: "lambda:GetAlias", resource: `${arn}:latest` }));
    assert.ok(!may(policy, { action: "lambda:UpdateAlias", resource: arn }));
    assert.ok(!may([allow(["s3:GetObject"], ["a.b"])], { action: "s3:GetObject", resource: "axb" }));
  });

  it("is allowed under a condition only if the condition holds", () => {
    const policy = [allow(["iam:PassRole"], ["*"], { StringEquals: { "iam:PassedToService": ["a", "b"] } })];
    const request = { action: "iam:PassRole", resource: "role" };
    assert.ok(may(policy, { ...request, context: { "iam:PassedToService": "b" } }));
    assert.ok(!may(policy, { ...request, context: { "iam:PassedToService": "c" } }));
    assert.ok(!may(policy, request));
    const ifExists = [
      allow(["iam:PassRole"], ["*"], { StringEqualsIfExists: { "iam:PassedToService": ["a"] } }),
    ];
    assert.ok(may(ifExists, request));
    assert.ok(may(ifExists, { ...request, context: { "iam:PassedToService": "a" } }));
    assert.ok(!may(ifExists, { ...request, context: { "iam:PassedToService": "c" } }));
    const arnLike = [
      allow(["iam:PassRole"], ["*"], { ArnLike: { "lambda:FunctionArn": ["arn:*:app-dev-*"] } }),
    ];
    assert.ok(may(arnLike, { ...request, context: { "lambda:FunctionArn": arn } }));
    assert.ok(!may(arnLike, { ...request, context: { "lambda:FunctionArn": arn.replace("dev", "prod") } }));
    assert.ok(!may(arnLike, request));
    assert.throws(
      () => may([allow(["*"], ["*"], { StringLike: {} })], request),
      /No rule is defined for StringLike/,
    );
  });

  it("is refused if any statement denies it", () => {
    const deny = { ...allow(["s3:*"], ["*"]), effect: "Deny" };
    assert.ok(!may([allow(["*"], ["*"]), deny], { action: "s3:GetObject", resource: "x" }));
    assert.ok(may([allow(["*"], ["*"]), deny], { action: "sns:Publish", resource: "x" }));
  });
});
