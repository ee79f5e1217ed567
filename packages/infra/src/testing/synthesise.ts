/** Synthesises an `sst.config.ts`: returns everything that a deployment would create, without an account. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Graph } from "./graph.ts";
import { isUnpacked, ROOT } from "./platform.ts";
import type { RunRequest } from "./run-config.ts";

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

/** @throws SynthesisError with every failure. */
export async function synthesise({
  config = "sst.config.ts",
  stage,
  environment,
  isDev = false,
}: SynthesisOptions): Promise<Graph> {
  if (!isUnpacked()) throw new Error("SST's platform is not unpacked; run: npm run platform");
  const folder = await mkdtemp(join(tmpdir(), "synthesis-"));
  try {
    const resultFile = join(folder, "result.json");
    const request: RunRequest = { config: join(ROOT, config), stage, isDev, resultFile };
    // In a separate process, because Pulumi keeps state in globals and the program changes the working directory.
    // Pulumi is a thousand modules, so a compile cache of the caller is used.
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(request)], {
      env: { PATH, NODE_COMPILE_CACHE, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    const [exitCode] = await once(child, "close");
    const result = await readFile(resultFile, "utf8").then(JSON.parse, () => ({ failure: printed }));
    if (exitCode !== 0 || "failure" in result) throw new SynthesisError(result.failure ?? printed);
    return result.graph;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
