import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { buildCandidates } from "./candidates.ts";
import { measureContainer, measureStart } from "./container-measures.ts";
import {
  type Effort,
  measureCold,
  measureColdGrowth,
  measureMemory,
  measureWarm,
  measureWarmGrowth,
} from "./lambda-measures.ts";
import { describeMachine, divideCores, keepOn } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import type { Results } from "./results.ts";

const PEERS = ["express", "serverless-http", "@codegenie/serverless-express", "hono", "fastify", "esbuild"];

/**
 * Builds and measures everything.
 *
 * @param say receives progress messages.
 */
export async function measure(
  { isQuick }: Pick<BenchOptions, "isQuick">,
  say: (what: string) => void,
): Promise<Results> {
  const cores = divideCores();
  // This process runs on the callers' processor, away from the measured one.
  keepOn(cores.client);
  say("Building the API and its peers.");
  await buildCandidates();
  const effort = <More extends object>(name: string, rounds: number, more: More): Effort & More => ({
    rounds,
    onRound: (round) =>
      say(round === 0 ? `${name}: a round that does not count` : `${name}: ${round} of ${rounds}`),
    ...more,
  });
  const loop = isQuick ? { warmUps: 1_000, invocations: 4_000 } : { warmUps: 4_000, invocations: 20_000 };
  const load = isQuick ? { warmUpSeconds: 1, seconds: 2 } : { warmUpSeconds: 8, seconds: 4 };
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: describeMachine(cores),
    versions: versions(),
    isRoomForTwoWorkers: cores.isRoomForTwoWorkers,
    cold: await measureCold(effort("Cold", isQuick ? 5 : 31, {}), cores),
    warm: await measureWarm(effort("Warm", isQuick ? 2 : 9, loop), cores),
    memory: await measureMemory(effort("Memory sizes", isQuick ? 1 : 3, loop), cores),
    container: await measureContainer(effort("Container", isQuick ? 1 : 7, load), cores),
    coldGrowth: await measureColdGrowth(effort("Growth, cold", isQuick ? 3 : 15, {}), cores),
    warmGrowth: await measureWarmGrowth(effort("Growth, warm", isQuick ? 1 : 7, loop), cores),
    start: await measureStart(effort("Container's start", isQuick ? 3 : 15, {}), cores),
  };
}

/** Marked if files differ from the commit: such a measurement cannot be repeated. */
function commit(): string {
  const git = (...args: string[]) => spawnSync("git", args, { encoding: "utf8" }).stdout?.trim() ?? "";
  const hash = git("rev-parse", "--short=12", "HEAD") || "unknown";
  return git("status", "--porcelain", "--untracked-files=no") === "" ? hash : `${hash}, changed`;
}

function versions(): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    ...Object.fromEntries(PEERS.map((name) => [name, dependencies[name]])),
  };
}
