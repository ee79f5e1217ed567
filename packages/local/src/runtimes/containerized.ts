// The API in its container runtime, without a container: same entry, same environment.

import { watchDirectory } from "@lambda-express-api/gateway/lambda/watch-directory.ts";
import { apiEnvironment, readConfig } from "./api-environment.ts";
import { type ApiProcess, spawnApi } from "./api-process.ts";
import type { Runtime, RuntimeOptions } from "./runtime.ts";

export interface ContainerizedOptions extends RuntimeOptions {
  /** Aborts the start. */
  signal: AbortSignal;
}

/** With `reload`, each save restarts the API on the same port. */
export async function startContainerized({
  local,
  identity,
  port,
  reload = false,
  print,
  signal,
}: ContainerizedOptions): Promise<Runtime> {
  const environmentOn = (port: number) => ({
    ...apiEnvironment(local, identity),
    RUNTIME: "CONTAINERIZED",
    HOST: "127.0.0.1",
    PORT: String(port),
  });
  const { features } = readConfig(environmentOn(port), "CONTAINERIZED", local.api);
  const { containerEntry: entry, source } = local.folder;
  const spawnOn = (port: number) =>
    spawnApi({ entry, environment: { PATH: process.env.PATH, ...environmentOn(port) }, print });

  signal.throwIfAborted();
  const api = spawnOn(port);
  signal.addEventListener("abort", api.stop);
  const baseUrl = await api.listening;
  const runtime = { name: "CONTAINERIZED", baseUrl, features };
  if (!reload) return { ...runtime, died: api.died, close: api.stop };

  const respawn = () => spawnOn(Number(new URL(baseUrl).port));
  return { ...runtime, ...reloadOnSave({ first: api, respawn, folder: source, print }) };
}

/** A failed start does not stop `npm run dev`: the next save may fix it. */
function reloadOnSave({
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
    void died.then((how) => print(`${how} Save a file to try again.`));
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
