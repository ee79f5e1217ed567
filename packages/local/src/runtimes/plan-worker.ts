// Reads the endpoint definitions as they are on disk now, and answers the plan that they make.

import { parentPort, workerData } from "node:worker_threads";
import { routes } from "@lambda-express-api/api/routes/routes.ts";
import { type PlanSettings, planHttpApi } from "@lambda-express-api/infra/plan.ts";

export type PlanRequest = PlanSettings;

parentPort?.postMessage(planHttpApi(routes, workerData as PlanRequest));
