// Reports saves below a directory. Node's recursive watch follows each file's inode on Linux, so it misses
// changes after the first save by rename; a watch on a directory notices whatever gets one of its names.

import { type FSWatcher, lstatSync, readdirSync, watch } from "node:fs";
import { join, resolve, sep } from "node:path";

export interface WatchDirectoryOptions {
  /** Receives the absolute path of a file or a directory; ignored directories are not watched. */
  ignore?: (file: string) => boolean;
}

/** A save is several events; only the last one within 50 ms counts. Keeps no process alive. */
export function watchDirectory(
  directory: string,
  onChange: () => void,
  { ignore = () => false }: WatchDirectoryOptions = {},
): { close(): void } {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  add(resolve(directory));

  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };

  /** Watches before it lists, so that no new file is missed in between. */
  function add(folder: string): void {
    const watcher = watch(folder, { persistent: false }, (event, name) => changed(folder, event, name));
    // The directory is gone: there is nothing left to watch, and no reason to fail.
    watcher.on("error", () => drop(folder));
    watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) addBelow(join(folder, entry.name));
    }
  }

  function addBelow(folder: string): void {
    if (ignore(folder)) return;
    try {
      add(folder);
    } catch (error) {
      drop(folder);
      if (!isOutOfReach(error)) throw error;
    }
  }

  function drop(folder: string): void {
    for (const [watched, watcher] of watchers) {
      if (watched !== folder && !watched.startsWith(folder + sep)) continue;
      watcher.close();
      watchers.delete(watched);
    }
  }

  function changed(folder: string, event: string, name: string | null): void {
    if (name !== null) {
      const file = join(folder, name);
      if (ignore(file)) return;
      // The name may have appeared, disappeared or passed to another directory.
      if (event === "rename") {
        drop(file);
        if (isDirectory(file)) addBelow(file);
      }
    }
    clearTimeout(timer);
    timer = setTimeout(onChange, 50);
  }
}

function isDirectory(file: string): boolean {
  try {
    return lstatSync(file).isDirectory();
  } catch (error) {
    if (isOutOfReach(error)) return false;
    throw error;
  }
}

/** Deleted, or not readable. */
function isOutOfReach(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return ["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(code);
}
