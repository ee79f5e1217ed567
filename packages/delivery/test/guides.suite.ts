// Tests the rights in the guides: a printed policy allows the calls of each command.

import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import type { Graph } from "@lambda-express-api/infra/testing/graph.ts";
import { may, type Request } from "@lambda-express-api/infra/testing/may.ts";
import { synthesise } from "@lambda-express-api/infra/testing/synthesise.ts";
import type { Statement } from "@lambda-express-api/infra/testing/view.ts";
import { deployPermissions } from "../src/deploy-permissions.ts";
import { policyDocument } from "../src/policy-document.ts";
import { releasePermissions } from "../src/release/permissions.ts";
import { deploymentRequests } from "./deployment-requests.ts";
import { policyFaults } from "./iam-data.ts";

const APP = "lambda-express-api";
const STAGE = "dev";
const BOUNDARY = "arn:aws:iam::123456789012:policy/boundary";
const DEPLOY_POLICY = "docs/deploy-policy.json";

/** The content of `docs/deploy-policy.json`: a deploy role's rights, with the names of the guides. */
const printed = `${JSON.stringify(
  JSON.parse(
    policyDocument(
      deployPermissions({
        partition: "aws",
        region: "eu-west-1",
        accountId: "123456789012",
        appName: APP,
        stage: STAGE,
        stateBucket: "sst-state",
        assetBucket: "sst-asset",
        permissionsBoundaryArn: BOUNDARY,
        domain: { hostedZoneId: "Z2FDTNDATAQYW2" },
      }),
    ),
  ),
  null,
  2,
)}\n`;
if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(DEPLOY_POLICY, printed);

type Policy = readonly Omit<Statement, "role">[];

interface Printed {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: Statement["conditions"];
  }[];
}

function policyOf(text: string): Policy {
  return (JSON.parse(text) as Printed).Statement.map(({ Effect, Action, Resource, Condition = {} }) => ({
    effect: Effect,
    actions: Action,
    resources: Resource,
    conditions: Condition,
  }));
}

const deployPolicy = policyOf(readFileSync(DEPLOY_POLICY, "utf8"));
const releaseGuide = readFileSync("docs/guides/release.md", "utf8");
const releasePolicy = policyOf(/^```json\n([\s\S]*?)^```$/m.exec(releaseGuide)?.[1] ?? "");

const USER_POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI";
/** The actions on the user pool in the guide to groups. */
const groupsPolicy: Policy = [
  {
    effect: "Allow",
    actions: readFileSync("docs/guides/auth.md", "utf8").match(/cognito-idp:[A-Z]\w+/g) ?? [],
    resources: [USER_POOL],
    conditions: {},
  },
];

const KEYS_TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/api-keys";
const keysGuide = readFileSync("docs/guides/api-keys.md", "utf8");
/** The calls of the store in the guide to API keys. */
const keysPolicy: Policy = [
  {
    effect: "Allow",
    actions: keysGuide.match(/dynamodb:[A-Z]\w+/g) ?? [],
    resources: [KEYS_TABLE],
    conditions: {},
  },
];

const LOGS = [`aws/lambda/${APP}-${STAGE}-Api`, `aws/vendedlogs/apis/${APP}-${STAGE}-Api`].map(
  (name) => `arn:aws:logs:eu-west-1:123456789012:log-group:/${name}`,
);
const logsPolicy: Policy = [
  {
    effect: "Allow",
    actions: readFileSync("docs/guides/operate.md", "utf8").match(/logs:[A-Z]\w+/g) ?? [],
    resources: LOGS,
    conditions: {},
  },
];

const request = (action: string, resource: string): Request => ({ action, resource });
const state = (kind: string, end = ".json") => `arn:aws:s3:::sst-state/${kind}/${APP}/${STAGE}${end}`;
const reads: Request[] = [
  request("ssm:GetParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/sst/bootstrap"),
  request("ssm:GetParameter", `arn:aws:ssm:eu-west-1:123456789012:parameter/sst/passphrase/${APP}/${STAGE}`),
  request("s3:ListBucket", "arn:aws:s3:::sst-state"),
  request("s3:GetObject", state("app")),
  request("s3:GetObject", state("secret")),
];
const lock = [request("s3:PutObject", state("lock")), request("s3:DeleteObject", state("lock"))];
const writes: Request[] = [
  ...lock,
  request("s3:PutObject", state("app")),
  ...["eventlog", "snapshot", "summary", "update"].map((kind) =>
    request("s3:PutObject", state(kind, "/1.json")),
  ),
];
const FUNCTION = `arn:aws:lambda:eu-west-1:123456789012:function:${APP}-${STAGE}-Api`;
const CODE_DEPLOY = "arn:aws:codedeploy:eu-west-1:123456789012";
const ofRelease = [
  ...["GetAlias", "GetFunctionConfiguration", "InvokeFunction"].map((action) =>
    request(`lambda:${action}`, `${FUNCTION}:latest`),
  ),
  ...["CreateDeployment", "GetDeployment", "GetDeploymentGroup", "UpdateDeploymentGroup"].map((action) =>
    request(`codedeploy:${action}`, `${CODE_DEPLOY}:deploymentgroup:${APP}-${STAGE}-Api/latest`),
  ),
  request(
    "codedeploy:GetDeploymentConfig",
    `${CODE_DEPLOY}:deploymentconfig:CodeDeployDefault.LambdaAllAtOnce`,
  ),
  request("codedeploy:RegisterApplicationRevision", `${CODE_DEPLOY}:application:${APP}-${STAGE}-Api`),
];

describe("the commands of the guides", () => {
  /** A stage with every feature except a container. */
  let graph: Graph;
  before(async () => {
    graph = await synthesise({
      stage: STAGE,
      environment: {
        JWT_ISSUER: "https://securetoken.google.com/my-project",
        JWT_AUTHORIZED_AUDIENCES: "my-project",
        FIREBASE_APP_API_KEY: "AIzaSyExample",
        CODE_DELIVERY: "pipeline",
        KEEP_WARM: "warmer",
        KEEP_WARM_INSTANCES: "3",
        DOMAIN_NAME: "api.example.com",
        DNS_ZONE_ID: "Z2FDTNDATAQYW2",
        ALARMS: "on",
        DASHBOARD: "on",
        BUDGET_USD: "20",
        BUDGET_EMAILS: "ops@example.com",
        PERMISSIONS_BOUNDARY_ARN: BOUNDARY,
      },
    });
  });

  const ofResources = (actions: RegExp) =>
    deploymentRequests(graph).filter(({ action }) => actions.test(action));
  const needs: Readonly<
    Record<string, { readonly policy: Policy; readonly requests: () => readonly Request[] }>
  > = {
    "npm run doctor": { policy: deployPolicy, requests: () => [request("lambda:GetAccountSettings", "*")] },
    "npm run deploy": {
      policy: deployPolicy,
      requests: () => [...reads, ...writes, ...ofResources(/^/)],
    },
    "npx sst diff": { policy: deployPolicy, requests: () => reads },
    "npx sst refresh": {
      policy: deployPolicy,
      requests: () => [...reads, ...writes, ...ofResources(/:(Get|Describe|GET)/)],
    },
    "npx sst unlock": { policy: deployPolicy, requests: () => [...reads, ...lock] },
    "npm run remove": {
      policy: deployPolicy,
      requests: () => [...reads, ...writes, ...ofResources(/:(Get|Describe|GET|Delete|DELETE|Remove)/)],
    },
    "npm run release": {
      policy: releasePolicy,
      requests: () => [
        ...ofRelease,
        request("lambda:UpdateFunctionCode", FUNCTION),
        request("lambda:PublishVersion", FUNCTION),
        request("s3:PutObject", `arn:aws:s3:::my-releases/${APP}-${STAGE}-Api/1.zip`),
        request("s3:GetObject", `arn:aws:s3:::my-releases/${APP}-${STAGE}-Api/1.zip`),
      ],
    },
    "npm run groups": {
      policy: groupsPolicy,
      requests: () => {
        const source = readFileSync("packages/local/src/groups/cognito-groups.ts", "utf8");
        const commands = [...source.matchAll(/new cognito\.(\w+)Command\(/g)];
        return commands.map(([, name]) => request(`cognito-idp:${name}`, USER_POOL));
      },
    },
    "npm run rollback": {
      policy: releasePolicy,
      requests: () => [
        ...ofRelease,
        ...["ListDeployments", "BatchGetDeployments"].map((action) =>
          request(`codedeploy:${action}`, `${CODE_DEPLOY}:deploymentgroup:${APP}-${STAGE}-Api/latest`),
        ),
        request("codedeploy:StopDeployment", "*"),
      ],
    },
    "npm run logs": {
      policy: logsPolicy,
      requests: () => {
        const source = readFileSync("packages/local/src/logs/deployed-lines.ts", "utf8");
        const commands = [...source.matchAll(/ paginate(\w+)\(/g)];
        return commands.flatMap(([, name]) => LOGS.map((log) => request(`logs:${name}`, log)));
      },
    },
    "npm run keys": {
      policy: keysPolicy,
      requests: () =>
        [...keysGuide.matchAll(/new (\w+)Command\(/g)].map(([, name]) =>
          request(`dynamodb:${name}`, KEYS_TABLE),
        ),
    },
  };
  /** Commands for an administrator, as the guides say: they create what the others need, or open a bridge into the account. */
  const setUp = ["aws configure", "aws cognito", "aws s3", "aws ssm", "npx sst deploy", "npx sst dev"];
  const withoutAws =
    /^npm run (demo|cost|dev|generate|screenshots|test:image|build:\w+|new|check\S*|bench|create|platform|test|pack|contract)$/;

  it("that call AWS are all tested here", () => {
    const guides = globSync("docs/guides/*.md").map((page) => readFileSync(page, "utf8"));
    const used = new Set(
      guides.flatMap((text) => text.match(/\bnpx sst [a-z]+|\bnpm run [a-z][a-z:-]*|^aws [a-z0-9]+/gm) ?? []),
    );
    assert.ok(used.has("npx sst refresh") && used.has("npm run release"));
    const unknown = [...used].filter(
      (command) => !(command in needs) && !setUp.includes(command) && !withoutAws.test(command),
    );
    assert.deepEqual(unknown, []);
  });

  for (const command of Object.keys(needs)) {
    it(`${command} needs actions that exist, and that the printed policy allows`, async () => {
      const { policy, requests } = needs[command] ?? assert.fail();
      const asked = requests();
      assert.ok(asked.length > 0);
      for (const each of asked)
        assert.ok(
          may(policy, each),
          `${each.action} on ${each.resource} ${JSON.stringify(each.context ?? {})}`,
        );
      const asStatements = asked.map(({ action, resource }) => ({
        actions: [action],
        resources: [resource],
      }));
      assert.deepEqual(await policyFaults(asStatements), []);
    });
  }

  it("that deploy have a deploy role's policy in a file", () => {
    assert.equal(readFileSync(DEPLOY_POLICY, "utf8"), printed);
    assert.ok(readFileSync("docs/guides/deploy.md", "utf8").includes("(../deploy-policy.json)"));
  });

  it("that release have their policy in the guide to releases", () => {
    const statements = releasePermissions({
      functionArn: "arn:aws:lambda:eu-west-1:123456789012:function:lambda-express-api-dev-Api",
      bucketArn: "arn:aws:s3:::my-releases",
    });
    assert.deepEqual(
      releasePolicy,
      statements.map(({ actions, resources }) => ({ effect: "Allow", actions, resources, conditions: {} })),
    );
  });
});

it("the guide to pipelines lists what a build role can reach outside its stage", () => {
  const guide = readFileSync("docs/guides/codepipeline.md", "utf8");
  for (const row of [
    "`apigateway:*` on `/apis/*`",
    "`certificate/*`",
    "`event-source-mapping:*`",
    "`alarm:*`",
    "`assets/*` of SST's bucket",
    "`logs:PutResourcePolicy`",
    "names that begin with the stage's name and a hyphen",
  ])
    assert.ok(guide.includes(row), row);
});
