/// <reference path="../../../../.sst/platform/config.d.ts" />

// The role for the preview workflow. Any pushed branch can use all of its rights, so deploy it to a separate account without
// other stages.

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
      // Shown under Settings > Actions > OIDC. In a repository from before July 2026 it has no ids.
      repository: "my-company@123456/lambda-express-api@789012",
      // The name in your sst.config.ts.
      appName: "lambda-express-api",
      environment: "preview",
      stage: "pr-*",
    });
    return { preview: { DEPLOY_ROLE_ARN: roleArn, PERMISSIONS_BOUNDARY_ARN: permissionsBoundaryArn } };
  },
});
