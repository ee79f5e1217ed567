/// <reference path="../../../../.sst/platform/config.d.ts" />

// The roles for the workflows in .github, one for staging and one for production. They belong to the account, not to a stage,
// so they are a separate program with its own name.

export default $config({
  app: () => ({
    name: "lambda-express-api-github",
    home: "aws",
    providers: { aws: "7.20.0" },
    removal: "remove",
  }),

  async run() {
    const { GithubDeployRole } = await import("../../src/components/index.ts");

    // Shown under Settings > Actions > OIDC. In a repository from before July 2026 it has no ids.
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
