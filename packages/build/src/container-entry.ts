/** The entry of the built container, `main.mjs`. */

import { writeToStdout } from "@lambda-express-api/kit/log.ts";
import { loadApp } from "./load-app.ts";

loadApp(writeToStdout);
