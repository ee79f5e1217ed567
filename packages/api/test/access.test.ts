/** Who may call which endpoint, in both runtimes. */
import { accessSuite, appTarget, handlerTarget } from "@lambda-express-api/kit/testing";
import { api } from "../src/api.ts";

await accessSuite(api, [appTarget, handlerTarget]);
