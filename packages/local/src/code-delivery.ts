// `lambda-express-api code-delivery --stage NAME` prints how code reaches a stage, and the path of the API's health check. It is
// for .ci/deploy, which must deploy a stage as the stage's own settings say.

import { parseArgs } from "node:util";
import { apiFolder, healthPath, loadApi } from "@lambda-express-api/build/api-folder.ts";
import { readSetting, SettingsError } from "@lambda-express-api/infra/settings.ts";
import { readStageEnvironment } from "@lambda-express-api/infra/stage-environment.ts";
import { exitCodeOf, PlainError } from "./command.ts";

async function codeDelivery(): Promise<number> {
  const options = {
    api: { type: "string", default: "." },
    stage: { type: "string", default: "dev" },
  } as const;
  const { api, stage } = parseArgs({ options }).values;
  const path = await healthPath(await loadApi(apiFolder(api)));
  console.log(`${readCodeDelivery(stage)} ${path}`);
  return 0;
}

/** @throws PlainError if the setting is neither `sst` nor `pipeline`. */
function readCodeDelivery(stage: string): string {
  try {
    return readSetting("CODE_DELIVERY", readStageEnvironment(stage));
  } catch (error) {
    throw error instanceof SettingsError ? new PlainError(error.message) : error;
  }
}

process.exitCode = await exitCodeOf(codeDelivery);
