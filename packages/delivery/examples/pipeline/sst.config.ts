/// <reference path="../../../../.sst/platform/config.d.ts" />

// Two pipelines: one deploys each push to main to the stage staging, the other each version tag to production. They belong to
// the account, not to a stage, so they are a separate program with its own name.

export default $config({
  app: () => ({
    name: "lambda-express-api-pipelines",
    home: "aws",
    providers: { aws: "7.20.0" },
    removal: "remove",
  }),

  async run() {
    const { Pipeline, SlackChannels } = await import("../../src/components/index.ts");

    // The name in your sst.config.ts.
    const appName = "lambda-express-api";
    const channels = new SlackChannels("Slack", {
      teamId: "T07EA123LEP",
      info: "C07EZ1ABC23",
      alert: "C07EZ1ABC24",
    });
    const staging = new Pipeline("Staging", {
      appName,
      stage: "staging",
      github: { owner: "my-company" },
      githubRepository: { name: "lambda-express-api", branch: "main" },
      ciNotificationsSlackChannels: channels,
    });
    const production = new Pipeline("Production", {
      appName,
      stage: "production",
      preRelease: false,
      github: staging.github,
      githubRepository: { name: "lambda-express-api", branch: "main" },
      s3Artifacts: staging.s3Artifacts,
      domain: { hostedZoneId: "Z2FDTNDATAQYW2" },
      ciNotificationsSlackChannels: channels,
    });
    return {
      connection: staging.github.connectionArn,
      staging: staging.pipelineName,
      production: production.pipelineName,
      boundaries: {
        staging: staging.permissionsBoundaryArn,
        production: production.permissionsBoundaryArn,
      },
    };
  },
});
