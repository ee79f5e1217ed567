import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { imagePlatforms } from "./image-platforms.ts";

describe("the platforms of an image (with a stand-in for docker)", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A `docker` that answers for a manifest by running a line of shell. */
  function docker(line: string): string {
    const file = join(folder, "docker");
    writeFileSync(
      file,
      `#!/bin/sh\ntest "$*" = "manifest inspect --verbose example/image:1" || exit 9\n${line}\n`,
    );
    chmodSync(file, 0o755);
    return folder;
  }
  const manifest = (architecture: string) => ({
    Ref: "example/image:1",
    Descriptor: { platform: { architecture, os: "linux" } },
  });

  it("are read from one manifest or several", async () => {
    const one = docker(`echo '${JSON.stringify(manifest("amd64"))}'`);
    assert.deepEqual(await imagePlatforms("example/image:1", one), ["linux/amd64"]);
    const two = docker(`echo '${JSON.stringify([manifest("amd64"), manifest("arm64")])}'`);
    assert.deepEqual(await imagePlatforms("example/image:1", two), ["linux/amd64", "linux/arm64"]);
  });

  it("are an error if docker is missing or refuses", async () => {
    await assert.rejects(imagePlatforms("example/image:1", "/nowhere"), /ENOENT/);
    await assert.rejects(imagePlatforms("example/image:1", docker("echo denied >&2; exit 1")), /denied/);
  });
});
