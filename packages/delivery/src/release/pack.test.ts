import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { unzipSync } from "fflate";
import { pack } from "./pack.ts";

/** The mode of each file, from the central directory (APPNOTE.TXT, 4.3.12). */
function modesIn(zip: Uint8Array): Record<string, number> {
  const bytes = Buffer.from(zip);
  const modes: Record<string, number> = {};
  for (let at = bytes.indexOf("PK\x01\x02", 0, "latin1"); bytes.readUInt32LE(at) === 0x02014b50; ) {
    assert.equal(bytes[at + 5], 3, "made on Unix");
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const end = at + 46 + (name ?? 0);
    modes[bytes.toString("utf8", at + 46, end)] = bytes.readUInt32LE(at + 38) >>> 16;
    at = end + (extra ?? 0) + (comment ?? 0);
  }
  return modes;
}

describe("a package", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function folderOf(files: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), "pack-"));
    folders.push(folder);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return folder;
  }

  const files = { "bundle.mjs": "export {};\n", "assets/a/b.css": "a {}\n", "chunk-A.mjs": "" };

  it("has the same bytes for the same files, regardless of time, owner and order", () => {
    const one = folderOf(files);
    const other = folderOf(Object.fromEntries(Object.entries(files).reverse()));
    utimesSync(join(other, "bundle.mjs"), 0, 0);
    chmodSync(join(other, "bundle.mjs"), 0o600);
    assert.deepEqual(pack(other), pack(one));
    const zone = process.env.TZ;
    process.env.TZ = "Pacific/Kiritimati";
    try {
      assert.deepEqual(pack(other).zip, pack(one).zip);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it("contains every file by its path, readable for every user", () => {
    const { zip } = pack(folderOf(files));
    const unpacked = Object.entries(unzipSync(zip)).map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString(),
    ]);
    assert.deepEqual(Object.fromEntries(unpacked), files);
    const modes = Object.keys(files).map((name) => [name, 0o100644]);
    assert.deepEqual(modesIn(zip), Object.fromEntries(modes));
  });

  it("keeps programs executable, and its content hash tells them from other files", () => {
    const released = pack(folderOf(files));
    const folder = folderOf(files);
    chmodSync(join(folder, "chunk-A.mjs"), 0o700);
    const { zip, contentHash } = pack(folder);
    assert.deepEqual(modesIn(zip), {
      "assets/a/b.css": 0o100644,
      "bundle.mjs": 0o100644,
      "chunk-A.mjs": 0o100755,
    });
    assert.notEqual(contentHash, released.contentHash);
  });

  for (const [title, name] of [
    ["version and commit", "release.json"],
    ["the bytes of a code cache", "app.js.cache"],
  ] as const) {
    it(`has a content hash that ignores ${title}`, () => {
      const released = pack(folderOf({ ...files, [name]: "a" }));
      const again = pack(folderOf({ ...files, [name]: "b" }));
      assert.equal(again.contentHash, released.contentHash);
      assert.notEqual(again.codeSha256, released.codeSha256);
    });
  }

  for (const [title, other] of [
    ["changed content", { ...files, "bundle.mjs": "export { };\n" }],
    ["another name", { "bundle.mjs": files["bundle.mjs"], "assets/a/c.css": "a {}\n", "chunk-A.mjs": "" }],
    ["an additional file", { ...files, x: "" }],
    ["a release.json that is not the build's own", { ...files, "assets/release.json": "{}" }],
  ] as const) {
    it(`has a different content hash with ${title}`, () => {
      assert.notEqual(pack(folderOf(other)).contentHash, pack(folderOf(files)).contentHash);
    });
  }

  it("refuses links, which could lead out of the package", () => {
    const folder = folderOf(files);
    symlinkSync("/etc/hostname", join(folder, "link"));
    assert.throws(() => pack(folder), /link is not a regular file and cannot be packed/);
  });
});
