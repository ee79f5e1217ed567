// `npm run demo [-- --url BASE [--stage NAME]] [--anonymous]` runs the demo of the API in `--api FOLDER` against the running
// stack or a deployment.

import { exitCodeOf } from "./command.ts";
import { runDemo } from "./demo/run-demo.ts";

process.exitCode = await exitCodeOf(() => runDemo(process.argv.slice(2), process.env, console.log));
