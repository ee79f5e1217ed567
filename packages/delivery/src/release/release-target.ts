import { apiFolder, loadApi } from "@lambda-express-api/build/api-folder.ts";
import type { Api } from "@lambda-express-api/kit";

/** The API to release, and its build. */
export interface ReleaseTarget {
  /** The SST app's name, as in `sst.config.ts`. A release finds the function by it. */
  readonly api: Api;
  /** Builds the code for Lambda in a folder. */
  build(folder: string): Promise<unknown>;
}

/**
 * The API in a folder.
 *
 * @throws ApiFolderError if the folder has no API.
 */
export async function releaseTarget(folder: string): Promise<ReleaseTarget> {
  return {
    api: await loadApi(apiFolder(folder)),
    async build(out) {
      // A rollback does not need the build.
      const { buildLambda } = await import("@lambda-express-api/build/lambda.ts");
      await buildLambda(folder, { out });
    },
  };
}
