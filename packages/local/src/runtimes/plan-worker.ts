// Loads the API from disk and returns the plan of its endpoints.

import { parentPort, workerData } from "node:worker_threads";
import { loadApi } from "@lambda-express-api/build/api-folder.ts";
import { type PlanSettings, planHttpApi } from "@lambda-express-api/infra/plan.ts";
import type { Features } from "@lambda-express-api/kit/config.ts";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";

export interface PlanRequest {
  readonly apiModule: string;
  readonly features: Features;
  readonly settings: PlanSettings;
}

const { apiModule, features, settings } = workerData as PlanRequest;
parentPort?.postMessage(planHttpApi(await enabledRoutes(await loadApi({ apiModule }), features), settings));
