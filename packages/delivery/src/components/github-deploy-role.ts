/**
 * A role that a workflow of one repository assumes in one of its environments, for an hour and without a stored key, to
 * deploy one stage of the API. It belongs to an account, not to a stage, so a separate program deploys it
 * (docs/guides/github-actions.md).
 */
import { type ConditionalStatement, policyDocument } from "../policy-document.ts";
import { APP_NAME, createDeployRights, releaseRights } from "./delivery-rights.ts";

export interface GithubDeployRoleArgs {
  /**
   * The repository as its tokens name it: `my-company@123456/my-api@789012`, with both ids, if it was created after July 2026
   * or has opted in; otherwise `my-company/my-api`.
   */
  readonly repository: string;
  /** The repository's environment in which a job must run. */
  readonly environment: string;
  /** The ref that must be checked out, such as `refs/heads/main` or `refs/tags/v*`. Default: any. */
  readonly ref?: string;
  /** The stage to deploy. `pr-*` means every stage with that prefix. */
  readonly stage: string;
  /** The name of the SST app to deploy, as in `sst.config.ts`. */
  readonly appName: string;
  /** The stage's `RELEASE_BUCKET`. With it the role may only release code. Default: the role may deploy the stage. */
  readonly releaseBucket?: string;
  /** The stage's domain, and its zone if that is at Route 53. Default: no domain. */
  readonly domain?: { readonly hostedZoneId?: string };
  /** The most that the stage's functions may do at AWS, in addition to writing their log. */
  readonly permissions?: readonly ConditionalStatement[];
  /** Statements for other kinds of resources, as printed by `npm run doctor`. */
  readonly alsoDeploys?: readonly ConditionalStatement[];
  /** GitHub as an identity provider, once per account. Default: a new one. */
  readonly identityProviderArn?: $util.Input<string>;
}

/** The tokens' issuer, as the conditions name it. */
const ISSUER = "token.actions.githubusercontent.com";
const AUDIENCE = "sts.amazonaws.com";
/** IAM's limit on a role's name. */
const MAX_NAME_LENGTH = 64;

export class GithubDeployRole extends $util.ComponentResource {
  /** Pass it to the account's next role. */
  readonly identityProviderArn: $util.Output<string>;
  /** The value of the environment's variable `DEPLOY_ROLE_ARN`. */
  readonly roleArn: $util.Output<string>;
  /** The value of the environment's variable `PERMISSIONS_BOUNDARY_ARN`. A release of code creates no roles. */
  readonly permissionsBoundaryArn: $util.Output<string> | undefined;

  /** @throws Error for arguments that would trust or allow too much. */
  constructor(name: string, args: GithubDeployRoleArgs, options?: $util.ComponentResourceOptions) {
    super("lambda-express-api:infra:GithubDeployRole", name, {}, options);
    const roleName = `${$app.name}-${$app.stage}-${name}`;
    checkArgs(args, roleName);
    const { stage, appName, releaseBucket, domain, permissions = [], alsoDeploys = [] } = args;

    this.identityProviderArn = $util.output(
      args.identityProviderArn ??
        new aws.iam.OpenIdConnectProvider(
          // An account has one, whichever role creates it.
          "GitHub",
          { url: `https://${ISSUER}`, clientIdLists: [AUDIENCE] },
          { parent: this, aliases: [{ name: `${name}GitHub` }] },
        ).arn,
    );
    const role = new aws.iam.Role(
      `${name}Role`,
      {
        name: roleName,
        description: `GitHub Actions, ${args.repository}, environment ${args.environment}: deploys ${appName}, stage ${stage}.`,
        assumeRolePolicy: this.identityProviderArn.apply((provider) => trustPolicy(args, provider)),
      },
      { parent: this },
    );
    const rights =
      releaseBucket === undefined
        ? createDeployRights(name, { appName, stage, domain, permissions, alsoDeploys }, this)
        : {
            permissions: releaseRights(
              { appName, stage },
              $interpolate`arn:${aws.getPartitionOutput().partition}:s3:::${releaseBucket}`,
            ),
            permissionsBoundaryArn: undefined,
          };
    new aws.iam.RolePolicy(
      `${name}Policy`,
      { role: role.name, policy: rights.permissions.apply(policyDocument) },
      { parent: this },
    );

    this.roleArn = role.arn;
    this.permissionsBoundaryArn = rights.permissionsBoundaryArn;
    this.registerOutputs({ _hint: role.arn });
  }
}

/**
 * The trust policy: a workflow may assume the role if its token names exactly this repository, environment and ref.
 *
 * - https://docs.github.com/actions/reference/security/oidc
 * - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */
function trustPolicy({ repository, environment, ref }: GithubDeployRoleArgs, providerArn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: providerArn },
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: AUDIENCE,
            [`${ISSUER}:sub`]: `repo:${repository}:environment:${environment}`,
          },
          ...(ref !== undefined && { StringLike: { [`${ISSUER}:ref`]: ref } }),
        },
      },
    ],
  });
}

/** Checks single values, each with a valid example. */
function checkArgs(args: GithubDeployRoleArgs, roleName: string): void {
  const { repository, environment, ref, stage, appName, releaseBucket } = args;
  // A program without a type check may leave a required value out.
  const check = (name: string, value: string | undefined, rule: RegExp, example: string) => {
    if (value === undefined || !rule.test(value))
      throw new Error(
        `${name} is invalid (${JSON.stringify(value)}); use a value like ${JSON.stringify(example)}.`,
      );
  };
  check(
    "repository",
    repository,
    /^[A-Za-z0-9][A-Za-z0-9-]*(\/[\w.-]+|@\d+\/[\w.-]+@\d+)$/,
    "my-company@123456/my-api@789012",
  );
  check("environment", environment, /^[\w.-]+$/, "production");
  check("appName", appName, APP_NAME, "my-api");
  if (ref !== undefined) check("ref", ref, /^refs\/(heads|tags)\/[\w./-]+\*?$/, "refs/heads/main");
  check("stage", stage, /^[A-Za-z0-9][A-Za-z0-9-]*(-\*)?$/, "production");
  if (releaseBucket !== undefined)
    check("releaseBucket", releaseBucket, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "my-releases");
  if (releaseBucket !== undefined && stage.endsWith("*"))
    throw new Error(
      `A release goes to one stage, but ${stage} matches several; name one stage, such as "production".`,
    );
  if (roleName.length > MAX_NAME_LENGTH) {
    throw new Error(
      `The role's name ${roleName} has more than ${MAX_NAME_LENGTH} characters; choose a shorter stage or component name.`,
    );
  }
  if (roleName.startsWith(`${appName}-${stage}-`.replace(/\*.*/, ""))) {
    throw new Error(
      `The role's name ${roleName} starts with the prefix of the stage ${stage}, so the role could change itself; deploy it with a different app name or stage.`,
    );
  }
}
