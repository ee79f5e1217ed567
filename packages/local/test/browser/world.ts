/** What the browser tests look at: the same API, wherever it can be reached. */
import { fileURLToPath } from "node:url";
import { apiFolder } from "@lambda-express-api/build/api-folder.ts";
import { startLocalIssuer } from "../../src/identity/local-issuer.ts";
import { loadLocalApi } from "../../src/local-stack.ts";
import { startContainerized } from "../../src/runtimes/containerized.ts";
import { startLambda } from "../../src/runtimes/lambda.ts";
import { EXECUTE_API_HOST } from "./chromium.ts";

const FOLDER = apiFolder(fileURLToPath(new URL("../../../api", import.meta.url)));

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

/** Starts the identity provider and both runtimes. */
export async function startWorld(): Promise<World> {
  const local = await loadLocalApi(FOLDER);
  const identity = await startLocalIssuer({ callers: Object.values(local.callers) });
  const options = { local, identity, port: 0, print: () => undefined };
  const lambda = await startLambda(options);
  const container = await startContainerized({ ...options, signal: new AbortController().signal });
  const { port } = new URL(lambda.baseUrl);
  return {
    baseUrls: {
      "behind a mapping key": lambda.baseUrl,
      "behind a stage": `http://${EXECUTE_API_HOST}:${port}/mvp`,
      "behind a stage, at an address": `http://127.0.0.1:${port}/mvp`,
      "in the container": container.baseUrl,
    },
    inspectorUrl: lambda.inspectorUrl ?? "",
    async close() {
      await container.close();
      await lambda.close();
      await identity.close();
    },
  };
}
