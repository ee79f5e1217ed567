import type { Api, DemoStep, Route } from "@lambda-express-api/kit";
import type { Features } from "@lambda-express-api/kit/config.ts";
import { enabledRoutes, loadRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { publicPath } from "@lambda-express-api/kit/request/request-path.ts";

/** The demo's steps whose endpoints are on, and the path of the token endpoint if it is on. */
export async function switchedOn(
  api: Api,
  steps: readonly DemoStep[],
  features: Features,
): Promise<{ readonly steps: readonly DemoStep[]; readonly tokenPath: string | undefined }> {
  const enabled = new Set((await enabledRoutes(api, features)).map(({ operationId }) => operationId));
  // The first match answers: literal paths come before paths with variables.
  const routes = await loadRoutes(api);
  const isOff = (step: DemoStep) => {
    const route = routes.find((route) => fits(route, step));
    return route !== undefined && !enabled.has(route.operationId);
  };
  return {
    steps: steps.filter((step) => !isOff(step)),
    tokenPath: routes.find(({ role, operationId }) => role === "token" && enabled.has(operationId))?.path,
  };
}

function fits({ method, path }: Route, step: DemoStep): boolean {
  const pattern = publicPath(path)
    .replaceAll(".", "\\.")
    .replaceAll(/\{\w+\+\}/g, ".+")
    .replaceAll(/\{\w+\}/g, "[^/]+");
  const [stepPath = ""] = step.path.split("?");
  return method === step.method && new RegExp(`^${pattern}$`).test(publicPath(stepPath));
}
