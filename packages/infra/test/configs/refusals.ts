/// <reference path="../../../../.sst/platform/config.d.ts" />

// Mistakes, each with what is said of it. Only tests synthesise it.

export default $config({
  app: () => ({ name: "refusals", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { ApiExposer, dnsOf, LambdaApi, Pipeline, SlackChannels } = await import(
      "../../src/components/index.ts"
    );

    const jwtAuthorizer = { issuer: "https://issuer.example.com/", audiences: ["one"] };
    const api = { apiId: "given", stageName: "live" };
    const dns = dnsOf({ provider: "route53", zoneId: "Z2FDTNDATAQYW2" });
    const domainName = "api.example.com";
    const saidOf = (make: () => unknown) => {
      try {
        make();
        return "nothing";
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };

    const pipeline = {
      stage: "production",
      github: { owner: "my-company" },
      githubRepository: { name: "my-api", branch: "main" },
    };
    const channels = { teamId: "T07EA123LEP", info: "C07EZ1ABC23", alert: "C07EZ1ABC23" };

    return {
      sameKey: saidOf(
        () =>
          new ApiExposer("A", {
            domainName,
            dns,
            apis: { One: { ...api, mappingKey: "express" }, Two: { ...api, mappingKey: "express" } },
          }),
      ),
      badKey: saidOf(
        () => new ApiExposer("B", { domainName, dns, apis: { One: { ...api, mappingKey: "/x" } } }),
      ),
      levels: saidOf(
        () =>
          new ApiExposer("C", {
            domainName,
            dns,
            protocol: "WEBSOCKET",
            apis: { One: { ...api, mappingKey: "v1/chat" } },
          }),
      ),
      noCertificate: saidOf(() => new ApiExposer("D", { domainName, apis: { One: api } })),
      stage: saidOf(() => new Pipeline("F", { ...pipeline, stage: "../production" })),
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
      ownStage: saidOf(() => new Pipeline("L", { ...pipeline, appName: "refusals", stage: "dev" })),
      longPipelineName: saidOf(() => new Pipeline("M".repeat(100), pipeline)),
      channelName: saidOf(() => new SlackChannels("N", { ...channels, info: "#deployments" })),
      longName: saidOf(() => new LambdaApi("E".repeat(64), { jwtAuthorizer })),
    };
  },
});
