// The folder of an API: the one of this repository, but for the files that a test writes in its place.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestApiFolder {
  /** What `--api` is given. */
  readonly path: string;
  /** Writes a file below `src`. */
  save(name: string, content: string): Promise<void>;
  remove(): Promise<void>;
}

/** The address of the API that the folder has where a test writes none. */
export const OWN_API = import.meta.resolve("@lambda-express-api/api/api.ts");

export async function createApiFolder(files: Readonly<Record<string, string>>): Promise<TestApiFolder> {
  const path = await mkdtemp(join(tmpdir(), "local-api-"));
  await mkdir(join(path, "src"));
  await writeFile(join(path, "package.json"), '{ "type": "module" }');
  const folder: TestApiFolder = {
    path,
    save: (name, content) => writeFile(join(path, "src", name), content),
    remove: () => rm(path, { recursive: true }),
  };
  const own = (name: string) => `export * from ${JSON.stringify(new URL(name, OWN_API).href)};`;
  const owned = { "api.ts": own("api.ts"), "local.ts": own("local.ts"), "demo.ts": own("demo.ts") };
  for (const [name, content] of Object.entries({ ...owned, ...files })) await folder.save(name, content);
  return folder;
}
