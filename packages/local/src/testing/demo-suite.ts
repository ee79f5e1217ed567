/** The demo suite tests that an API answers each call of its demo as expected, in both runtimes. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Api, DemoStep } from "@lambda-express-api/kit";
import type { IdentityProviderName } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { type Environment, serverTarget, testConfig } from "@lambda-express-api/kit/testing";
import { tellErrors } from "@lambda-express-api/kit/testing/test-app.ts";
import { switchedOn } from "../demo/switched-on.ts";
import { walkDemo } from "../demo/walk.ts";
import { startLocalIssuer } from "../identity/local-issuer.ts";
import type { LocalCallers } from "../local-stack.ts";
import { gatewayTarget } from "./gateway-target.ts";

export interface DemoSuiteOptions {
  readonly api: Api;
  readonly demo: readonly DemoStep[];
  /** The callers of `src/local.ts`. */
  readonly callers: LocalCallers;
  /** The provider that the local issuer imitates. Default: `firebase`. */
  readonly provider?: IdentityProviderName;
  readonly environment?: Environment;
  /** Replacements for the API's services. */
  readonly services?: Readonly<Record<string, unknown>>;
}

/**
 * Tests that each step of the demo passes, in the container's server and in the Lambda handler behind the local gateway.
 * Callers sign in at the local issuer. The API's errors go to stderr, where they explain a step that fails.
 *
 * @example
 * demoSuite({ api, demo, callers: local.callers });
 */
export function demoSuite({
  api,
  demo,
  callers,
  provider = "firebase",
  environment: own = {},
  services,
}: DemoSuiteOptions): void {
  const environment: Environment = { AUTH_ENDPOINTS: "on", ...own };
  for (const [where, start] of [
    ["the container's server", serverTarget],
    ["the handler behind the local gateway", gatewayTarget({ through: "stage" })],
  ] as const) {
    it(`responds to each call of the demo as expected, from ${where}`, async () => {
      const issuer = await startLocalIssuer({
        callers: Object.values(callers),
        provider,
        groupsClaim: environment.JWT_AUTHORIZATION_GROUPS_ATTR_NAME || undefined,
      });
      try {
        const target = await start({ api, issuer, environment, services, write: tellErrors });
        try {
          const { features } = testConfig(api, issuer, environment);
          const { steps, tokenPath } = await switchedOn(api, demo, features);
          const rows = await walkDemo(target.baseUrl ?? "", { steps, callers, tokenPath, print: () => {} });
          assert.deepEqual(
            rows.filter(({ difference }) => difference !== undefined),
            [],
          );
        } finally {
          await target.close();
        }
      } finally {
        await issuer.close();
      }
    });
  }
}
