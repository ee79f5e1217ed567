// `npm run release -- --stage dev [--shift AllAtOnce] [--dry-run]` and `npm run rollback -- --stage dev [--to 12]`.
// The scripts name the API: `--api packages/api`.

import { runCommand } from "./command.ts";
import { releaseTarget } from "./release-target.ts";

await runCommand(process.argv.slice(2), releaseTarget);
