/// <reference path="../../../../.sst/platform/config.d.ts" />

// Options of a role for GitHub Actions that the example does not use, and mistakes with their messages. Only tests synthesise it.

export default $config({
  app: () => ({ name: "roles", home: "aws", providers: { aws: "7.20.0" } }),

  async run() {
    const { GithubDeployRole } = await import("../../src/components/index.ts");
    const given = {
      repository: "my-company/my-api",
      environment: "dev",
      stage: "dev",
      appName: "lambda-express-api",
      identityProviderArn: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    };
    new GithubDeployRole("Code", { ...given, releaseBucket: "my-releases" });
    new GithubDeployRole("OtherApp", {
      ...given,
      appName: "other-app",
      permissions: [
        { actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:eu-west-1:1:table/orders"] },
      ],
    });

    const saidOf = (name: string, args: object) => {
      try {
        new GithubDeployRole(name, { ...given, ...args });
        return "nothing";
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    return {
      everyRepository: saidOf("A", { repository: "my-company/*" }),
      halfOfTheIds: saidOf("B", { repository: "my-company@1/my-api" }),
      everyEnvironment: saidOf("C", { environment: "*" }),
      branchByItsShortName: saidOf("D", { ref: "main" }),
      everyStage: saidOf("E", { stage: "*" }),
      noAppName: saidOf("K", { appName: undefined }),
      noBucket: saidOf("F", { releaseBucket: "" }),
      releaseOfManyStages: saidOf("G", { releaseBucket: "my-releases", stage: "pr-*" }),
      longName: saidOf("J".repeat(64), {}),
      itself: saidOf("H", { appName: "roles", stage: "dev" }),
      itselfAmongMany: saidOf("I", { appName: "roles", stage: "dev-*" }),
    };
  },
});
