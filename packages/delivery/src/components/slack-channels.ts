/**
 * Two channels of a Slack workspace, for as many pipelines as there are: AWS Chatbot knows a channel once in an
 * account. First authorize AWS in the workspace, in the console of Amazon Q Developer in chat applications.
 */
export interface SlackChannelsArgs {
  /** Of the workspace, as in `T07EA123LEP`. */
  readonly teamId: string;
  /** The ids of the channels, as in `C07EZ1ABC23`; they may be one. */
  readonly info: string;
  readonly alert: string;
}

export class SlackChannels extends $util.ComponentResource {
  /** The names of the channels' configurations, as `Pipeline` takes them. */
  readonly info: $util.Output<string>;
  readonly alert: $util.Output<string>;

  /** @throws Error for the name of a channel in the place of its id. */
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
          // The service has its API there; a configuration belongs to no region.
          region: "us-east-2",
          slackTeamId: args.teamId,
          slackChannelId,
          iamRoleArn: role.arn,
          // Without one the service takes AdministratorAccess.
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
      `${name} is not a Slack channel id (${JSON.stringify(id)}); write it like ${JSON.stringify(example)}.`,
    );
  }
}
