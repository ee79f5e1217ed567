/** One API at each of its addresses, for the browser tests. */
import { apiFolder } from "@lambda-express-api/build/api-folder.ts";
import type { IdentityProviderName } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { startLocalIssuer } from "../../src/identity/local-issuer.ts";
import { loadLocalApi } from "../../src/local-stack.ts";
import { startContainerized } from "../../src/runtimes/containerized.ts";
import { startLambda } from "../../src/runtimes/lambda.ts";
import { EXECUTE_API_HOST } from "./chromium.ts";

export const ROOTS = [
  "behind a mapping key",
  "behind a stage",
  "behind a stage, at an address",
  "in the container",
] as const;
export type Root = (typeof ROOTS)[number];

export interface World {
  readonly baseUrls: Readonly<Record<Root, string>>;
  readonly inspectorUrl: string;
  close(): Promise<void>;
}

/**
 * Starts the identity provider, as Firebase by default, and both runtimes of the API in a folder. If one cannot start, it
 * closes the others.
 */
export async function startWorld(folder: string, provider?: IdentityProviderName): Promise<World> {
  await using started = new AsyncDisposableStack();
  const local = await loadLocalApi(apiFolder(folder));
  const identity = await startLocalIssuer({ callers: Object.values(local.callers), provider });
  started.defer(() => identity.close());
  const options = { local, identity, port: 0, print: () => undefined };
  const lambda = await startLambda(options);
  started.defer(() => lambda.close());
  const container = await startContainerized({ ...options, signal: new AbortController().signal });
  started.defer(() => container.close());
  const { port } = new URL(lambda.baseUrl);
  const all = started.move();
  return {
    baseUrls: {
      "behind a mapping key": lambda.baseUrl,
      "behind a stage": `http://${EXECUTE_API_HOST}:${port}/mvp`,
      "behind a stage, at an address": `http://127.0.0.1:${port}/mvp`,
      "in the container": container.baseUrl,
    },
    inspectorUrl: lambda.inspectorUrl ?? "",
    close: () => all.disposeAsync(),
  };
}
