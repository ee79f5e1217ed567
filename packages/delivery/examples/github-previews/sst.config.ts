/// <reference path="../../../../.sst/platform/config.d.ts" />

// What the workflow of previews takes on. A branch that is pushed may do anything with it that it may do, so it is for an
// account of its own, without any other stage.

export default $config({
  app: () => ({
    name: "lambda-express-api-github-previews",
    home: "aws",
    providers: { aws: "7.20.0" },
    removal: "remove",
  }),

  async run() {
    const { GithubDeployRole } = await import("../../src/components/index.ts");
    const { roleArn, permissionsBoundaryArn } = new GithubDeployRole("Preview", {
      // Settings > Actions > OIDC shows it; a repository from before July 2026 has it without the ids.
      repository: "my-company@123456/lambda-express-api@789012",
      // The name in your sst.config.ts.
      appName: "lambda-express-api",
      environment: "preview",
      stage: "pr-*",
    });
    return { preview: { DEPLOY_ROLE_ARN: roleArn, PERMISSIONS_BOUNDARY_ARN: permissionsBoundaryArn } };
  },
});
