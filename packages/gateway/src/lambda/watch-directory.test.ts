import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { watchDirectory } from "./watch-directory.ts";

interface Watched {
  path(name: string): string;
  /** Does the given work, then waits for the callback. */
  heard(action: () => Promise<unknown>): Promise<void>;
  calls(): number;
}

/** A directory with `handler.ts` and `deep/er/route.ts` in it. */
async function watched(t: TestContext, ignore?: (file: string) => boolean): Promise<Watched> {
  const directory = await mkdtemp(join(tmpdir(), "gateway-watch-"));
  const path = (name: string) => join(directory, name);
  await mkdir(path("deep/er"), { recursive: true });
  await mkdir(path("ignored"));
  await writeFile(path("handler.ts"), "1");
  await writeFile(path("deep/er/route.ts"), "1");
  let calls = 0;
  let next = Promise.withResolvers<void>();
  const onChange = () => {
    calls += 1;
    next.resolve();
  };
  const watcher = watchDirectory(directory, onChange, ignore && { ignore });
  // The watch itself keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  t.after(async () => {
    clearInterval(alive);
    watcher.close();
    await rm(directory, { recursive: true });
  });
  return {
    path,
    async heard(action) {
      next = Promise.withResolvers();
      await action();
      await next.promise;
    },
    calls: () => calls,
  };
}

async function saveByRename(file: string, text: string): Promise<void> {
  await writeFile(`${file}.tmp`, text);
  await rename(`${file}.tmp`, file);
}

describe("watchDirectory", { timeout: 20_000 }, () => {
  it("reports a save in place, at any depth", async (t) => {
    const { path, heard } = await watched(t);
    await heard(() => writeFile(path("handler.ts"), "2"));
    await heard(() => writeFile(path("deep/er/route.ts"), "2"));
  });

  it("reports each save by rename over the same file", async (t) => {
    const { path, heard } = await watched(t);
    for (const file of [path("handler.ts"), path("deep/er/route.ts")]) {
      await heard(() => saveByRename(file, "2"));
      await heard(() => saveByRename(file, "3"));
      assert.equal(await readFile(file, "utf8"), "3");
      await heard(() => writeFile(file, "4"));
    }
  });

  it("reports a new file in a new directory", async (t) => {
    const { path, heard } = await watched(t);
    await heard(() => mkdir(path("new/er"), { recursive: true }));
    await heard(() => writeFile(path("new/er/route.ts"), "1"));
    await heard(() => saveByRename(path("new/er/route.ts"), "2"));
  });

  it("reports files in a directory that replaces another", async (t) => {
    const { path, heard } = await watched(t);
    await heard(() => rm(path("deep"), { recursive: true }));
    await heard(() => mkdir(path("deep/er"), { recursive: true }));
    await heard(() => writeFile(path("deep/er/route.ts"), "1"));
    await heard(async () => {
      await rename(path("deep"), path("old"));
      await mkdir(path("deep"));
    });
    await heard(() => writeFile(path("deep/route.ts"), "1"));
    await heard(() => writeFile(path("old/er/route.ts"), "2"));
  });

  it("does not report ignored files", async (t) => {
    const asked = {
      "generated.ts": Promise.withResolvers<void>(),
      "handler.ts": Promise.withResolvers<void>(),
    };
    const { path, calls } = await watched(t, (file) => {
      for (const [name, { resolve }] of Object.entries(asked)) if (file.endsWith(name)) resolve();
      return file.endsWith("generated.ts") || file.endsWith("ignored");
    });
    t.mock.timers.enable({ apis: ["setTimeout"] });
    await writeFile(path("ignored/route.ts"), "1");
    await writeFile(path("generated.ts"), "1");
    await asked["generated.ts"].promise;
    t.mock.timers.tick(50);
    assert.equal(calls(), 0);
    await writeFile(path("handler.ts"), "2");
    await asked["handler.ts"].promise;
    t.mock.timers.tick(50);
    assert.equal(calls(), 1);
  });

  it("throws at once for a missing directory", () => {
    assert.throws(() => watchDirectory(join(tmpdir(), "gateway-watch-missing"), () => {}), {
      code: "ENOENT",
    });
  });
});
