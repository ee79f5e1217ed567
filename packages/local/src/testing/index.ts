/** What an API is tested with beside the kit's suites: the local gateway in front of its handler, and its demo. */
export { type DemoSuiteOptions, demoSuite } from "./demo-suite.ts";
export { type GatewayTargetOptions, gatewayTarget } from "./gateway-target.ts";
