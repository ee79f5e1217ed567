/// <reference path="../../../../.sst/platform/config.d.ts" />

// What the workflows in .github take on: a role for staging, and one for production. They belong to the account and not to
// a stage, so they are a program of their own, with a name of its own. Previews have another account, and another program:
// ../github-previews.

export default $config({
  app: () => ({
    name: "lambda-express-api-github",
    home: "aws",
    providers: { aws: "7.20.0" },
    removal: "remove",
  }),

  async run() {
    const { GithubDeployRole } = await import("../../src/components/index.ts");

    // Settings > Actions > OIDC shows it; a repository from before July 2026 has it without the ids.
    const repository = "my-company@123456/lambda-express-api@789012";
    // The name in your sst.config.ts.
    const appName = "lambda-express-api";

    const staging = new GithubDeployRole("Staging", {
      repository,
      appName,
      environment: "staging",
      ref: "refs/heads/main",
      stage: "staging",
    });
    const production = new GithubDeployRole("Production", {
      repository,
      appName,
      environment: "production",
      ref: "refs/tags/v*",
      stage: "production",
      domain: { hostedZoneId: "Z2FDTNDATAQYW2" },
      identityProviderArn: staging.identityProviderArn,
    });
    return Object.fromEntries(
      Object.entries({ staging, production }).map(([environment, role]) => [
        environment,
        { DEPLOY_ROLE_ARN: role.roleArn, PERMISSIONS_BOUNDARY_ARN: role.permissionsBoundaryArn },
      ]),
    );
  },
});
