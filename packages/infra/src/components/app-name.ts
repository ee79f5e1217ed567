/**
 * Compares the name of the app in `sst.config.ts` with the API's own. `app()` cannot ask the API for it: SST evaluates that
 * part without the `require` that many packages need.
 *
 * @throws Error when they differ: a release finds its function by the API's name.
 */
export function demandAppName(apiName: string): void {
  if ($app.name === apiName) return;
  throw new Error(
    `sst.config.ts names the app ${$app.name}, and src/api.ts names the API ${apiName}; give both the same name, because a release finds its function by it.`,
  );
}
