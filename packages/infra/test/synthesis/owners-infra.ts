// Tests an owner's resources beside the API, and the rights of each.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { rightsOf as listedRights } from "../../src/testing/deployment-faults.ts";
import type { Graph, Inputs, Resource } from "../../src/testing/graph.ts";
import { synthesise } from "../../src/testing/synthesise.ts";
import { all, environment, one, statements, trust } from "../../src/testing/view.ts";

const secrets = {
  FIREBASE_APP_API_KEY: "AIzaSyNobodyNeedSeeThis",
  CATALOGUE_KEY: "only-for-our-function",
};
const logsOf = (name: string) =>
  `logs:CreateLogStream,logs:PutLogEvents on arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/fixture-api-dev-${name}:*`;

describe("infra.ts with a table, a queue, a bucket, a topic, a network and jobs", () => {
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
  const tableArn = () =>
    `arn:aws:dynamodb:eu-west-1:123456789012:table/${one(graph, "aws:dynamodb/table:Table").inputs.name}`;
  /** The rights of a role, one line per statement. */
  const rightsOf = (role: string) => {
    const { inputs } = one(graph, "aws:iam/role:Role", role);
    return statements(graph)
      .filter((statement) => statement.role === inputs.name || statement.role === role)
      .map(({ actions, resources }) => `${actions} on ${resources}`)
      .sort();
  };
  const withoutNetwork = (rights: readonly string[]) => rights.filter((line) => !line.startsWith("ec2:"));
  const table = () => `dynamodb:* on ${tableArn()},${tableArn()}/*`;
  const own = () => [
    table(),
    `sqs:SendMessage on ${arnOf("aws:sqs/queue:Queue")}`,
    `s3:PutObject on arn:aws:s3:::${String(one(graph, "aws:s3/bucket:Bucket").inputs.bucket)}/*`,
    `sns:Publish on ${arnOf("aws:sns/topic:Topic")}`,
  ];
  /** The job's function, by its log. */
  const jobOf = (job: string): Resource =>
    all(graph, "aws:lambda/function:Function").find(
      ({ inputs }) => (inputs.loggingConfig as Inputs).logGroup === `/aws/lambda/fixture-api-dev-${job}`,
    ) ?? assert.fail(job);
  const JOBS = ["SendMails", "Announce", "IndexOrders", "CheckInvoices", "CleanUp", "Report"];

  it("gives the function exactly the listed rights", () => {
    assert.deepEqual(withoutNetwork(rightsOf("ApiHandlerRole")), [...own(), logsOf("Api")].sort());
    assert.match(environment(graph, "ApiHandler").ORDERS_TABLE ?? "", /^fixture-api-dev-OrdersTable-/);
  });

  it("gives the container the same rights", () => {
    const rights = rightsOf("ContainerServiceTaskRole").filter((line) => !line.startsWith("ssmmessages:"));
    assert.deepEqual(rights, own().sort());
    const [{ environment = [] } = {}] = JSON.parse(
      String(one(graph, "aws:ecs/taskDefinition:TaskDefinition").inputs.containerDefinitions),
    ) as { environment?: { name: string; value: string }[] }[];
    const names = environment.map(({ name }) => name);
    for (const name of ["ORDERS_TABLE", "MAILS_QUEUE", "CATALOGUE_KEY", "JWT_ISSUER"])
      assert.ok(names.includes(name), name);
  });

  for (const [job, what, rights] of [
    ["Announce", "a topic", () => []],
    ["CheckInvoices", "a bucket", () => []],
    ["CleanUp", "a schedule", () => []],
    ["Report", "an event rule", () => []],
    [
      "SendMails",
      "a queue",
      () => {
        const verbs = ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl"];
        const receives = [...verbs, "ReceiveMessage"].map((verb) => `sqs:${verb}`);
        return [table(), `${receives} on ${arnOf("aws:sqs/queue:Queue")}`];
      },
    ],
    [
      "IndexOrders",
      "a table's stream",
      () => {
        const reads = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
        return [`${reads.map((verb) => `dynamodb:${verb}`)} on ${tableArn()}/stream/1`];
      },
    ],
  ] as const) {
    it(`lets ${what} start a function that may only receive the event, use its links, and write its own log`, () => {
      const role = jobOf(job).name.replace(/Function$/, "Role");
      assert.deepEqual(withoutNetwork(rightsOf(role)), [...rights(), logsOf(job)].sort());
      assert.deepEqual(trust(graph)[role], [{ Service: "lambda.amazonaws.com" }]);
      assert.deepEqual(one(graph, "aws:iam/role:Role", role).inputs.managedPolicyArns, []);
    });
  }

  it("lets two events start the same job, as two functions with one log", () => {
    const functions = all(graph, "aws:lambda/function:Function").filter(
      ({ inputs }) => (inputs.loggingConfig as Inputs).logGroup === "/aws/lambda/fixture-api-dev-CleanUp",
    );
    assert.equal(new Set(functions.map(({ inputs }) => inputs.name)).size, 2);
    assert.equal(
      all(graph, "aws:cloudwatch/logGroup:LogGroup").filter(({ name }) => name === "CleanUpLog").length,
      1,
    );
    assert.deepEqual(
      listedRights(graph).CleanUp?.filter((line) => !line.startsWith("ec2:")),
      ["dynamodb:* on table/OrdersTable,table/OrdersTable/*"],
    );
  });

  it("runs jobs with the API's code, settings and secrets", () => {
    for (const [job, file] of [
      ["SendMails", "send-mails"],
      ["CleanUp", "clean-up"],
    ] as const) {
      const { inputs } = jobOf(job);
      assert.equal(inputs.handler, `job-${file}.handler`);
      assert.deepEqual((inputs.environment as Inputs).variables, environment(graph, "ApiHandler"));
    }
    const { FIREBASE_APP_API_KEY, CATALOGUE_KEY } = environment(graph, "ApiHandler");
    assert.deepEqual({ FIREBASE_APP_API_KEY, CATALOGUE_KEY }, secrets);
  });

  it("puts the function, the jobs and the container in one network, with rights for its interfaces", () => {
    assert.equal(all(graph, "aws:ec2/vpc:Vpc").length, 1);
    for (const { name, inputs } of all(graph, "aws:lambda/function:Function")) {
      assert.ok(inputs.vpcConfig, name);
      const network = rightsOf(name.replace(/Function$/, "Role")).filter((line) => line.startsWith("ec2:"));
      assert.deepEqual(
        network.map((line) => line.split(" on ")[1]),
        ["*"],
      );
    }
  });

  it("can replace a queue and its function, because no fixed name is used twice", () => {
    for (const job of JOBS) {
      const { inputs, name } = jobOf(job);
      const role = one(graph, "aws:iam/role:Role", name.replace(/Function$/, "Role"));
      for (const named of [inputs.name, role.inputs.name])
        assert.match(String(named), new RegExp(`^fixture-api-dev-${job}-[0-9a-f]{8}$`));
    }
    const logs = all(graph, "aws:cloudwatch/logGroup:LogGroup").map(({ name }) => name);
    for (const job of JOBS) assert.ok(logs.includes(`${job}Log`), job);
  });
});
