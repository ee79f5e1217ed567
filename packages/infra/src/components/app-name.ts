/**
 * Checks that `sst.config.ts` and the API have the same name. `app()` cannot import the API's name, because SST evaluates it
 * without the `require` that many packages need.
 *
 * @throws Error if they differ, because a release finds its function by the API's name.
 */
export function demandAppName(apiName: string): void {
  if ($app.name === apiName) return;
  throw new Error(
    `sst.config.ts names the app ${$app.name}, and src/api.ts names the API ${apiName}; give both the same name, because a release finds its function by it.`,
  );
}
