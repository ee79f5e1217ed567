import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Buildspec, planBuildspec } from "./buildspec.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const SETTINGS = "JWT_ISSUER=https://issuer.example.com/\nMEMORY_MEGABYTES=256\n";

const plan = (codeDelivery: "sst" | "pipeline", preRelease: boolean) =>
  planBuildspec({
    stage: "production",
    preRelease,
    codeDelivery,
    settingsParameterName: "/my-api/production/settings",
    environment:
      codeDelivery === "sst"
        ? { CODE_DELIVERY: "sst", PERMISSIONS_BOUNDARY_ARN: "arn:aws:iam::123456789012:policy/boundary" }
        : { CODE_DELIVERY: "pipeline", RELEASE_BUCKET: "my-artifacts" },
  });
const everyPlan = (["sst", "pipeline"] as const).flatMap((codeDelivery) =>
  [true, false].map((preRelease) => plan(codeDelivery, preRelease)),
);

const commandsOf = ({ phases }: Buildspec) =>
  (["install", "pre_build", "build"] as const).flatMap((phase) => phases[phase]?.commands ?? []);

/** Runs commands as CodeBuild does: in order in one shell, until one fails. */
function runCommands(commands: readonly string[], folder: string, environment: Record<string, string> = {}) {
  return spawnSync("bash", ["-ec", commands.join("\n")], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder, ...environment },
  });
}

describe("a buildspec", () => {
  it("has only keys of the reference, and no phase without commands", () => {
    for (const buildspec of everyPlan) {
      const { version, env, phases, ...rest } = JSON.parse(JSON.stringify(buildspec));
      assert.equal(version, 0.2);
      assert.deepEqual(rest, {});
      for (const key of Object.keys(env))
        assert.ok(["shell", "git-credential-helper", "parameter-store"].includes(key), key);
      for (const [name, phase] of Object.entries<{ commands: unknown[] }>(phases)) {
        assert.ok(["install", "pre_build", "build"].includes(name), name);
        assert.deepEqual(Object.keys(phase), ["commands"]);
        assert.ok(phase.commands.length > 0, name);
        for (const command of phase.commands) assert.ok(typeof command === "string" && command !== "");
      }
    }
  });

  it("has valid shell commands that call existing scripts", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    for (const buildspec of everyPlan) {
      for (const command of commandsOf(buildspec)) {
        const { status, stderr } = spawnSync("bash", ["-nc", command], { encoding: "utf8" });
        assert.equal(status, 0, `${command}\n${stderr}`);
        const [, script] = /^npm run (\S+)/.exec(command) ?? [];
        if (script) assert.ok(scripts[script], script);
        if (command.startsWith(".")) accessSync(join(ROOT, command), constants.X_OK);
      }
    }
  });

  it("deploys only after everything that continuous integration runs", () => {
    for (const buildspec of everyPlan) {
      assert.deepEqual(buildspec.phases.pre_build.commands, [".ci/run"]);
      assert.match(
        buildspec.phases.build.commands.at(-1) ?? "",
        /^npm run (deploy|release) -- --stage production$/,
      );
    }
  });
});

describe("the commands of a buildspec", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "buildspec-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the last phase with an `npm` that only records its calls. */
  function deploy(buildspec: Buildspec, environment: Record<string, string>): string {
    const npm = `#!/bin/sh\n{ echo "npm $*"; printenv CODE_DELIVERY RELEASE_BUCKET PERMISSIONS_BOUNDARY_ARN || true; } > called\n`;
    writeFileSync(join(folder, "npm"), npm, { mode: 0o755 });
    const { status, stderr } = runCommands(buildspec.phases.build.commands, folder, environment);
    assert.equal(status, 0, stderr);
    return readFileSync(join(folder, "called"), "utf8");
  }

  it("pass sst the stage's settings as a file, and its boundary", () => {
    assert.equal(
      deploy(plan("sst", true), { STAGE_SETTINGS: SETTINGS }),
      "npm run deploy -- --stage production\nsst\narn:aws:iam::123456789012:policy/boundary\n",
    );
    assert.equal(readFileSync(join(folder, ".env.production"), "utf8").trim(), SETTINGS.trim());
  });

  it("stop before the deployment if there are no settings", () => {
    const { status } = runCommands(plan("sst", true).phases.build.commands, folder);
    assert.notEqual(status, 0);
  });

  it("pass a release the bucket, and need no settings", () => {
    const buildspec = plan("pipeline", true);
    assert.equal(buildspec.env["parameter-store"], undefined);
    assert.equal(deploy(buildspec, {}), "npm run release -- --stage production\npipeline\nmy-artifacts\n");
  });

  it("continue only at a commit with a version tag, even if only the origin has the tag", () => {
    const origin = join(folder, "origin");
    const clone = join(folder, "clone");
    const git = (where: string, ...args: string[]) => {
      const identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com"];
      const { status, stderr } = spawnSync("git", [...identity, "-C", where, ...args], { encoding: "utf8" });
      assert.equal(status, 0, stderr);
    };
    spawnSync("git", ["init", "--quiet", origin]);
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "first");
    git(folder, "clone", "--quiet", origin, clone);
    const guard = plan("sst", false).phases.install?.commands ?? [];

    const untagged = runCommands(guard, clone);
    assert.equal(untagged.status, 1);
    assert.match(untagged.stdout, /has no tag v\*, so it is not released; push one, e\.g\. v1\.0\.0/);
    git(origin, "tag", "nightly");
    assert.equal(runCommands(guard, clone).status, 1);
    git(origin, "tag", "v1.0.0");
    assert.equal(runCommands(guard, clone).status, 0);
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "later");
    assert.equal(runCommands(guard, clone).status, 1);
  });
});
