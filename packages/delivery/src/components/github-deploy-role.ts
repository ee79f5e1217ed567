/**
 * What GitHub Actions is at AWS: a role that a workflow of one repository takes on in one of its environments, for an
 * hour and without a stored key, and that may bring one stage of the API. It belongs to an account and
 * not to a stage, so it is deployed by a program of its own (docs/guides/github-actions.md).
 */
import { type ConditionalStatement, policyDocument } from "../policy-document.ts";
import { createDeployRights, releaseRights } from "./delivery-rights.ts";

export interface GithubDeployRoleArgs {
  /**
   * As the repository's tokens name it: `my-company@123456/my-api@789012`, with both ids, where it is younger than July
   * 2026 or has opted in; else `my-company/my-api`.
   */
  readonly repository: string;
  /** The repository's environment in which a job has to run. */
  readonly environment: string;
  /** What has to be checked out, as in `refs/heads/main` or `refs/tags/v*`. Default: anything. */
  readonly ref?: string;
  /** The stage that it brings. `pr-*` is each stage whose name starts so. */
  readonly stage: string;
  /** The name of the SST app that it brings, as in `sst.config.ts`. */
  readonly appName: string;
  /** The stage's `RELEASE_BUCKET`: then it may release code, and deploy nothing. Default: it may deploy the stage. */
  readonly releaseBucket?: string;
  /** The stage's domain, if it has one, and its zone, if that is at Route 53. Default: it has none. */
  readonly domain?: { readonly hostedZoneId?: string };
  /** What the stage's functions may do at AWS at most, beside writing their log. */
  readonly permissions?: readonly ConditionalStatement[];
  /** What it may make besides: kinds of resources that `npm run doctor` names, with the line for each. */
  readonly alsoDeploys?: readonly ConditionalStatement[];
  /** GitHub as an identity provider, of which an account can have one. Default: it is made. */
  readonly identityProviderArn?: $util.Input<string>;
}

/** Who signs the tokens, as the conditions name it. */
const ISSUER = "token.actions.githubusercontent.com";
const AUDIENCE = "sts.amazonaws.com";
/** IAM's limit on the name of a role. */
const MAX_NAME_LENGTH = 64;

export class GithubDeployRole extends $util.ComponentResource {
  /** For the next role of the account. */
  readonly identityProviderArn: $util.Output<string>;
  /** The environment's variable `DEPLOY_ROLE_ARN`. */
  readonly roleArn: $util.Output<string>;
  /** The environment's variable `PERMISSIONS_BOUNDARY_ARN`; a release of code makes no roles. */
  readonly permissionsBoundaryArn: $util.Output<string> | undefined;

  /** @throws Error for what would trust or allow more than it says. */
  constructor(name: string, args: GithubDeployRoleArgs, options?: $util.ComponentResourceOptions) {
    super("lambda-express-api:infra:GithubDeployRole", name, {}, options);
    const roleName = `${$app.name}-${$app.stage}-${name}`;
    checkArgs(args, roleName);
    const { stage, appName, releaseBucket, domain, permissions = [], alsoDeploys = [] } = args;

    this.identityProviderArn = $util.output(
      args.identityProviderArn ??
        new aws.iam.OpenIdConnectProvider(
          // An account has one, whichever role makes it.
          "GitHub",
          { url: `https://${ISSUER}`, clientIdLists: [AUDIENCE] },
          { parent: this, aliases: [{ name: `${name}GitHub` }] },
        ).arn,
    );
    const role = new aws.iam.Role(
      `${name}Role`,
      {
        name: roleName,
        description: `GitHub Actions, ${args.repository}, environment ${args.environment}: brings ${appName}, stage ${stage}.`,
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
 * Who may take on the role: a workflow whose token says repository and environment, to the letter, and what it runs of.
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

/** What is wrong by itself, each with a right value. */
function checkArgs(args: GithubDeployRoleArgs, roleName: string): void {
  const { repository, environment, ref, stage, appName, releaseBucket } = args;
  const check = (name: string, value: string | undefined, rule: RegExp, example: string) => {
    if (value !== undefined && !rule.test(value))
      throw new Error(
        `${name} is wrong (${JSON.stringify(value)}); write it like ${JSON.stringify(example)}.`,
      );
  };
  check(
    "repository",
    repository,
    /^[A-Za-z0-9][A-Za-z0-9-]*(\/[\w.-]+|@\d+\/[\w.-]+@\d+)$/,
    "my-company@123456/my-api@789012",
  );
  check("environment", environment, /^[\w.-]+$/, "production");
  check("ref", ref, /^refs\/(heads|tags)\/[\w./-]+\*?$/, "refs/heads/main");
  check("stage", stage, /^[A-Za-z0-9][A-Za-z0-9-]*(-\*)?$/, "production");
  check("releaseBucket", releaseBucket, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "my-releases");
  if (releaseBucket !== undefined && stage.endsWith("*"))
    throw new Error(`A release goes to one stage, and ${stage} is many; write the stage like "production".`);
  if (roleName.length > MAX_NAME_LENGTH) {
    throw new Error(
      `The role's name ${roleName} has more than ${MAX_NAME_LENGTH} characters; choose a shorter stage or component name.`,
    );
  }
  if (roleName.startsWith(`${appName}-${stage}-`.replace(/\*.*/, ""))) {
    throw new Error(
      `The role's name ${roleName} starts like those of the stage ${stage}, so it could change itself; deploy it by another app name or stage.`,
    );
  }
}
