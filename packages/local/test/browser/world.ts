/** One API at the addresses that a browser test needs. */
import { apiFolder } from "@lambda-express-api/build/api-folder.ts";
import type { IdentityProviderName } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { startLocalIssuer } from "../../src/identity/local-issuer.ts";
import { loadLocalApi } from "../../src/local-stack.ts";
import { startContainerized } from "../../src/runtimes/containerized.ts";
import { startLambda } from "../../src/runtimes/lambda.ts";
import type { Runtime, RuntimeOptions } from "../../src/runtimes/runtime.ts";

const START = {
  "behind a mapping key": startLambda,
  "in the container": (options: RuntimeOptions) =>
    startContainerized({ ...options, signal: new AbortController().signal }),
};
export type Root = keyof typeof START;

export interface World<R extends Root> {
  readonly baseUrls: Readonly<Record<R, string>>;
  /** Empty without the local gateway. */
  readonly inspectorUrl: string;
  /** The origin of the identity provider. */
  readonly identityUrl: string;
  close(): Promise<void>;
}

/**
 * Starts the identity provider, as Firebase by default, and the API in a folder at each of these addresses. If one cannot
 * start, it closes the others.
 */
export async function startWorld<R extends Root>(
  folder: string,
  roots: readonly R[],
  provider?: IdentityProviderName,
): Promise<World<R>> {
  await using started = new AsyncDisposableStack();
  const local = await loadLocalApi(apiFolder(folder));
  const identity = await startLocalIssuer({ callers: Object.values(local.callers), provider });
  started.defer(() => identity.close());
  const options = { local, identity, port: 0, print: () => undefined };
  const runtimes: Runtime[] = [];
  for (const root of roots) {
    const runtime = await START[root](options);
    started.defer(() => runtime.close());
    runtimes.push(runtime);
  }
  const all = started.move();
  return {
    baseUrls: Object.fromEntries(roots.map((root, index) => [root, runtimes[index]?.baseUrl])) as Record<
      R,
      string
    >,
    inspectorUrl: runtimes.find(({ inspectorUrl }) => inspectorUrl)?.inspectorUrl ?? "",
    identityUrl: new URL(identity.url).origin,
    close: () => all.disposeAsync(),
  };
}
