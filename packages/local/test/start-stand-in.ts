// `npm start` with a stand-in for the API: START_ENTRY and START_SOURCE name it.

import { exitCodeOf } from "../src/command.ts";
import { start } from "../src/start.ts";

const { START_ENTRY: apiEntry = "", START_SOURCE: apiSource = "" } = process.env;
process.exitCode = await exitCodeOf(() => start({ apiEntry, apiSource }));
