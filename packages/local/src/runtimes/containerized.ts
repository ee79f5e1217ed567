// The API in its container runtime, without a container: the same entry, the same environment.

import { watchDirectory } from "@lambda-express-api/gateway/lambda/watch-directory.ts";
import type { LocalIdentity } from "../identity/local-identity.ts";
import { apiEnvironment } from "./api-environment.ts";
import { type ApiProcess, spawnApi } from "./api-process.ts";
import type { Runtime } from "./runtime.ts";

export interface ContainerizedOptions {
  identity: LocalIdentity;
  /** 0 is any free port. */
  port: number;
  entry: string;
  /** A folder; a save below it gives the API a new life on the same port. */
  reloadOn?: string | undefined;
  print: (line: string) => void;
  /** Gives up the start. */
  signal: AbortSignal;
}

export async function startContainerized({
  identity,
  port,
  entry,
  reloadOn,
  print,
  signal,
}: ContainerizedOptions): Promise<Runtime> {
  const spawnOn = (port: number) =>
    spawnApi({ entry, environment: containerEnvironment(identity, port), print });

  signal.throwIfAborted();
  const api = spawnOn(port);
  signal.addEventListener("abort", api.stop);
  const baseUrl = await api.listening;
  const runtime = { name: "CONTAINERIZED", baseUrl };
  if (reloadOn === undefined) return { ...runtime, died: api.died, close: api.stop };

  const respawn = () => spawnOn(Number(new URL(baseUrl).port));
  return { ...runtime, ...reload({ first: api, respawn, folder: reloadOn, print }) };
}

function containerEnvironment(identity: LocalIdentity, port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    ...apiEnvironment(identity),
    RUNTIME: "CONTAINERIZED",
    HOST: "127.0.0.1",
    PORT: String(port),
  };
}

/** While someone edits, an API that does not run is no reason to stop: the next save may mend it. */
function reload({
  first,
  respawn,
  folder,
  print,
}: {
  first: ApiProcess;
  respawn: () => ApiProcess;
  folder: string;
  print: (line: string) => void;
}): Pick<Runtime, "died" | "close"> {
  let api = first;
  let closed = false;
  let lastReload = Promise.resolve();

  const reportDeath = ({ died }: ApiProcess) =>
    void died.then((how) => print(`${how} Waiting for the next save.`));
  reportDeath(api);

  async function reloadOnce() {
    await api.stop();
    if (closed) return;
    api = respawn();
    reportDeath(api);
    await api.listening.then(
      () => print("Reloaded."),
      () => undefined,
    );
  }

  const onSave = () => {
    lastReload = lastReload.then(reloadOnce);
  };
  const watcher = watchDirectory(folder, onSave, { ignore: (file) => file.endsWith(".test.ts") });

  return {
    died: new Promise(() => undefined),
    async close() {
      closed = true;
      watcher.close();
      await api.stop();
      await lastReload;
    },
  };
}
