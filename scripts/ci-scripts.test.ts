// Tests the scripts of the scheduled workflows and of publishing, with stand-ins for the programs that call GitHub, AWS, npm
// and an image registry.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

const SCRIPTS = join(import.meta.dirname, "../.ci");

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ci-scripts-"));
  for (const folder of [".ci", "bin"]) mkdirSync(join(root, folder));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A program whose body sees its arguments in `$*`. It records each call. */
function standIn(name: string, body: string): void {
  writeFileSync(join(root, "bin", name), `#!/bin/bash\necho "${name} $*" >> calls\n${body}\n`, {
    mode: 0o755,
  });
}

function run(script: string, environment: Readonly<Record<string, string>> = {}) {
  cpSync(join(SCRIPTS, script), join(root, ".ci", script));
  const { status, stdout, stderr } = spawnSync(join(root, ".ci", script), [], {
    encoding: "utf8",
    env: {
      PATH: [join(root, "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      GH_REPO: "my-company/my-api",
      ...environment,
    },
  });
  const calls = existsSync(join(root, "calls"))
    ? readFileSync(join(root, "calls"), "utf8").trim().split("\n")
    : [];
  return { status, stdout, stderr, calls };
}

describe(".ci/sweep-previews, with stand-ins for aws, gh and npm", () => {
  const stateOf = (...resources: object[]) =>
    JSON.stringify({ version: 3, checkpoint: { latest: { resources } } });

  /** @param previews the state of each pull request, and SST's state of its stage. */
  function world(previews: Readonly<Record<string, readonly [state: string, sstState: string]>>): void {
    writeFileSync(join(root, "sst.config.ts"), 'export default {\n      name: "my-api",\n};\n');
    const keys = Object.keys(previews).map((stage) => `app/my-api/${stage}.json`);
    for (const [stage, [, sstState]] of Object.entries(previews))
      writeFileSync(join(root, `${stage}.state`), sstState);
    standIn(
      "aws",
      `case "$1 $2" in
        "ssm get-parameter") echo '{"state":"sst-state-x"}';;
        "s3api list-objects-v2") echo '${JSON.stringify(keys)}';;
        "s3 cp") cat "$(basename "$3" .json).state";;
      esac`,
    );
    const cases = Object.entries(previews).map(([stage, [state]]) =>
      state === "" ? `${stage.slice(3)}) exit 1;;` : `${stage.slice(3)}) echo ${state};;`,
    );
    standIn("gh", `case "$3" in ${cases.join(" ")} esac`);
    standIn("npm", `test "$5" != "$FAILING" && cat ".env.$5" >> settings`);
  }
  const removed = (calls: readonly string[]) => calls.filter((call) => call.startsWith("npm "));

  it("removes only the stages of closed or merged pull requests, with the previews' settings", () => {
    world({
      "pr-1": ["OPEN", stateOf({ urn: "a" })],
      "pr-2": ["CLOSED", stateOf({ urn: "a" })],
      "pr-3": ["MERGED", stateOf({ urn: "a" }, { urn: "b" })],
      "pr-4": ["CLOSED", stateOf()],
      "pr-5-mine": ["CLOSED", stateOf({ urn: "a" })],
    });
    const { status, calls, stderr } = run("sweep-previews", { STAGE_SETTINGS: "A=1" });
    assert.equal(status, 0, stderr);
    assert.deepEqual(removed(calls), ["npm run remove -- --stage pr-2", "npm run remove -- --stage pr-3"]);
    assert.equal(readFileSync(join(root, "settings"), "utf8"), "A=1\nA=1\n");
    assert.equal(existsSync(join(root, ".env.pr-2")), false);
  });

  it("removes nothing if there are no previews", () => {
    world({});
    const { status, calls } = run("sweep-previews");
    assert.equal(status, 0);
    assert.deepEqual(removed(calls), []);
  });

  it("removes nothing and fails if a pull request cannot be looked up", () => {
    world({ "pr-1": ["", stateOf({ urn: "a" })], "pr-2": ["CLOSED", stateOf({ urn: "a" })] });
    const { status, calls } = run("sweep-previews");
    assert.notEqual(status, 0);
    assert.deepEqual(removed(calls), []);
  });

  it("continues after a stage that cannot be removed, and fails at the end", () => {
    world({ "pr-1": ["CLOSED", stateOf({ urn: "a" })], "pr-2": ["CLOSED", stateOf({ urn: "a" })] });
    const { status, calls } = run("sweep-previews", { FAILING: "pr-1" });
    assert.equal(status, 1);
    assert.equal(removed(calls).length, 2);
  });
});

describe(".ci/pin-base-image, with stand-ins for docker, gh and git", () => {
  const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
  function world(base: string, digest: string, { hasBranch = false, pullRequests = 0 } = {}): void {
    writeFileSync(join(root, "Dockerfile"), `# An image.\nARG BASE=${base}\nFROM \${BASE}\n`);
    standIn("docker", `echo '{"digest":"${digest}"}'`);
    standIn("git", "echo b10b");
    standIn(
      "gh",
      `case "$*" in *git/ref/*) exit ${hasBranch ? 0 : 1};; *"pr list"*) echo ${pullRequests};; *contents*) base64 --decode > proposed;; esac`,
    );
  }
  const proposed = () => readFileSync(join(root, "proposed"), "utf8");

  for (const [what, base] of [
    ["no digest", "node:24-slim"],
    ["an older digest", `node:24-slim@sha256:${"1".repeat(64)}`],
  ] as const)
    it(`proposes the newest digest of an image with ${what}, in a pull request, and changes nothing else`, () => {
      world(base, DIGEST);
      const { status, calls, stderr } = run("pin-base-image", { GITHUB_SHA: "c0ffee" });
      assert.equal(status, 0, stderr);
      assert.equal(calls[0], "docker buildx imagetools inspect node:24-slim --format {{json .Manifest}}");
      assert.equal(proposed(), `# An image.\nARG BASE=node:24-slim@${DIGEST}\nFROM \${BASE}\n`);
      assert.ok(
        calls.some((call) => call.includes("ref=refs/heads/base-image-0123456789ab --field sha=c0ffee")),
      );
      assert.match(calls.at(-1) ?? "", /^gh pr create --head base-image-0123456789ab /);
    });

  it("proposes nothing that is current or already proposed", () => {
    world(`node:24-slim@${DIGEST}`, DIGEST);
    assert.deepEqual(run("pin-base-image", { GITHUB_SHA: "c0ffee" }).calls.slice(1), []);
    rmSync(join(root, "calls"));
    world("node:24-slim", DIGEST, { hasBranch: true, pullRequests: 1 });
    const { status, calls } = run("pin-base-image", { GITHUB_SHA: "c0ffee" });
    assert.equal(status, 0);
    assert.equal(calls.filter((call) => call.startsWith("gh pr create")).length, 0);
  });

  it("resets the branch of a run that created no pull request, and creates it", () => {
    world("node:24-slim", DIGEST, { hasBranch: true });
    const { status, calls, stderr } = run("pin-base-image", { GITHUB_SHA: "c0ffee", GH_REPO: "my/api" });
    assert.equal(status, 0, stderr);
    const branch = "base-image-0123456789ab";
    assert.ok(
      calls.includes(
        `gh api --method PATCH repos/my/api/git/refs/heads/${branch} --field sha=c0ffee --field force=true`,
      ),
      calls.join("\n"),
    );
    assert.match(proposed(), new RegExp(`@${DIGEST}$`, "m"));
    assert.ok(calls.at(-1)?.startsWith(`gh pr create --head ${branch} `));
  });

  it("says if the registry returns no digest", () => {
    world("node:24-slim", "");
    const { status, stderr } = run("pin-base-image", { GITHUB_SHA: "c0ffee" });
    assert.equal(status, 1);
    assert.match(stderr, /^The registry returned no digest of node:24-slim; /);
  });

  // A created project has no job that would propose a newer digest.
  for (const [file, base] of [
    ["Dockerfile", /^ARG BASE=node:24-slim@sha256:[0-9a-f]{64}$/m],
    ["packages/create/template/all/Dockerfile", /^ARG BASE=node:24-slim$/m],
  ] as const)
    it(`knows the base image of ${file}, which --build-arg BASE replaces`, () => {
      const source = readFileSync(join(import.meta.dirname, "..", file), "utf8");
      assert.match(source, base);
      assert.doesNotMatch(source, /^FROM (?!\$\{BASE\}( AS \w+)?$)/m);
    });
});

describe(".ci/publish, with stand-ins for npm", () => {
  function world(published: string): void {
    writeFileSync(join(root, "package.json"), '{"version":"1.2.3"}');
    standIn(
      "npm",
      `case "$1" in
        run) for short in kit local; do mkdir "$4/$short"; echo "{\\"name\\":\\"@my/$short\\"}" > "$4/$short/package.json"; done;;
        view) [[ " ${published} " == *" $2 "* ]];;
        publish) test "$(basename "$2")" != "$FAILING";;
      esac`,
    );
  }
  const environment = { GITHUB_REF_NAME: "v1.2.3", GITHUB_REPOSITORY: "my-company/my-api" };
  const published = (calls: readonly string[]) =>
    calls
      .filter((call) => call.startsWith("npm publish"))
      .map((call) => call.replace(/\S+\/(\w+)\/ /, "$1 "));

  it("publishes each package with provenance, which npm compares with the repository", () => {
    world("");
    const { status, calls, stderr } = run("publish", environment);
    assert.equal(status, 0, stderr);
    const options = "--access public --provenance";
    assert.deepEqual(published(calls), [`npm publish kit ${options}`, `npm publish local ${options}`]);
    const url = "repository.url=git+https://github.com/my-company/my-api.git";
    assert.equal(calls.filter((call) => call.startsWith("npm pkg set") && call.endsWith(url)).length, 2);
  });

  it("skips published packages, so that a run can be repeated", () => {
    world("@my/kit@1.2.3");
    assert.deepEqual(published(run("publish", environment).calls), [
      "npm publish local --access public --provenance",
    ]);
  });

  it("publishes nothing if the tag does not match the version", () => {
    world("");
    const { status, calls, stderr } = run("publish", { ...environment, GITHUB_REF_NAME: "v1.2.4" });
    assert.equal(status, 1);
    assert.deepEqual(calls, []);
    assert.match(stderr, /The tag v1\.2\.4 does not match the version v1\.2\.3/);
  });

  it("stops at a package that cannot be published", () => {
    world("");
    const { status, calls } = run("publish", { ...environment, FAILING: "kit" });
    assert.notEqual(status, 0);
    assert.equal(published(calls).length, 1);
  });
});
