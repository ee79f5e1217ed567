import type { Express } from "express";
import { createApp } from "../../src/app.ts";
import type { Route } from "../../src/http/define-route.ts";
import { createLog } from "../../src/log.ts";
import { createContainerRuntime } from "../../src/runtime/container/container-runtime.ts";
import { type Environment, testConfig } from "./test-config.ts";
import type { TrustedIssuer } from "./test-issuer.ts";

/** The Express app of the container, for supertest. Log lines go to `write`, by default nowhere. */
export function testApp(
  issuer: TrustedIssuer,
  { environment, routes, write = () => {} }: TestAppOptions = {},
): Express {
  const config = testConfig(issuer, environment);
  const log = createLog(write);
  const runtime = createContainerRuntime({ config, log, write });
  return createApp({ config, runtime, log, ...(routes && { routes }) });
}

export interface TestAppOptions {
  readonly environment?: Environment;
  readonly routes?: readonly Route[];
  readonly write?: (line: string) => void;
}
