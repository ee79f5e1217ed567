/** The entry in Lambda. A mistake in the environment ends the start, and the log says which. */
import { loadConfig } from "../../config.ts";
import { createLog } from "../../log.ts";
import { createHandler } from "./create-handler.ts";
import { writeLine } from "./write-line.ts";

export const handler = createHandler({
  config: loadConfig(process.env, "LAMBDA"),
  log: createLog(writeLine),
});
