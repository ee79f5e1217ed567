import { demoSuite } from "../../src/testing/demo-suite.ts";
import { api } from "../fixtures/members/src/api.ts";
import { demo } from "../fixtures/members/src/demo.ts";
import { local } from "../fixtures/members/src/local.ts";
import { dressSuite } from "./dress-suite.ts";

await dressSuite("oidc");

// A provider with a custom groups claim.
const environment = { JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "https://shop.example.com/groups" };
demoSuite({ api, demo, callers: local.callers, provider: "oidc", environment });
