/**
 * The deployment suite: what `sst deploy` would create of an API, on SST's real components and without an account. It
 * asks nothing of what else a program creates.
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
  /** Seen from the root of the project. Default: `sst.config.ts`. */
  readonly config?: string;
  /** Default: `dev`. */
  readonly stage?: string;
  /** What the settings are read from. Default: the example of each that is required or secret. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The `LambdaApi` components that have the endpoints between them. Default: `Api`. */
  readonly apis?: readonly string[];
  /**
   * All that the function (`Api`) and its jobs (`CleanUp`) may do beyond writing their logs, a statement a line:
   * `{ CleanUp: ["dynamodb:Scan on table/NotesTable"] }`. Default: it is not asked.
   */
  readonly rights?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Describes that the program creates a gateway with exactly the API's endpoints, each behind its access rule, before a
 * function that is only reached through its alias, and that it shows no secret.
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

    it("has one gateway route for each endpoint, behind its access rule, and none besides", async () => {
      const settings = loadSettings(stage, environment, api, readStages(resolve(dirname(config))));
      const routes = await enabledRoutes(api, settings.features);
      assert.deepEqual(routeFaults(graph, deployedApis(graph, names), routes, settings), []);
    });

    it("lets the function be invoked through its alias only", () => {
      assert.deepEqual(invocationFaults(graph, deployedApis(graph, names)), []);
    });

    it("has no queue that shows a message again while its function still may work on it", () => {
      assert.deepEqual(queueFaults(graph), []);
    });

    if (rights)
      it("lets the function and its jobs do what is listed, and nothing else", () => {
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

/** A right value of every setting without which the API would not start, and of every secret. */
function exampleEnvironment(api: Api): Record<string, string> {
  return Object.fromEntries(
    apiSettings(api.settings).flatMap(
      ([name, { default: byDefault, optional, secret, fromInfra, example }]) =>
        !fromInfra && (secret || (byDefault === undefined && !optional)) ? [[name, example] as const] : [],
    ),
  );
}
