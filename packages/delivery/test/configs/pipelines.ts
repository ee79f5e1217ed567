/// <reference path="../../../../.sst/platform/config.d.ts" />

// Options of a pipeline that the example does not use, and mistakes with their messages. Only tests synthesise it.

export default $config({
  app: () => ({ name: "pipelines", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { Pipeline, SlackChannels } = await import("../../src/components/index.ts");
    const given = {
      appName: "lambda-express-api",
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
      build: { computeType: "BUILD_GENERAL1_MEDIUM", image: "example/node:24", keepsCache: true },
      alsoDeploys: [{ actions: ["kinesis:*"], resources: ["arn:aws:kinesis:*:*:stream/other-app-dev-*"] }],
      permissions: [
        { actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:eu-west-1:1:table/orders"] },
      ],
    });
    const { info, alert } = new SlackChannels("OneChannel", {
      teamId: "T07EA123LEP",
      info: "C07EZ1ABC23",
      alert: "C07EZ1ABC23",
    });

    const saidOf = (make: () => unknown) => {
      try {
        make();
        return "nothing";
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    const pipeline = { ...given, stage: "production" };
    const channels = { teamId: "T07EA123LEP", info: "C07EZ1ABC23", alert: "C07EZ1ABC23" };
    return {
      info,
      alert,
      stage: saidOf(() => new Pipeline("F", { ...pipeline, stage: "../production" })),
      appName: saidOf(() => {
        const { appName, ...incomplete } = pipeline;
        // As in a program without a type check.
        new Pipeline("O", incomplete as typeof pipeline);
      }),
      repository: saidOf(
        () =>
          new Pipeline("G", { ...pipeline, githubRepository: { name: "my-company/my-api", branch: "main" } }),
      ),
      branch: saidOf(
        () => new Pipeline("H", { ...pipeline, githubRepository: { name: "my-api", branch: "" } }),
      ),
      connection: saidOf(
        () => new Pipeline("I", { ...pipeline, github: { owner: "my-company", connectionArn: "mine" } }),
      ),
      bucket: saidOf(
        () => new Pipeline("J", { ...pipeline, s3Artifacts: { bucket: "given", arn: "given" } }),
      ),
      parameter: saidOf(() => new Pipeline("K", { ...pipeline, settingsParameterName: "settings" })),
      ownStage: saidOf(() => new Pipeline("L", { ...pipeline, appName: "pipelines", stage: "shared" })),
      longPipelineName: saidOf(() => new Pipeline("M".repeat(100), pipeline)),
      channelName: saidOf(() => new SlackChannels("N", { ...channels, info: "#deployments" })),
    };
  },
});
