/// <reference path="../.sst/platform/config.d.ts" />

// The pipeline belongs to the account, not to a stage, so it is a separate program: npx sst deploy --config
// pipeline/sst.config.ts --stage production

export default $config({
  app: () => ({ name: "{{name}}-pipeline", home: "aws", providers: { aws: "7.20.0" }, removal: "retain" }),

  async run() {
    const { Pipeline } = await import("@lambda-express-api/delivery/components/index.ts");
    const staging = new Pipeline("Staging", {
      stage: "staging",
      github: { owner: "my-company" },
      githubRepository: { name: "{{name}}", branch: "main" },
    });
    return { connection: staging.github.connectionArn, pipeline: staging.pipelineName };
  },
});
