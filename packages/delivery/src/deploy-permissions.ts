/**
 * The exact rights of a role that runs `sst deploy` for one stage of the API. Resource names are limited to the stage's; each
 * wider statement says why.
 */
import type { ConditionalStatement } from "./policy-document.ts";

export interface StageScope {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly appName: string;
  readonly stage: string;
}

export interface DeployScope extends StageScope {
  /** SST's buckets for all its apps in this account and region. */
  readonly stateBucket: string;
  readonly assetBucket: string;
  /** The required boundary of every new role. */
  readonly permissionsBoundaryArn: string;
  /** Default: no domain. */
  readonly domain?: { readonly hostedZoneId?: string | undefined } | undefined;
}

/** Services that assume a role of the stage: the function's, its warmer's and its deployment group's. */
const ROLES_ARE_FOR = ["lambda.amazonaws.com", "scheduler.amazonaws.com", "codedeploy.amazonaws.com"];

/**
 * Returns the statements. They deliberately leave out users, keys, managed policies, roles without the boundary, and
 * containers and networks, which have ids instead of names.
 */
export function deployPermissions(scope: DeployScope): readonly ConditionalStatement[] {
  const { appName, stage, stateBucket, assetBucket, permissionsBoundaryArn, domain } = scope;
  const { arn, globalArn, prefix } = namesOf(scope);
  const bounded = { StringEquals: { "iam:PermissionsBoundary": [permissionsBoundaryArn] } };
  const roles = [globalArn("iam", `role/${prefix}-*`)];
  const logGroups = [`/aws/lambda/${prefix}-*`, `/aws/vendedlogs/apis/${prefix}-*`];
  const bucketArn = (bucket: string) => `arn:${scope.partition}:s3:::${bucket}`;

  return [
    // SST's state, lock and history of the stage, and its passphrase.
    {
      actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      resources: ["app", "eventlog", "lock", "secret", "snapshot", "summary", "update"].flatMap((kind) =>
        [".json", "/*"].map((end) => `${bucketArn(stateBucket)}/${kind}/${appName}/${stage}${end}`),
      ),
    },
    {
      actions: ["s3:GetObject"],
      resources: [`${bucketArn(stateBucket)}/secret/${appName}/_fallback.json`],
    },
    {
      // Without it, S3 answers "access denied" for a missing object, and SST stops.
      actions: ["s3:ListBucket"],
      resources: [bucketArn(stateBucket), bucketArn(assetBucket)],
    },
    {
      actions: ["ssm:GetParameter"],
      resources: [arn("ssm", "parameter/sst/bootstrap")],
    },
    {
      actions: ["ssm:GetParameter", "ssm:PutParameter"],
      resources: [arn("ssm", `parameter/sst/passphrase/${appName}/${stage}`)],
    },
    {
      // The code's key has a component name and a hash, but not app or stage.
      actions: [
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:DeleteObject",
      ],
      resources: [`${bucketArn(assetBucket)}/assets/*`],
    },

    // All actions on resources with the stage's name, because the provider's calls change with its version.
    { actions: ["lambda:*"], resources: [arn("lambda", `function:${prefix}-*`)] },
    {
      actions: ["logs:*"],
      resources: logGroups.flatMap((group) => [
        arn("logs", `log-group:${group}`),
        arn("logs", `log-group:${group}:*`),
      ]),
    },
    { actions: ["scheduler:*"], resources: [arn("scheduler", `schedule/default/${prefix}-*`)] },
    {
      actions: ["codedeploy:*"],
      resources: [
        arn("codedeploy", `application:${prefix}-*`),
        arn("codedeploy", `deploymentgroup:${prefix}-*`),
      ],
    },
    {
      actions: ["cloudwatch:*"],
      resources: [arn("cloudwatch", `alarm:${prefix}-*`), globalArn("cloudwatch", `dashboard/${prefix}-*`)],
    },
    // CloudWatch does not support this right for single alarms.
    { actions: ["cloudwatch:DescribeAlarms"], resources: [arn("cloudwatch", "alarm:*")] },
    {
      actions: [
        "budgets:ViewBudget",
        "budgets:ModifyBudget",
        "budgets:ListTagsForResource",
        "budgets:TagResource",
        "budgets:UntagResource",
      ],
      resources: [globalArn("budgets", `budget/${prefix}`)],
    },

    ...ownResourcePermissions(scope),

    // Roles, limited by the boundary whatever their own policies say.
    {
      actions: [
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:DeleteRole",
      ],
      resources: roles,
      conditions: bounded,
    },
    {
      actions: [
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListRolePolicies",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListRoleTags",
        "iam:TagRole",
        "iam:UntagRole",
      ],
      resources: roles,
    },
    {
      actions: ["iam:PassRole"],
      resources: roles,
      conditions: { StringEquals: { "iam:PassedToService": ROLES_ARE_FOR } },
    },

    // An API has a random id.
    {
      actions: GATEWAY_ACTIONS,
      resources: ["/apis", "/apis/*", "/tags/*"].map((path) => gatewayArn(scope, path)),
    },
    {
      // A stage with an access log must set up its delivery, which has no ARN (API Gateway developer guide,
      // "Permissions required to use access logging").
      actions: [
        "logs:CreateLogDelivery",
        "logs:GetLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:PutResourcePolicy",
      ],
      resources: ["*"],
    },

    // The doctor reads how many instances the account may run.
    { actions: ["lambda:GetAccountSettings"], resources: ["*"] },

    ...(domain ? domainPermissions(scope, domain.hostedZoneId) : []),
  ];
}

/**
 * Returns the boundary of every role: the most that a function of the stage, its warmer and its deployment group may do.
 *
 * @param permissions the API's rights in addition to its log, as in `LambdaApi`.
 */
export function boundaryPermissions(
  scope: StageScope,
  permissions: readonly ConditionalStatement[],
): readonly ConditionalStatement[] {
  const { arn, prefix } = namesOf(scope);
  return [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [arn("logs", `log-group:/aws/lambda/${prefix}-*`)],
    },
    {
      actions: [
        "lambda:InvokeFunction",
        "lambda:GetAlias",
        "lambda:UpdateAlias",
        "lambda:GetProvisionedConcurrencyConfig",
      ],
      resources: [arn("lambda", `function:${prefix}-*`)],
    },
    { actions: ["cloudwatch:DescribeAlarms"], resources: [arn("cloudwatch", "alarm:*")] },
    ...permissions,
  ];
}

/**
 * Tables, queues, topics, buckets and schedules beside the API, by the names that SST gives them, and the mappings from a queue
 * or a stream to a function.
 */
function ownResourcePermissions(scope: StageScope): readonly ConditionalStatement[] {
  const { arn, prefix } = namesOf(scope);
  const bucket = `arn:${scope.partition}:s3:::${prefix.toLowerCase()}-*`;
  const ofStage = { ArnLike: { "lambda:FunctionArn": [arn("lambda", `function:${prefix}-*`)] } };
  return [
    { actions: ["dynamodb:*"], resources: [arn("dynamodb", `table/${prefix}-*`)] },
    { actions: ["sqs:*"], resources: [arn("sqs", `${prefix}-*`)] },
    { actions: ["sns:*"], resources: [arn("sns", `${prefix}-*`)] },
    { actions: ["s3:*"], resources: [bucket, `${bucket}/*`] },
    { actions: ["events:*"], resources: [arn("events", `rule/${prefix}-*`)] },
    // A mapping that does not exist yet has no ARN, and later has an id.
    { actions: ["lambda:CreateEventSourceMapping"], resources: ["*"], conditions: ofStage },
    {
      actions: [
        "lambda:GetEventSourceMapping",
        "lambda:UpdateEventSourceMapping",
        "lambda:DeleteEventSourceMapping",
      ],
      resources: [arn("lambda", "event-source-mapping:*")],
      conditions: ofStage,
    },
    // These actions do not support the condition.
    {
      actions: ["lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"],
      resources: [arn("lambda", "event-source-mapping:*")],
    },
  ];
}

/**
 * API Gateway's actions are the methods of its own API. In addition, it asks for the actions on tags by name when a stage is
 * created with tags, and SST tags every resource. AWS does not document this (hashicorp/terraform-provider-aws#20634).
 */
const GATEWAY_ACTIONS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TagResource", "UntagResource"].map(
  (action) => `apigateway:${action}`,
);

function domainPermissions(
  scope: DeployScope,
  hostedZoneId: string | undefined,
): readonly ConditionalStatement[] {
  const { arn, globalArn } = namesOf(scope);
  const serviceRole = "role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway";
  return [
    {
      actions: GATEWAY_ACTIONS,
      resources: ["/domainnames", "/domainnames/*"].map((path) => gatewayArn(scope, path)),
    },
    {
      // The account's first domain creates the gateway's service-linked role.
      actions: ["iam:CreateServiceLinkedRole"],
      resources: [globalArn("iam", serviceRole)],
      conditions: { StringEquals: { "iam:AWSServiceName": ["ops.apigateway.amazonaws.com"] } },
    },
    // A certificate that does not exist yet has no ARN.
    { actions: ["acm:RequestCertificate"], resources: ["*"] },
    {
      actions: [
        "acm:DescribeCertificate",
        "acm:DeleteCertificate",
        "acm:AddTagsToCertificate",
        "acm:RemoveTagsFromCertificate",
        "acm:ListTagsForCertificate",
      ],
      // A certificate's ARN has an id too.
      resources: [arn("acm", "certificate/*")],
    },
    ...(hostedZoneId === undefined
      ? []
      : [
          {
            actions: [
              "route53:GetHostedZone",
              "route53:ListTagsForResource",
              "route53:ListResourceRecordSets",
              "route53:ChangeResourceRecordSets",
            ],
            resources: [`arn:${scope.partition}:route53:::hostedzone/${hostedZoneId}`],
          },
          { actions: ["route53:GetChange"], resources: [`arn:${scope.partition}:route53:::change/*`] },
        ]),
  ];
}

function namesOf({ partition, region, accountId, appName, stage }: StageScope) {
  return {
    arn: (service: string, resource: string) =>
      `arn:${partition}:${service}:${region}:${accountId}:${resource}`,
    globalArn: (service: string, resource: string) => `arn:${partition}:${service}::${accountId}:${resource}`,
    prefix: `${appName}-${stage}`,
  };
}

function gatewayArn({ partition, region }: StageScope, path: string): string {
  return `arn:${partition}:apigateway:${region}::${path}`;
}
