/// <reference path="../../../../.sst/platform/config.d.ts" />

// What a pipeline can do and the example does not ask for. Only tests synthesise it.

export default $config({
  app: () => ({ name: "pipelines", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { Pipeline, SlackChannels } = await import("../../src/components/index.ts");
    const given = {
      github: {
        owner: "my-company",
        connectionArn: "arn:aws:codeconnections:eu-west-1:123456789012:connection/given",
      },
      githubRepository: { name: "my-api", branch: "trunk" },
      s3Artifacts: { bucket: "given", arn: "arn:aws:s3:::given" },
    };

    new Pipeline("PushCode", { ...given, stage: "dev", codeDelivery: "pipeline", logRetentionDays: 7 });
    new Pipeline("TagCode", { ...given, stage: "prod", codeDelivery: "pipeline", preRelease: false });
    new Pipeline("OtherApp", {
      ...given,
      stage: "dev",
      appName: "other-app",
      settingsParameterName: "/other/settings",
      domain: {},
      permissions: [
        { actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:eu-west-1:1:table/orders"] },
      ],
    });
    const { info, alert } = new SlackChannels("OneChannel", {
      teamId: "T07EA123LEP",
      info: "C07EZ1ABC23",
      alert: "C07EZ1ABC23",
    });
    return { info, alert };
  },
});
