// Runs the command as `src/release/main.ts` does, for the small API, in a process that a test can end.

import { runCommand } from "../../src/release/command.ts";
import { smallApi, targetOf } from "./small-api.ts";

await runCommand(process.argv.slice(2), async () => targetOf(smallApi("small")));
