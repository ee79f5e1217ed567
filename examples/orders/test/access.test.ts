/** Who may call which endpoint, in both runtimes and behind the local gateway. */
import { accessSuite, appTarget, handlerTarget } from "@lambda-express-api/kit/testing";
import { gatewayTarget } from "@lambda-express-api/local/testing";
import { api } from "../src/api.ts";
import { GROUPS_CLAIM } from "../src/groups.ts";

await accessSuite(api, [appTarget, handlerTarget, gatewayTarget({ through: "mapping key" })], {
  environment: { JWT_AUTHORIZATION_GROUPS_ATTR_NAME: GROUPS_CLAIM },
});
