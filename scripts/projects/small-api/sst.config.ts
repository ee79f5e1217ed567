/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  async app() {
    return { name: "small-api", home: "aws", providers: { aws: "7.20.0" } };
  },

  async run() {
    const { api } = await import("./src/api.ts");
    const infra = await import("@lambda-express-api/infra/components/index.ts");
    const settings = infra.loadSettings($app.stage, process.env, api);
    const lambda = new infra.LambdaApi(infra.API_NAME, {
      ...settings,
      routes: await infra.enabledRoutes(api, settings.features),
      code: infra.apiCode({ folder: "." }),
    });
    return { url: lambda.url };
  },
});
