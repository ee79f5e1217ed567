/**
 * `npx node packages/build/src/renew-redoc.ts [version]`: takes ReDoc's built file and its licences from its
 * package, which is downloaded but not installed. Without a version it takes the current one, which must come
 * out unchanged.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { readSource, sha256, VENDORED_REDOC, type VendoredSource } from "./vendored-redoc.ts";

const FILES = ["LICENSE", "bundles/redoc.standalone.js", "bundles/redoc.standalone.js.LICENSE.txt"];

const before = readSource();
const [version = before.version] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "redoc-"));
try {
  // npm compares the archive with the registry's integrity.
  const packed = execFileSync("npm", ["pack", `redoc@${version}`, "--json"], {
    cwd: folder,
    encoding: "utf8",
  });
  const [{ filename, integrity }] = JSON.parse(packed) as [{ filename: string; integrity: string }];
  if (version === before.version && integrity !== before.integrity) {
    throw new Error(
      `The registry's redoc ${version} is ${integrity}, but source.json says ${before.integrity}.`,
    );
  }
  execFileSync("tar", ["-xzf", filename, ...FILES.map((file) => `package/${file}`)], { cwd: folder });

  const contents = FILES.map(
    (file) => [basename(file), readFileSync(join(folder, "package", file))] as const,
  );
  for (const [name, content] of contents) writeFileSync(join(VENDORED_REDOC, name), content);
  const source: VendoredSource = {
    package: "redoc",
    version,
    integrity,
    files: Object.fromEntries(contents.map(([name, content]) => [name, sha256(content)])),
  };
  writeFileSync(join(VENDORED_REDOC, "source.json"), `${JSON.stringify(source, undefined, 2)}\n`);
  console.log(`packages/build/vendor/redoc has the files of redoc ${version}. Now run npm run build:docs.`);
} finally {
  rmSync(folder, { recursive: true });
}
