/** This API answers each call of its demo as `src/demo.ts` says, in both runtimes. */
import { demoSuite } from "@lambda-express-api/local/testing";
import { api } from "../src/api.ts";
import { demo } from "../src/demo.ts";
import { local } from "../src/local.ts";

demoSuite({ api, demo, callers: local.callers });
