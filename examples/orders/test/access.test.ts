/** Who may call which endpoint, in both runtimes and behind the local gateway. */
import { accessSuite, appTarget, handlerTarget } from "@lambda-express-api/kit/testing";
import { gatewayTarget } from "@lambda-express-api/local/testing";
import { api } from "../src/api.ts";

await accessSuite(api, [appTarget, handlerTarget, gatewayTarget({ through: "mapping key" })]);
