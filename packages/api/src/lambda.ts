/**
 * The entry in Lambda (`RUNTIME=LAMBDA`). A mistake in the environment ends the start, and the log names it.
 */
import { createHandler } from "@lambda-express-api/kit/lambda";
import { api } from "./api.ts";

export const handler = createHandler(api);
