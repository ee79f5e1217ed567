// The command as `src/release/main.ts` runs it, for the small API: a process that may be told to end.

import { runCommand } from "../../src/release/command.ts";
import { smallApi, targetOf } from "./small-api.ts";

await runCommand(process.argv.slice(2), async () => targetOf(smallApi("small")));
