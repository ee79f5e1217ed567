/** This API answers as its OpenAPI document says, in both runtimes. */
import { appTarget, handlerTarget, openApiSuite } from "@lambda-express-api/kit/testing";
import { api } from "../src/api.ts";

await openApiSuite(api, [appTarget, handlerTarget]);
