/** Test tools beside the kit's suites: the handler behind the local gateway, and the demo suite. */
export { type DemoSuiteOptions, demoSuite } from "./demo-suite.ts";
export { type GatewayTargetOptions, gatewayTarget } from "./gateway-target.ts";
