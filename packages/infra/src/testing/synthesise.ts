/** Synthesises an `sst.config.ts`: returns everything that a deployment would create, without an account. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Graph } from "./graph.ts";
import { isUnpacked, ROOT } from "./platform.ts";
import type { RunRequest, RunsRequest, RunsResult } from "./run-config.ts";

export interface SynthesisOptions {
  /** Relative to the project's root. Default: `sst.config.ts`. */
  readonly config?: string;
  readonly stage: string;
  /** The complete environment with the settings. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether to run as `sst dev`. Default: `false`. */
  readonly isDev?: boolean;
}

/** TypeScript in this repository, JavaScript in the published package. */
const PROGRAM = join(import.meta.dirname, `run-config${extname(import.meta.filename)}`);

/** The program failed, or an engine would refuse it. */
export class SynthesisError extends Error {}

interface Waiting {
  readonly run: RunRequest;
  resolve(graph: Graph): void;
  reject(error: unknown): void;
}
/** The syntheses of the current turn of the event loop. */
let waiting: Waiting[] = [];

/**
 * Syntheses that are asked for in the same turn share a process, because SST's components take seconds to bundle and Pulumi to
 * load.
 *
 * @throws SynthesisError with every failure.
 */
export function synthesise({
  config = "sst.config.ts",
  stage,
  environment,
  isDev = false,
}: SynthesisOptions): Promise<Graph> {
  const { promise, resolve, reject } = Promise.withResolvers<Graph>();
  if (waiting.length === 0) setImmediate(() => synthesiseAll(waiting));
  waiting.push({ run: { config: join(ROOT, config), stage, isDev, environment }, resolve, reject });
  return promise;
}

async function synthesiseAll(all: readonly Waiting[]): Promise<void> {
  waiting = [];
  try {
    const results = await recordAll(all.map(({ run }) => run));
    for (const [index, { resolve, reject }] of all.entries()) {
      const result = results[index] ?? { failure: "It did not end" };
      if ("graph" in result) resolve(result.graph);
      else reject(new SynthesisError(result.failure));
    }
  } catch (error) {
    for (const { reject } of all) reject(error);
  }
}

async function recordAll(runs: readonly RunRequest[]): Promise<RunsResult> {
  if (!isUnpacked()) throw new Error("SST's platform is not unpacked; run: npm run platform");
  const folder = await mkdtemp(join(tmpdir(), "synthesis-"));
  try {
    const resultFile = join(folder, "result.json");
    // In a separate process, because Pulumi keeps state in globals and the program changes the working directory.
    // Pulumi is a thousand modules, so a compile cache of the caller is used.
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const child = spawn(process.execPath, [PROGRAM], { env: { PATH, NODE_COMPILE_CACHE }, stdio: "pipe" });
    // Not as arguments, which other users of the machine can read. A process that has ended has printed why.
    child.stdin.once("error", () => {});
    child.stdin.end(JSON.stringify({ runs, resultFile } satisfies RunsRequest));
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    const [exitCode] = await once(child, "close");
    if (exitCode !== 0) throw new SynthesisError(printed);
    return JSON.parse(await readFile(resultFile, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
