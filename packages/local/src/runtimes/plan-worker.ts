// Reads the endpoint definitions as they are on disk now, and answers the plan that they make.

import { parentPort, workerData } from "node:worker_threads";
import type { Features } from "@lambda-express-api/api/config.ts";
import { routes } from "@lambda-express-api/api/routes/routes.ts";
import { type PlanSettings, planHttpApi } from "@lambda-express-api/infra/plan.ts";

export interface PlanRequest extends PlanSettings {
  readonly features: Features;
}

const { features, ...planSettings } = workerData as PlanRequest;
const enabled = routes.filter(({ feature }) => !feature || features[feature]);
parentPort?.postMessage(planHttpApi(enabled, planSettings));
