// What an owner adds beside the API, and what each part of it may do.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Graph, Inputs } from "../src/testing/graph.ts";
import { synthesise } from "../src/testing/synthesise.ts";
import { all, environment, one, statements, trust } from "../src/testing/view.ts";

const secrets = { FIREBASE_APP_API_KEY: "AIzaSyNobodyNeedSeeThis", CATALOGUE_KEY: "only-for-our-function" };
const logsOf = (name: string) =>
  `logs:CreateLogStream,logs:PutLogEvents on arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/fixture-api-dev-${name}:*`;

describe("a table, a queue and a cron job beside the API", () => {
  let graph: Graph;
  before(async () => {
    graph = await synthesise({
      config: "packages/infra/test/configs/owners-infra.ts",
      stage: "dev",
      environment: {
        ...secrets,
        JWT_ISSUER: "https://securetoken.google.com/my-project",
        JWT_AUTHORIZED_AUDIENCES: "my-project",
      },
    });
  });

  const arnOf = (type: string) => {
    const { name } = one(graph, type);
    return `arn:aws:${type.split(":")[1]?.split("/")[0]}:eu-west-1:123456789012:${name}`;
  };
  /** What a role may do, one line a statement. */
  const rightsOf = (role: string) => {
    const { inputs } = one(graph, "aws:iam/role:Role", role);
    return statements(graph)
      .filter((statement) => statement.role === inputs.name || statement.role === role)
      .map(({ actions, resources }) => `${actions} on ${resources}`)
      .sort();
  };
  const table = () =>
    `dynamodb:* on ${arnOf("aws:dynamodb/table:Table")},${arnOf("aws:dynamodb/table:Table")}/*`;
  const sends = () => `sqs:SendMessage on ${arnOf("aws:sqs/queue:Queue")}`;

  it("are the function's to use, and nothing else is", () => {
    assert.deepEqual(rightsOf("ApiHandlerRole"), [table(), logsOf("Api"), sends()].sort());
    assert.match(environment(graph, "ApiHandler").ORDERS_TABLE ?? "", /^fixture-api-dev-OrdersTable-/);
  });

  it("are the container's to use in the same words", () => {
    const [first, ...rest] = rightsOf("ContainerServiceTaskRole").filter(
      (line) => !line.startsWith("ssmmessages:"),
    );
    assert.deepEqual([first, ...rest], [table(), sends()].sort());
    const [{ environment = [] } = {}] = JSON.parse(
      String(one(graph, "aws:ecs/taskDefinition:TaskDefinition").inputs.containerDefinitions),
    ) as { environment?: { name: string; value: string }[] }[];
    const names = environment.map(({ name }) => name);
    for (const name of ["ORDERS_TABLE", "MAILS_QUEUE", "CATALOGUE_KEY", "JWT_ISSUER"])
      assert.ok(names.includes(name), name);
  });

  it("start functions that may use what they are given, are trusted to Lambda alone, and write their own log", () => {
    const queue = arnOf("aws:sqs/queue:Queue");
    const roleOf = (job: string) => {
      const lambda = all(graph, "aws:lambda/function:Function").find(
        ({ inputs }) => (inputs.loggingConfig as Inputs).logGroup === `/aws/lambda/fixture-api-dev-${job}`,
      );
      return lambda?.name.replace(/Function$/, "Role") ?? assert.fail(job);
    };
    const [ofMails, ofCleanUp] = [roleOf("SendMails"), roleOf("CleanUp")];
    const receives = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl",
      "sqs:ReceiveMessage",
    ];
    assert.deepEqual(rightsOf(ofMails), [table(), logsOf("SendMails"), `${receives} on ${queue}`].sort());
    assert.deepEqual(
      rightsOf(ofCleanUp).filter((line) => !line.startsWith("ec2:")),
      [logsOf("CleanUp")],
    );
    // A function in a network makes its own interfaces, and those have no names.
    assert.deepEqual(
      rightsOf(ofCleanUp)
        .filter((line) => line.startsWith("ec2:"))
        .map((line) => line.split(" on ")[1]),
      ["*"],
    );
    for (const role of [ofMails, ofCleanUp]) {
      assert.deepEqual(trust(graph)[role], [{ Service: "lambda.amazonaws.com" }]);
      assert.deepEqual(one(graph, "aws:iam/role:Role", role).inputs.managedPolicyArns, []);
    }
  });

  it("start functions with the API's settings and secrets", () => {
    const variables = all(graph, "aws:lambda/function:Function").map(
      ({ inputs }) => (inputs.environment as Inputs).variables,
    );
    assert.equal(variables.length, 3);
    for (const each of variables) assert.deepEqual(each, environment(graph, "ApiHandler"));
    const { FIREBASE_APP_API_KEY, CATALOGUE_KEY } = environment(graph, "ApiHandler");
    assert.deepEqual({ FIREBASE_APP_API_KEY, CATALOGUE_KEY }, secrets);
  });

  it("share one network with the container, where a job is put into it", () => {
    assert.equal(all(graph, "aws:ec2/vpc:Vpc").length, 1);
    const inNetwork = all(graph, "aws:lambda/function:Function").filter(({ inputs }) => inputs.vpcConfig);
    assert.deepEqual(
      inNetwork.map(({ name }) => name),
      ["NightlyHandlerFunction"],
    );
  });

  it("have no name that AWS would refuse a second time, where a queue is replaced and its function with it", () => {
    const functions = all(graph, "aws:lambda/function:Function").filter(
      ({ name }) => name !== "ApiHandlerFunction",
    );
    for (const { inputs, ignoreChanges } of functions) {
      assert.match(String(inputs.name), /-[a-z]{8}$/);
      assert.ok(ignoreChanges.includes("name"));
    }
    const logs = all(graph, "aws:cloudwatch/logGroup:LogGroup").map(({ name }) => name);
    for (const name of ["SendMailsLog", "CleanUpLog"]) assert.ok(logs.includes(name), name);
  });
});
