/**
 * The deployment suite tests what `sst deploy` would create for an API, with SST's real components and without an account. It
 * ignores other resources of the program.
 */
import assert from "node:assert/strict";
import { dirname, resolve } from "node:path";
import { before, describe, it } from "node:test";
import type { Api } from "@lambda-express-api/kit";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { API_NAME } from "../names.ts";
import { apiSettings, loadSettings } from "../settings.ts";
import { readStages } from "../stage-environment.ts";
import {
  deployedApis,
  invocationFaults,
  queueFaults,
  rightsOf,
  routeFaults,
  secretFaults,
} from "./deployment-faults.ts";
import type { Graph } from "./graph.ts";
import { synthesise } from "./synthesise.ts";

export interface DeploymentSuiteOptions {
  readonly api: Api;
  /** Relative to the project's root. Default: `sst.config.ts`. */
  readonly config?: string;
  /** Default: `dev`. */
  readonly stage?: string;
  /** The environment with the settings. Default: the example of each required or secret setting. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The `LambdaApi` components that share the endpoints. Default: `Api`. */
  readonly apis?: readonly string[];
  /**
   * All rights of the function (`Api`) and its jobs (`CleanUp`) except writing their logs, one line per statement:
   * `{ CleanUp: ["dynamodb:Scan on table/NotesTable"] }`. Default: not checked.
   */
  readonly rights?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Tests that the program creates a gateway with exactly the API's endpoints, each behind its access rule, that the function
 * is only invoked through its alias, and that no secret is visible.
 *
 * Several suites are faster in a `describe` with `{ concurrency: true }`, which lets them share a process.
 *
 * @example
 * deploymentSuite({ api });
 */
export function deploymentSuite({
  api,
  config = "sst.config.ts",
  stage = "dev",
  apis: names = [API_NAME],
  rights,
  ...options
}: DeploymentSuiteOptions): void {
  const environment = { ...exampleEnvironment(api), ...options.environment };

  describe(`the deployment of ${config}`, () => {
    let graph: Graph;
    before(async () => {
      graph = await synthesise({ config, stage, environment });
    });

    it("has exactly one gateway route for each endpoint, behind its access rule", async () => {
      const settings = loadSettings(stage, environment, api, readStages(resolve(dirname(config))));
      const routes = await enabledRoutes(api, settings.features);
      assert.deepEqual(routeFaults(graph, deployedApis(graph, names), routes, settings), []);
    });

    it("invokes the function only through its alias", () => {
      assert.deepEqual(invocationFaults(graph, deployedApis(graph, names)), []);
    });

    it("has no queue that shows a message again while its function may still work on it", () => {
      assert.deepEqual(queueFaults(graph), []);
    });

    if (rights)
      it("gives the function and its jobs only the listed rights", () => {
        const listed = Object.entries(rights).map(([name, lines]) => [name, [...lines].sort()]);
        assert.deepEqual(rightsOf(graph), Object.fromEntries(listed));
      });

    it("has no secret in clear text", () => {
      const secrets = apiSettings(api.settings).flatMap(([name, { secret }]) =>
        secret && environment[name] ? [[name, environment[name]] as const] : [],
      );
      assert.deepEqual(secretFaults(graph, Object.fromEntries(secrets)), []);
    });
  });
}

/** A valid value for every required setting and every secret. */
function exampleEnvironment(api: Api): Record<string, string> {
  return Object.fromEntries(
    apiSettings(api.settings).flatMap(
      ([name, { default: byDefault, optional, secret, fromInfra, example }]) =>
        !fromInfra && (secret || (byDefault === undefined && !optional)) ? [[name, example] as const] : [],
    ),
  );
}
