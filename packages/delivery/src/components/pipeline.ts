/**
 * A pipeline inside AWS that deploys one stage of the API from GitHub: CodePipeline watches the repository, and CodeBuild runs
 * the checks of continuous integration and then deploys or releases. It belongs to an account, not to a stage, so a separate
 * program deploys it (docs/decisions/0016-pipeline.md).
 */

import { planBuildspec, RELEASE_TAGS } from "../buildspec.ts";
import { type ConditionalStatement, policyDocument } from "../policy-document.ts";
import { createArtifactBucket } from "./artifact-bucket.ts";
import { APP_NAME, createDeployRights, releaseRights } from "./delivery-rights.ts";

export interface PipelineArgs {
  /** The stage to deploy. */
  readonly stage: string;
  /** The name of the SST app to deploy, as in `sst.config.ts`. */
  readonly appName: string;
  readonly github: {
    readonly owner: string;
    /** Default: a new connection, which you approve in the console. */
    readonly connectionArn?: $util.Input<string>;
  };
  readonly githubRepository: { readonly name: string; readonly branch: string };
  /** Whether each push to the branch is deployed, or only version tags. Default: `true`. */
  readonly preRelease?: boolean;
  /** The stage's `CODE_DELIVERY`. With `pipeline` it releases code without infrastructure. Default: `sst`. */
  readonly codeDelivery?: "sst" | "pipeline";
  /** Default: a new bucket. */
  readonly s3Artifacts?: { readonly bucket: $util.Input<string>; readonly arn: $util.Input<string> };
  /** The names of AWS Chatbot configurations, such as the two of `SlackChannels`. Default: no notifications. */
  readonly ciNotificationsSlackChannels?: {
    readonly info: $util.Input<string>;
    readonly alert: $util.Input<string>;
  };
  /** The parameter with the stage's settings, in the format of `.env.<stage>`. Default: `/<app>/<stage>/settings`. */
  readonly settingsParameterName?: string;
  /** The stage's domain, and its zone if that is at Route 53. Default: no domain. */
  readonly domain?: { readonly hostedZoneId?: string };
  /** The most that the stage's functions may do at AWS, in addition to writing their log. */
  readonly permissions?: readonly { readonly actions: string[]; readonly resources: string[] }[];
  /** Statements for the stage's other kinds of resources, as printed by `npm run doctor`. */
  readonly alsoDeploys?: readonly { readonly actions: string[]; readonly resources: string[] }[];
  readonly build?: BuildArgs;
  /** Default: 30. */
  readonly logRetentionDays?: number;
}

/** The build machine. */
export interface BuildArgs {
  /** Default: `BUILD_GENERAL1_SMALL`, the cheapest. */
  readonly computeType?: string;
  /** An image for ARM with Node 24 and git. Default: Debian's. */
  readonly image?: string;
  /** Whether npm's cache is kept in the bucket between builds. Default: `false`. */
  readonly keepsCache?: boolean;
}

/** Debian with Node 24 and git, like the API's own image, because CodeBuild's images lag behind Node's releases. */
const IMAGE = "public.ecr.aws/docker/library/node:24-bookworm";
const BUILD_TIMEOUT_MINUTES = 60;

export class Pipeline extends $util.ComponentResource {
  /** For the account's next pipeline, which can share connection and bucket. */
  readonly github: { readonly owner: string; readonly connectionArn: $util.Output<string> };
  readonly s3Artifacts: { readonly bucket: $util.Output<string>; readonly arn: $util.Output<string> };
  readonly pipelineName: $util.Output<string>;
  /** The stage's `PERMISSIONS_BOUNDARY_ARN`, for deployments from elsewhere. A release creates no roles. */
  readonly permissionsBoundaryArn: $util.Output<string> | undefined;

  /** @throws Error for mistakes that AWS would refuse only during the deployment. */
  constructor(name: string, args: PipelineArgs, options?: $util.ComponentResourceOptions) {
    super("lambda-express-api:infra:Pipeline", name, {}, options);
    const parent = this;
    const {
      stage,
      appName,
      github,
      githubRepository,
      preRelease = true,
      codeDelivery = "sst",
      settingsParameterName = `/${appName}/${stage}/settings`,
      build = {},
    } = args;
    const fullRepositoryId = `${github.owner}/${githubRepository.name}`;
    const pipelineName = `${$app.name}-${$app.stage}-${name}`;
    checkArgs(args, pipelineName, `${appName}-${stage}-`);
    // For this pipeline only, so that stages do not share caches.
    const cachePrefix = `cache/${pipelineName}`;

    const { partition } = aws.getPartitionOutput();
    const { region } = aws.getRegionOutput();
    const { accountId } = aws.getCallerIdentityOutput();
    const arn = (service: string, resource: string) =>
      $interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
    const projectArn = arn("codebuild", `project/${pipelineName}`);

    const connectionArn = $util.output(github.connectionArn ?? createConnection());
    const artifacts = args.s3Artifacts ?? createArtifactBucket(name, parent);
    const bucket = $util.output(artifacts.bucket);
    const bucketArn = $util.output(artifacts.arn);

    const log = new aws.cloudwatch.LogGroup(
      `${name}Log`,
      { name: `/aws/codebuild/${pipelineName}`, retentionInDays: args.logRetentionDays ?? 30 },
      { parent },
    );

    const buildRole = createRole("Build", "codebuild.amazonaws.com");
    const delivery = codeDelivery === "sst" ? deploys() : releases();
    const buildPolicy = createPolicy(
      "Build",
      buildRole,
      $util
        .all([bucketArn, connectionArn, log.arn, delivery.permissions])
        .apply(([bucketArn, connectionArn, logArn, permissions]) => [
          { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [`${bucketArn}/*`] },
          ...(build.keepsCache
            ? [{ actions: ["s3:PutObject"], resources: [`${bucketArn}/${cachePrefix}/*`] }]
            : []),
          ...useOf(connectionArn, fullRepositoryId),
          { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [`${logArn}:*`] },
          ...permissions,
        ]),
    );
    const project = new aws.codebuild.Project(
      `${name}Project`,
      {
        name: pipelineName,
        description: `Checks ${fullRepositoryId} and deploys it to the stage ${stage}.`,
        serviceRole: buildRole.arn,
        buildTimeout: BUILD_TIMEOUT_MINUTES,
        environment: {
          type: "ARM_CONTAINER",
          computeType: build.computeType ?? "BUILD_GENERAL1_SMALL",
          image: build.image ?? IMAGE,
          // The service's credentials are only for its own images.
          imagePullCredentialsType: "SERVICE_ROLE",
        },
        source: {
          type: "CODEPIPELINE",
          buildspec: $util.output(delivery.environment).apply((environment) =>
            JSON.stringify(
              planBuildspec({
                stage,
                preRelease,
                codeDelivery,
                settingsParameterName,
                environment,
                keepsCache: build.keepsCache ?? false,
              }),
            ),
          ),
        },
        artifacts: { type: "CODEPIPELINE" },
        ...(build.keepsCache && { cache: { type: "S3", location: $interpolate`${bucket}/${cachePrefix}` } }),
        logsConfig: { cloudwatchLogs: { groupName: log.name } },
      },
      { parent, dependsOn: [buildPolicy] },
    );

    const pipelineRole = createRole("Pipeline", "codepipeline.amazonaws.com");
    const pipelinePolicy = createPolicy(
      "Pipeline",
      pipelineRole,
      $util.all([bucketArn, connectionArn, projectArn]).apply(([bucketArn, connectionArn, projectArn]) => [
        {
          actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
          resources: [`${bucketArn}/*`],
        },
        { actions: ["s3:GetBucketLocation", "s3:GetBucketVersioning"], resources: [bucketArn] },
        { actions: ["codebuild:StartBuild", "codebuild:BatchGetBuilds"], resources: [projectArn] },
        ...useOf(connectionArn, fullRepositoryId),
      ]),
    );
    const pipeline = new aws.codepipeline.Pipeline(
      `${name}Pipeline`,
      {
        name: pipelineName,
        pipelineType: "V2",
        // A newer execution replaces a waiting one. A running one finishes.
        executionMode: "SUPERSEDED",
        roleArn: pipelineRole.arn,
        artifactStores: [{ type: "S3", location: bucket }],
        stages: [
          {
            name: "Source",
            actions: [
              {
                name: "Source",
                category: "Source",
                owner: "AWS",
                provider: "CodeStarSourceConnection",
                version: "1",
                outputArtifacts: ["source"],
                configuration: {
                  ConnectionArn: connectionArn,
                  FullRepositoryId: fullRepositoryId,
                  BranchName: githubRepository.branch,
                  DetectChanges: String(preRelease),
                  // The checks and the tags need the git repository, not only its files.
                  OutputArtifactFormat: "CODEBUILD_CLONE_REF",
                },
              },
            ],
          },
          {
            name: "BuildAndDeploy",
            actions: [
              {
                name: "BuildAndDeploy",
                category: "Build",
                owner: "AWS",
                provider: "CodeBuild",
                version: "1",
                inputArtifacts: ["source"],
                configuration: { ProjectName: project.name },
              },
            ],
          },
        ],
        ...(!preRelease && {
          triggers: [
            {
              providerType: "CodeStarSourceConnection",
              gitConfiguration: {
                sourceActionName: "Source",
                pushes: [{ tags: { includes: [RELEASE_TAGS] } }],
              },
            },
          ],
        }),
      },
      { parent, dependsOn: [pipelinePolicy] },
    );

    const channels = args.ciNotificationsSlackChannels;
    if (channels) {
      notify("Info", channels.info, ["started", "succeeded"]);
      notify("Alert", channels.alert, ["failed"]);
    }

    this.github = { owner: github.owner, connectionArn };
    this.s3Artifacts = { bucket, arn: bucketArn };
    this.pipelineName = pipeline.name;
    this.permissionsBoundaryArn = delivery.permissionsBoundaryArn;
    this.registerOutputs({
      _hint: $interpolate`https://${region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${pipeline.name}/view?region=${region}`,
    });

    function createConnection(): $util.Output<string> {
      return new aws.codeconnections.Connection(`${name}GitHub`, { providerType: "GitHub" }, { parent }).arn;
    }

    function createRole(suffix: string, service: string): aws.iam.Role {
      return new aws.iam.Role(
        `${name}${suffix}Role`,
        {
          // Otherwise another account could make the service assume it (confused deputy).
          assumeRolePolicy: accountId.apply((accountId) =>
            JSON.stringify({
              Version: "2012-10-17",
              Statement: [
                {
                  Effect: "Allow",
                  Action: "sts:AssumeRole",
                  Principal: { Service: service },
                  Condition: { StringEquals: { "aws:SourceAccount": accountId } },
                },
              ],
            }),
          ),
        },
        { parent },
      );
    }

    function createPolicy(
      suffix: string,
      role: aws.iam.Role,
      permissions: $util.Output<ConditionalStatement[]>,
    ): aws.iam.RolePolicy {
      return new aws.iam.RolePolicy(
        `${name}${suffix}Policy`,
        { role: role.name, policy: permissions.apply(policyDocument) },
        { parent },
      );
    }

    /** The environment and rights for `sst deploy` of the whole stage. */
    function deploys() {
      const { permissions, permissionsBoundaryArn } = createDeployRights(
        name,
        {
          appName,
          stage,
          domain: args.domain,
          permissions: args.permissions ?? [],
          alsoDeploys: args.alsoDeploys ?? [],
        },
        parent,
      );
      return {
        environment: { CODE_DELIVERY: "sst", PERMISSIONS_BOUNDARY_ARN: permissionsBoundaryArn },
        permissionsBoundaryArn,
        permissions: $util
          .all([permissions, arn("ssm", `parameter${settingsParameterName}`)])
          .apply(([permissions, settingsArn]): readonly ConditionalStatement[] => [
            ...permissions,
            { actions: ["ssm:GetParameters"], resources: [settingsArn] },
          ]),
      };
    }

    /** The environment and rights for `npm run release` of an existing function. */
    function releases() {
      return {
        environment: { CODE_DELIVERY: "pipeline", RELEASE_BUCKET: bucket },
        permissionsBoundaryArn: undefined,
        permissions: releaseRights({ appName, stage }, bucketArn),
      };
    }

    function notify(suffix: string, channel: $util.Input<string>, events: readonly string[]): void {
      new aws.codestarnotifications.NotificationRule(
        `${name}${suffix}`,
        {
          detailType: "FULL",
          resource: pipeline.arn,
          eventTypeIds: events.map((event) => `codepipeline-pipeline-pipeline-execution-${event}`),
          targets: [
            {
              type: "AWSChatbotSlack",
              address: $interpolate`arn:${partition}:chatbot::${accountId}:chat-configuration/slack-channel/${channel}`,
            },
          ],
        },
        { parent },
      );
    }
  }
}

/**
 * The rights to use the connection for this repository only. The service was renamed, and its resources may have either name.
 * Not every use names a repository (Developer Tools console user guide, "AWS CodeConnections permissions reference").
 */
function useOf(connectionArn: string, fullRepositoryId: string): readonly ConditionalStatement[] {
  return ["codeconnections", "codestar-connections"].map((service) => ({
    actions: [`${service}:UseConnection`],
    resources: [connectionArn],
    conditions: { StringEqualsIfExists: { [`${service}:FullRepositoryId`]: [fullRepositoryId] } },
  }));
}

/** CodePipeline's limit on a pipeline's name. */
const MAX_NAME_LENGTH = 100;

/** Checks single values, each with a valid example. */
function checkArgs(args: PipelineArgs, pipelineName: string, stagePrefix: string): void {
  const { stage, appName, github, githubRepository, s3Artifacts, settingsParameterName } = args;
  // A program without a type check may leave a required value out.
  const check = (name: string, value: string | undefined, rule: RegExp, example: string) => {
    if (value === undefined || !rule.test(value)) {
      throw new Error(
        `${name} is invalid (${JSON.stringify(value)}); use a value like ${JSON.stringify(example)}.`,
      );
    }
  };
  check("stage", stage, /^[A-Za-z0-9][A-Za-z0-9-]*$/, "production");
  check("appName", appName, APP_NAME, "my-api");
  check("github.owner", github.owner, /^[A-Za-z0-9][A-Za-z0-9-]*$/, "my-company");
  check("githubRepository.name", githubRepository.name, /^[\w.-]+$/, "my-api");
  check("githubRepository.branch", githubRepository.branch, /^[\w./-]+$/, "main");
  // Another resource's output is not known yet.
  if (typeof github.connectionArn === "string")
    check(
      "github.connectionArn",
      github.connectionArn,
      /^arn:aws[\w-]*:(codeconnections|codestar-connections):[\w-]+:\d{12}:connection\/[\w-]+$/,
      "arn:aws:codeconnections:eu-west-1:123456789012:connection/12345678-1234-1234-1234-123456789012",
    );
  if (typeof s3Artifacts?.arn === "string")
    check(
      "s3Artifacts.arn",
      s3Artifacts.arn,
      /^arn:aws[\w-]*:s3:::[a-z0-9.-]+$/,
      "arn:aws:s3:::my-artifacts",
    );
  if (settingsParameterName !== undefined)
    check("settingsParameterName", settingsParameterName, /^(\/[\w.-]+)+$/, "/my-api/production/settings");
  if (pipelineName.length > MAX_NAME_LENGTH) {
    throw new Error(
      `The pipeline's name ${pipelineName} has more than ${MAX_NAME_LENGTH} characters; choose a shorter stage or component name.`,
    );
  }
  if (`${pipelineName}-`.startsWith(stagePrefix)) {
    throw new Error(
      `The pipeline's name ${pipelineName} starts with the prefix of the stage ${stage}, so the pipeline could change itself; deploy it with a different app name or stage.`,
    );
  }
}
