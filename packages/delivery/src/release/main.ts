// `npm run release -- --stage dev [--canary 10 --minutes 5] [--dry-run]` and `npm run rollback -- --stage dev [--to 12]`.

import { runCommand } from "./command.ts";
import type { ReleaseTarget } from "./release-target.ts";

/** The API of this project: the only place in this package that knows it. */
async function loadTarget(): Promise<ReleaseTarget> {
  const [{ routes }, { getHealth }, { whoAmI }] = await Promise.all([
    import("@lambda-express-api/api/routes/routes.ts"),
    import("@lambda-express-api/api/routes/manage/get-health.ts"),
    import("@lambda-express-api/api/routes/users/who-am-i.ts"),
  ]);
  return {
    routes,
    checks: { health: getHealth, caller: whoAmI },
    async build(folder) {
      const { buildLambda } = await import("@lambda-express-api/build/lambda.ts");
      await buildLambda(folder);
    },
  };
}

await runCommand(process.argv.slice(2), loadTarget);
