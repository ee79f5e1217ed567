/** The entry in Lambda. A mistake in the environment ends the start, and the log says which. */
import { writeSync } from "node:fs";
import { loadConfig } from "../../config.ts";
import { createLog } from "../../log.ts";
import { createHandler } from "./create-handler.ts";

/** `process.stdout` is a stream, with all that streams load. */
const log = createLog((line) => writeSync(1, line));

export const handler = createHandler({ config: loadConfig(process.env, "LAMBDA"), log });
