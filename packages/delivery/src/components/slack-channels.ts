/**
 * Two channels of a Slack workspace, for any number of pipelines: AWS Chatbot accepts a channel only once per account. First
 * authorize AWS in the workspace, in the console of Amazon Q Developer in chat applications.
 */
export interface SlackChannelsArgs {
  /** The workspace's id, such as `T07EA123LEP`. */
  readonly teamId: string;
  /** The channels' ids, such as `C07EZ1ABC23`. They may be the same. */
  readonly info: string;
  readonly alert: string;
}

export class SlackChannels extends $util.ComponentResource {
  /** The names of the channels' configurations, for `Pipeline`. */
  readonly info: $util.Output<string>;
  readonly alert: $util.Output<string>;

  /** @throws Error for a channel's name instead of its id. */
  constructor(name: string, args: SlackChannelsArgs, options?: $util.ComponentResourceOptions) {
    super("lambda-express-api:infra:SlackChannels", name, {}, options);
    checkId("teamId", args.teamId, "T07EA123LEP");
    checkId("info", args.info, "C07EZ1ABC23");
    checkId("alert", args.alert, "C07EZ1ABC23");

    // The role has no rights, so members of the channel cannot run anything.
    const role = new aws.iam.Role(
      `${name}Role`,
      { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "chatbot.amazonaws.com" }) },
      { parent: this },
    );
    const configurationName = (suffix: string, slackChannelId: string) =>
      new aws.chatbot.SlackChannelConfiguration(
        `${name}${suffix}`,
        {
          configurationName: `${$app.name}-${$app.stage}-${name}-${suffix}`,
          // The service's API is only in this region; configurations are global.
          region: "us-east-2",
          slackTeamId: args.teamId,
          slackChannelId,
          iamRoleArn: role.arn,
          // The service's default is AdministratorAccess.
          guardrailPolicyArns: [
            $interpolate`arn:${aws.getPartitionOutput().partition}:iam::aws:policy/AWSDenyAll`,
          ],
        },
        { parent: this },
      ).configurationName;

    this.info = configurationName("Info", args.info);
    this.alert = args.alert === args.info ? this.info : configurationName("Alert", args.alert);
    this.registerOutputs({});
  }
}

function checkId(name: keyof SlackChannelsArgs, id: string, example: string): void {
  if (!new RegExp(`^${example.charAt(0) === "T" ? "T" : "[CG]"}[A-Z0-9]{8,}$`).test(id)) {
    throw new Error(
      `${name} is not a Slack channel ID (${JSON.stringify(id)}); use a value like ${JSON.stringify(example)}.`,
    );
  }
}
