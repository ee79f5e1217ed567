import { dressSuite } from "./dress-suite.ts";

await dressSuite("oidc");
