/**
 * `node scripts/projects/registry.ts FOLDER` is a stand-in for a package registry, on loopback. It serves the archives of a
 * folder as npm's registry does (https://github.com/npm/registry, REGISTRY-API.md), each as the newest version, and prints its
 * address.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const [folder = "."] = process.argv.slice(2);

const archives = new Map(
  globSync("*.tgz", { cwd: folder }).map((file) => [file, readFileSync(join(folder, file))]),
);
const packages = new Map([...archives].map(([file, archive]) => [nameIn(file), { file, archive }]));

function manifestIn(file: string) {
  const args = ["-xzOf", join(folder, file), "package/package.json"];
  return JSON.parse(execFileSync("tar", args, { encoding: "utf8" }));
}

function nameIn(file: string): string {
  return manifestIn(file).name;
}

/** The metadata that npm reads before it fetches an archive. */
function packument(name: string, url: string): object | undefined {
  const found = packages.get(name);
  if (!found) return undefined;
  const manifest = manifestIn(found.file);
  const integrity = `sha512-${createHash("sha512").update(found.archive).digest("base64")}`;
  const dist = { tarball: `${url}/${found.file}`, integrity };
  return {
    name,
    "dist-tags": { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist } },
  };
}

const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url ?? "").slice(1);
  const archive = archives.get(path);
  if (archive) response.end(archive);
  else {
    const found = packument(path, url());
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? {}));
  }
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

server.listen(0, "127.0.0.1", () => console.log(url()));
