import type { Express } from "express";
import type { Api } from "../api.ts";
import { createApp } from "../app.ts";
import { createContainerRuntime } from "../container/container-runtime.ts";
import { createLog } from "../log.ts";
import { release } from "../release.ts";
import { createServices } from "../services.ts";
import { type Environment, noIssuer, testConfig } from "./test-environment.ts";
import type { TrustedIssuer } from "./test-issuer.ts";

export interface TestAppOptions {
  /** The trusted issuer. Default: one that signs no tokens. */
  readonly issuer?: TrustedIssuer;
  readonly environment?: Environment | undefined;
  /** Replacements for the API's services: `{ pool: fakePool }`. */
  readonly services?: Readonly<Record<string, unknown>> | undefined;
  /** Receives each log line. By default error lines go to stderr, and others are dropped. */
  readonly write?: ((line: string) => void) | undefined;
}

/** Writes error lines to stderr: a test that gets 500 should say why. */
export function tellErrors(line: string): void {
  if (line.startsWith('{"level":"error"')) process.stderr.write(line);
}

/**
 * A misspelt replacement would leave the real service in place. @throws TypeError that names the existing
 * services.
 */
function demandServices(services: Api["services"], replaced: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(replaced).find((name) => !Object.hasOwn(services, name));
  if (unknown === undefined) return;
  const known = Object.keys(services).join(", ") || "none";
  throw new TypeError(`The API has no service ${unknown}; its services: ${known}`);
}

/**
 * Makes the Express app of the container, for supertest.
 *
 * @throws TypeError for a replacement of a service that the API does not have.
 * @example
 * const app = testApp(api, { services: { pool: fakePool } });
 * await supertest(app).get("/v1/orders/1").expect(200);
 */
export function testApp(
  api: Api,
  { issuer = noIssuer, environment = {}, services: replaced = {}, write = tellErrors }: TestAppOptions = {},
): Express {
  demandServices(api.services, replaced);
  const config = testConfig(api, issuer, environment);
  const log = createLog(write);
  const runtime = createContainerRuntime({ config, log, write, release: release(api) });
  const { services } = createServices(api.services, { config, log, replaced });
  return createApp({ api, config, log, runtime, services });
}
