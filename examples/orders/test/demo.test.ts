/**
 * This API answers each call of its demo as `src/demo.ts` says, in the container and behind the local
 * gateway.
 */
import { after } from "node:test";
import { demoSuite } from "@lambda-express-api/local/testing";
import { startLocalAws } from "../local/aws.ts";
import { api } from "../src/api.ts";
import { demo } from "../src/demo.ts";
import { local } from "../src/local.ts";

const aws = await startLocalAws();
after(() => aws.close());

demoSuite({ api, demo, callers: local.callers, environment: aws.environment });
