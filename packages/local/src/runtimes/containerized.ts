// The API in its container runtime, without a container: the same entry, the same environment.

import { type FSWatcher, watch } from "node:fs";
import type { IdentityEmulator } from "../identity/emulator.ts";
import { apiEnvironment } from "./api-environment.ts";
import { type ApiProcess, spawnApi } from "./api-process.ts";
import type { Runtime } from "./runtime.ts";

export interface ContainerizedOptions {
  identity: IdentityEmulator;
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

function containerEnvironment(identity: IdentityEmulator, port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    ...apiEnvironment(identity),
    RUNTIME: "CONTAINERIZED",
    HOST: "127.0.0.1",
    PORT: String(port),
  };
}

/** An editor saves one file in several steps. */
const SAVE_SETTLES_MS = 100;

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
  let settling: NodeJS.Timeout | undefined;

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

  const watcher: FSWatcher = watch(folder, { recursive: true }, (_event, file) => {
    if (file?.endsWith(".test.ts")) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      lastReload = lastReload.then(reloadOnce);
    }, SAVE_SETTLES_MS);
  });

  return {
    died: new Promise(() => undefined),
    async close() {
      closed = true;
      watcher.close();
      clearTimeout(settling);
      await api.stop();
      await lastReload;
    },
  };
}
