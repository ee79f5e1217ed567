/**
 * Runs the real `sst` without an account: AWS and Pulumi's engine are stand-ins. Each run has a separate project folder that
 * links to this one, so that runs do not share `.sst`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Graph } from "../../src/testing/graph.ts";
import { isUnpacked, lockedProviders, OFFLINE, PLATFORM, ROOT, SST } from "../../src/testing/platform.ts";
import { type StandInAws, startStandInAws } from "./stand-in-aws.ts";

export interface SstRun {
  readonly exitCode: number | null;
  /** The output, without colours. */
  readonly output: string;
  /** The resources that the program would have created; `undefined` if it was refused or did not run. */
  readonly graph: Graph | undefined;
  /** Each call to the engine: the command and its arguments. */
  readonly engineCalls: readonly (readonly string[])[];
  /** The objects in its state bucket. */
  readonly state: ReadonlyMap<string, Buffer>;
  /** The AWS calls that the stand-in cannot answer. */
  readonly unanswered: readonly string[];
  /** Its own AWS calls, before and after the engine's part. */
  readonly asked: StandInAws["asked"];
  /** The project folder, with the bundles in `.sst/artifacts`. */
  readonly folder: string;
  remove(): Promise<void>;
}

export interface SstOptions {
  /** Relative to the project's root. */
  readonly config: string;
  /** For example `["deploy", "--stage", "dev"]`. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Files of the project folder by name, for example `{ ".env.dev": "DOMAIN_NAME=api.example.com" }`. */
  readonly files?: Readonly<Record<string, string>>;
  /** The state bucket of an earlier run. Default: no earlier deployment. */
  readonly state?: ReadonlyMap<string, Buffer>;
}

/** A run seldom loses its port twice. An interruption with another cause repeats itself, and must fail the test. */
const MOST_RUNS = 3;

/**
 * Runs `sst`, and again if it interrupted itself. SST finds a free port from 13557 on, releases it and binds it a moment later,
 * so a second run may take the same port.
 */
export async function runSst(options: SstOptions): Promise<SstRun> {
  let run = await runOnce(options);
  for (let runs = 1; runs < MOST_RUNS && run.output.includes("Interrupted"); runs += 1) {
    await run.remove();
    run = await runOnce(options);
  }
  return run;
}

async function runOnce({ config, args, environment, files = {}, state }: SstOptions): Promise<SstRun> {
  if (!isUnpacked()) throw new Error("SST's platform is not unpacked; run: npm run platform");
  const folder = await mkdtemp(join(tmpdir(), "sst-project-"));
  const home = join(folder, ".home");
  const resultFile = join(folder, "result.json");
  const callsFile = join(folder, "calls.jsonl");
  for (const name of ["package.json", "node_modules", "packages"])
    await symlink(join(ROOT, name), join(folder, name));
  await symlink(join(ROOT, config), join(folder, "sst.config.ts"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  // `sst` bundles the program into this folder under the time in milliseconds, and removes it at the end.
  const platform = join(folder, ".sst/platform");
  await mkdir(platform, { recursive: true });
  for (const name of await readdir(PLATFORM)) await symlink(join(PLATFORM, name), join(platform, name));
  await writeFile(join(folder, ".sst/provider-lock.json"), JSON.stringify(lockedProviders()));
  await installStandInEngine(join(home, "sst/bin"));

  const aws = await startStandInAws(state);
  try {
    const child = spawn(process.execPath, [SST, ...args], {
      cwd: folder,
      env: {
        ...OFFLINE,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        HOME: home,
        XDG_CONFIG_HOME: home,
        CI: "1",
        NO_COLOR: "1",
        AWS_ENDPOINT_URL: aws.url,
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "stand-in",
        AWS_SECRET_ACCESS_KEY: "stand-in",
        STAND_IN_RESULT: resultFile,
        STAND_IN_CALLS: callsFile,
        STAND_IN_PLATFORM: PLATFORM,
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const [exitCode] = await once(child, "close");
    const result = await readFile(resultFile, "utf8").then(JSON.parse, () => ({}));
    const calls = await readFile(callsFile, "utf8").catch(() => "");
    return {
      exitCode,
      output,
      graph: result.graph,
      engineCalls: calls
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
      state: aws.objects,
      unanswered: aws.unanswered,
      asked: aws.asked,
      folder,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  } finally {
    await aws.close();
  }
}

async function installStandInEngine(folder: string): Promise<void> {
  const engine = fileURLToPath(new URL("stand-in-engine.ts", import.meta.url));
  const file = join(folder, "pulumi");
  await mkdir(folder, { recursive: true });
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${engine}' "$@"\n`);
  await chmod(file, 0o755);
}
