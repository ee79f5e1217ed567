/** The AWS calls of a deployment that creates, tags, reads, changes and deletes the resources of a graph. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph, Inputs, Resource } from "@lambda-express-api/infra/testing/graph.ts";
import type { Request } from "@lambda-express-api/infra/testing/may.ts";
import { PLATFORM } from "@lambda-express-api/infra/testing/platform.ts";
import { all, one } from "@lambda-express-api/infra/testing/view.ts";

const ACCOUNT = "123456789012";
const REGION = "eu-west-1";
const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const iam = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;

export interface ResourceRequest extends Request {
  /** The resource's logical name. */
  readonly resourceName: string;
}

/**
 * Returns the requests.
 *
 * @param graph the stage's graph, without a container.
 * @throws Error for an unknown kind of resource, and for a kind that gets SST's tags without a request that tags it.
 */
export function deploymentRequests(graph: Graph): readonly ResourceRequest[] {
  const gateway = (...paths: string[]): Request[] =>
    paths.flatMap((path) =>
      ["GET", "POST", "PATCH", "DELETE"].map((method) => ({
        action: `apigateway:${method}`,
        resource: `arn:aws:apigateway:${REGION}::${path}`,
      })),
    );
  /**
   * The stage's creation with tags needs API Gateway's action by name, on the stages of the API (hashicorp/terraform-provider-aws
   * #20634). A change of tags is a call of `/tags`.
   */
  const gatewayTags = (...paths: string[]): Request[] => [
    ...paths.flatMap((path) =>
      ["TagResource", "UntagResource"].map((action) => ({
        action: `apigateway:${action}`,
        resource: `arn:aws:apigateway:${REGION}::${path}`,
      })),
    ),
    ...["POST", "DELETE"].map((method) => ({
      action: `apigateway:${method}`,
      resource: `arn:aws:apigateway:${REGION}::/tags/arn%3Aaws%3Aapigateway%3A${REGION}%3A%3A${encodeURIComponent(paths.at(-1) ?? "")}`,
    })),
  ];
  /** Finds a role by logical name, which ends the mocks' ARNs. */
  const passes = (roleArn: unknown, service: string): Request => {
    const logicalName = String(roleArn).split(":").at(-1);
    const { inputs } = one(graph, "aws:iam/role:Role", logicalName);
    return {
      action: "iam:PassRole",
      resource: iam(`role/${inputs.name}`),
      context: { "iam:PassedToService": service },
    };
  };
  const ofBucket = (bucket: unknown, actions: readonly string[]): Request[] =>
    actions.map((action) => ({ action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}` }));
  const requestsOf: Record<string, (resource: Resource, inputs: Inputs) => Request[]> = {
    "aws:lambda/function:Function": (_, { name, role, s3Key }) => [
      ...[
        "CreateFunction",
        "TagResource",
        "UntagResource",
        "GetFunction",
        "UpdateFunctionCode",
        "PublishVersion",
        "DeleteFunction",
      ].map((action) => ({ action: `lambda:${action}`, resource: arn("lambda", `function:${name}`) })),
      { action: "s3:GetObject", resource: `arn:aws:s3:::sst-asset/${s3Key}` },
      passes(role, "lambda.amazonaws.com"),
    ],
    "aws:lambda/alias:Alias": (_, { functionName, name }) =>
      ["CreateAlias", "GetAlias", "UpdateAlias", "DeleteAlias"].map((action) => ({
        action: `lambda:${action}`,
        resource: arn("lambda", `function:${functionName}:${name}`),
      })),
    "aws:lambda/permission:Permission": (_, { function: name }) =>
      ["AddPermission", "GetPolicy", "RemovePermission"].map((action) => ({
        action: `lambda:${action}`,
        // By name or by ARN.
        resource: arn("lambda", `function:${String(name).split(":function:").at(-1)}`),
      })),
    "aws:cloudwatch/logGroup:LogGroup": (_, { name }) =>
      ["CreateLogGroup", "PutRetentionPolicy", "TagResource", "UntagResource", "DeleteLogGroup"].map(
        (action) => ({
          action: `logs:${action}`,
          resource: arn("logs", `log-group:${name}`),
        }),
      ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (_, { name }) => [
      ...["PutMetricAlarm", "TagResource", "UntagResource", "ListTagsForResource", "DeleteAlarms"].map(
        (action) => ({ action: `cloudwatch:${action}`, resource: arn("cloudwatch", `alarm:${name}`) }),
      ),
      // CloudWatch does not support this right for single alarms.
      { action: "cloudwatch:DescribeAlarms", resource: arn("cloudwatch", "alarm:*") },
    ],
    "aws:codedeploy/application:Application": (_, { name }) =>
      [
        "CreateApplication",
        "TagResource",
        "UntagResource",
        "GetApplication",
        "ListTagsForResource",
        "DeleteApplication",
      ].map((action) => ({
        action: `codedeploy:${action}`,
        resource: arn("codedeploy", `application:${name}`),
      })),
    "aws:codedeploy/deploymentGroup:DeploymentGroup": (
      _,
      { appName, deploymentGroupName, serviceRoleArn },
    ) => [
      ...[
        "CreateDeploymentGroup",
        "TagResource",
        "UntagResource",
        "GetDeploymentGroup",
        "UpdateDeploymentGroup",
        "DeleteDeploymentGroup",
      ].map((action) => ({
        action: `codedeploy:${action}`,
        resource: arn("codedeploy", `deploymentgroup:${appName}/${deploymentGroupName}`),
      })),
      passes(serviceRoleArn, "codedeploy.amazonaws.com"),
    ],
    "aws:iam/rolePolicy:RolePolicy": (_, { role }) => {
      const { inputs } = all(graph, "aws:iam/role:Role").find(({ inputs: { name } }) => name === role) ?? {};
      const context = { "iam:PermissionsBoundary": String(inputs?.permissionsBoundary) };
      return [
        { action: "iam:PutRolePolicy", resource: iam(`role/${role}`), context },
        { action: "iam:GetRolePolicy", resource: iam(`role/${role}`) },
        { action: "iam:DeleteRolePolicy", resource: iam(`role/${role}`), context },
      ];
    },
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (_, { role }) => {
      const { inputs } = all(graph, "aws:iam/role:Role").find(({ inputs: { name } }) => name === role) ?? {};
      const context = { "iam:PermissionsBoundary": String(inputs?.permissionsBoundary) };
      return [
        { action: "iam:AttachRolePolicy", resource: iam(`role/${role}`), context },
        { action: "iam:ListAttachedRolePolicies", resource: iam(`role/${role}`) },
        { action: "iam:DetachRolePolicy", resource: iam(`role/${role}`), context },
      ];
    },
    "aws:cloudwatch/dashboard:Dashboard": (_, { dashboardName }) =>
      ["PutDashboard", "GetDashboard", "DeleteDashboards"].map((action) => ({
        action: `cloudwatch:${action}`,
        resource: `arn:aws:cloudwatch::${ACCOUNT}:dashboard/${dashboardName}`,
      })),
    "aws:iam/role:Role": (_, { name, permissionsBoundary, inlinePolicies }) => [
      {
        action: "iam:CreateRole",
        resource: iam(`role/${name}`),
        context: { "iam:PermissionsBoundary": String(permissionsBoundary) },
      },
      ...(inlinePolicies
        ? [
            {
              action: "iam:PutRolePolicy",
              resource: iam(`role/${name}`),
              context: { "iam:PermissionsBoundary": String(permissionsBoundary) },
            },
          ]
        : []),
      ...["UpdateAssumeRolePolicy", "DeleteRole"].map((action) => ({
        action: `iam:${action}`,
        resource: iam(`role/${name}`),
        context: { "iam:PermissionsBoundary": String(permissionsBoundary) },
      })),
      ...["GetRole", "TagRole", "UntagRole", "ListRoleTags"].map((action) => ({
        action: `iam:${action}`,
        resource: iam(`role/${name}`),
      })),
    ],
    "aws:scheduler/schedule:Schedule": (_, { name, target }) => [
      ...["CreateSchedule", "GetSchedule", "UpdateSchedule", "DeleteSchedule"].map((action) => ({
        action: `scheduler:${action}`,
        resource: arn("scheduler", `schedule/default/${name}`),
      })),
      passes((target as Inputs).roleArn ?? "", "scheduler.amazonaws.com"),
    ],
    "aws:s3/bucketObjectv2:BucketObjectv2": (_, { bucket, key }) =>
      ["PutObject", "PutObjectTagging", "GetObjectTagging", "GetObject"].map((action) => ({
        action: `s3:${action}`,
        resource: `arn:aws:s3:::${bucket}/${key}`,
      })),
    "aws:apigatewayv2/api:Api": () => [
      ...gateway("/apis", "/apis/a1b2c3"),
      ...gatewayTags("/apis", "/apis/a1b2c3"),
    ],
    "aws:apigatewayv2/authorizer:Authorizer": () => gateway("/apis/a1b2c3/authorizers"),
    "aws:apigatewayv2/integration:Integration": () => gateway("/apis/a1b2c3/integrations"),
    "aws:apigatewayv2/route:Route": () => gateway("/apis/a1b2c3/routes"),
    "aws:apigatewayv2/stage:Stage": () => [
      ...gateway("/apis/a1b2c3/stages", "/apis/a1b2c3/stages/mvp"),
      ...gatewayTags("/apis/a1b2c3/stages", "/apis/a1b2c3/stages/mvp"),
      { action: "logs:CreateLogDelivery", resource: "*" },
      { action: "logs:PutResourcePolicy", resource: "*" },
    ],
    "aws:apigatewayv2/domainName:DomainName": () => [
      ...gateway("/domainnames", "/domainnames/api.example.com"),
      ...gatewayTags("/domainnames", "/domainnames/api.example.com"),
    ],
    "aws:apigatewayv2/apiMapping:ApiMapping": () => gateway("/domainnames/api.example.com/apimappings"),
    "aws:acm/certificate:Certificate": () => [
      { action: "acm:RequestCertificate", resource: "*" },
      ...[
        "AddTagsToCertificate",
        "RemoveTagsFromCertificate",
        "ListTagsForCertificate",
        "DeleteCertificate",
      ].map((action) => ({ action: `acm:${action}`, resource: arn("acm", "certificate/a1b2c3") })),
    ],
    "aws:acm/certificateValidation:CertificateValidation": () => [
      { action: "acm:DescribeCertificate", resource: arn("acm", "certificate/a1b2c3") },
    ],
    "aws:route53/record:Record": (_, { zoneId }) => [
      { action: "route53:ChangeResourceRecordSets", resource: `arn:aws:route53:::hostedzone/${zoneId}` },
      { action: "route53:GetChange", resource: "arn:aws:route53:::change/C1" },
    ],
    "aws:budgets/budget:Budget": (_, { name }) =>
      ["ModifyBudget", "TagResource", "UntagResource", "ListTagsForResource", "ViewBudget"].map((action) => ({
        action: `budgets:${action}`,
        resource: `arn:aws:budgets::${ACCOUNT}:budget/${name}`,
      })),
    "aws:dynamodb/table:Table": (_, { name }) =>
      ["CreateTable", "DescribeTable", "UpdateTable", "TagResource", "UntagResource", "DeleteTable"].map(
        (action) => ({
          action: `dynamodb:${action}`,
          resource: arn("dynamodb", `table/${name}`),
        }),
      ),
    "aws:sqs/queue:Queue": (_, { name }) =>
      [
        "CreateQueue",
        "GetQueueAttributes",
        "SetQueueAttributes",
        "TagQueue",
        "UntagQueue",
        "DeleteQueue",
      ].map((action) => ({
        action: `sqs:${action}`,
        resource: arn("sqs", String(name)),
      })),
    "aws:sns/topic:Topic": (_, { name }) =>
      [
        "CreateTopic",
        "GetTopicAttributes",
        "SetTopicAttributes",
        "TagResource",
        "UntagResource",
        "DeleteTopic",
      ].map((action) => ({
        action: `sns:${action}`,
        resource: arn("sns", String(name)),
      })),
    "aws:sns/topicSubscription:TopicSubscription": (_, { topic }) => {
      // The mocks' ARNs end in the logical name.
      const { inputs } = one(graph, "aws:sns/topic:Topic", String(topic).split(":").at(-1));
      return ["Subscribe", "GetSubscriptionAttributes", "Unsubscribe"].map((action) => ({
        action: `sns:${action}`,
        resource: arn("sns", String(inputs.name)),
      }));
    },
    "aws:s3/bucket:Bucket": (_, { bucket }) =>
      ofBucket(bucket, [
        "CreateBucket",
        "PutBucketTagging",
        "GetBucketTagging",
        // The provider's newer versions use these.
        "TagResource",
        "UntagResource",
        "ListTagsForResource",
        "ListBucket",
        "DeleteBucket",
      ]),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": (_, { bucket }) =>
      ofBucket(bucket, ["PutBucketCORS", "GetBucketCORS"]),
    "aws:s3/bucketPolicy:BucketPolicy": (_, { bucket }) =>
      ofBucket(bucket, ["PutBucketPolicy", "GetBucketPolicy", "DeleteBucketPolicy"]),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (_, { bucket }) =>
      ofBucket(bucket, ["PutBucketPublicAccessBlock", "GetBucketPublicAccessBlock"]),
    "aws:s3/bucketNotification:BucketNotification": (_, { bucket }) =>
      ofBucket(bucket, ["PutBucketNotification", "GetBucketNotification"]),
    "aws:cloudwatch/eventRule:EventRule": (_, { name }) =>
      ["PutRule", "TagResource", "UntagResource", "DescribeRule", "DeleteRule"].map((action) => ({
        action: `events:${action}`,
        resource: arn("events", `rule/${name}`),
      })),
    "aws:cloudwatch/eventTarget:EventTarget": (_, { rule }) =>
      ["PutTargets", "ListTargetsByRule", "RemoveTargets"].map((action) => ({
        action: `events:${action}`,
        resource: arn("events", `rule/${rule}`),
      })),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (_, { functionName }) => {
      const context = { "lambda:FunctionArn": String(functionName) };
      return [
        { action: "lambda:CreateEventSourceMapping", resource: "*", context },
        ...["Get", "Update", "Delete"].map((verb) => ({
          action: `lambda:${verb}EventSourceMapping`,
          resource: arn("lambda", "event-source-mapping:a1b2c3"),
          context,
        })),
        // Lambda guide, "Using tags on event source mappings".
        ...["TagResource", "UntagResource", "ListTags"].map((action) => ({
          action: `lambda:${action}`,
          resource: arn("lambda", "event-source-mapping:a1b2c3"),
        })),
      ];
    },
    "random:index/randomBytes:RandomBytes": () => [],
    "pulumi:pulumi:Stack": () => [],
  };

  return graph.resources
    .filter(({ isComponent }) => !isComponent)
    .flatMap((resource) => {
      const requests = requestsOf[resource.type];
      if (!requests)
        throw new Error(`deployment-requests.ts does not know ${resource.type}; add its requests`);
      const { inputs } = all(graph, resource.type).find(({ urn }) => urn === resource.urn) ?? resource;
      const made = requests(resource, inputs).map((request) => ({ ...request, resourceName: resource.name }));
      if (getsTags(resource.type) && !made.some(({ action }) => TAGS.test(action)))
        throw new Error(`deployment-requests.ts does not tag ${resource.type}; add the request`);
      return made;
    });
}

/** AWS's names of the actions that tag a resource. */
const TAGS = /:(Tag|AddTags|Put\w*Tagging)/;

/** Whether the provider puts its default tags on this kind. SST sets `sst:app` and `sst:stage` there. */
function getsTags(type: string): boolean {
  const [provider, file = ""] = type.split(":");
  return (
    provider === "aws" &&
    readFileSync(join(PLATFORM, `node_modules/@pulumi/aws/${file}.d.ts`), "utf8").includes(
      "readonly tagsAll:",
    )
  );
}
