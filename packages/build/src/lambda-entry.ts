/** The entry of the built function, `bundle.handler`, and of the jobs beside it. */

import { writeLine } from "@lambda-express-api/kit/lambda/write-line.ts";
import { loadApp } from "./load-app.ts";

export const { handler, jobs } = loadApp(writeLine);
