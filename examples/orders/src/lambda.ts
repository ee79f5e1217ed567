/** The entry in Lambda (`RUNTIME=LAMBDA`). */
import { createHandler } from "@lambda-express-api/kit/lambda";
import { api } from "./api.ts";

export const handler = createHandler(api);
