// The folder of an API: the fixture `members`, with the files that a test replaces.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface TestApiFolder {
  /** The value for `--api`. */
  readonly path: string;
  /** Writes a file below `src`. */
  save(name: string, content: string): Promise<void>;
  remove(): Promise<void>;
}

/** The folder of an API with every feature. */
export const MEMBERS = fileURLToPath(new URL("fixtures/members", import.meta.url));

/** The import specifier of a file of the fixture. */
export function membersModule(name: string): string {
  return JSON.stringify(pathToFileURL(join(MEMBERS, "src", name)).href);
}

export async function createApiFolder(files: Readonly<Record<string, string>>): Promise<TestApiFolder> {
  const path = await mkdtemp(join(tmpdir(), "local-api-"));
  await mkdir(join(path, "src"));
  await writeFile(join(path, "package.json"), '{ "type": "module" }');
  const folder: TestApiFolder = {
    path,
    save: (name, content) => writeFile(join(path, "src", name), content),
    remove: () => rm(path, { recursive: true }),
  };
  for (const name of ["api.ts", "local.ts", "demo.ts"])
    await folder.save(name, `export * from ${membersModule(name)};`);
  for (const [name, content] of Object.entries(files)) await folder.save(name, content);
  return folder;
}
