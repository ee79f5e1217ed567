import { apiFolder, loadApi } from "@lambda-express-api/build/api-folder.ts";
import type { Api } from "@lambda-express-api/kit";

/** What is released: an API, and how its code is built. */
export interface ReleaseTarget {
  /** Its name is the SST app's, as in `sst.config.ts`: the function is found by it. */
  readonly api: Api;
  /** Fills a folder with what Lambda is given. */
  build(folder: string): Promise<unknown>;
}

/**
 * The API in a folder.
 *
 * @throws ApiFolderError where there is none.
 */
export async function releaseTarget(folder: string): Promise<ReleaseTarget> {
  return {
    api: await loadApi(apiFolder(folder)),
    async build(out) {
      // A rollback does without it.
      const { buildLambda } = await import("@lambda-express-api/build/lambda.ts");
      await buildLambda(folder, { out });
    },
  };
}
