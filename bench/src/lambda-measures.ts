/** Cold, warm and memory: the handler in a process like Lambda's, a new process for each sample. */

import { settingsTable } from "../../packages/infra/src/settings.ts";
import { type StubProvider, startStubProvider } from "../../packages/kit/test/support/stub-provider.ts";
import { type CandidateName, entryOf, PEERS, PRODUCTS } from "./candidates.ts";
import type { Cores } from "./machine.ts";
import { eventOf, type RequestName } from "./requests.ts";
import type { ColdRow, MemoryRow, WarmRow } from "./results.ts";
import { runProcess } from "./run-process.ts";
import { shuffled, summarise } from "./statistics.ts";

export interface Effort {
  readonly rounds: number;
  /** Called before each round. */
  readonly onRound: (round: number) => void;
}

export interface WarmEffort extends Effort {
  readonly warmUps: number;
  readonly invocations: number;
}

interface Case {
  readonly candidate: CandidateName;
  readonly request: RequestName;
}

interface Answered {
  readonly answer: { readonly statusCode: number; readonly body: string };
}

interface ColdSample extends Answered {
  readonly milliseconds: number;
  readonly importMilliseconds: number;
  readonly cpuMilliseconds: number;
  readonly rssBytes: number;
}

interface LoadedSample extends Answered {
  readonly bytes: number;
  readonly files: number;
}

interface WarmSample extends Answered {
  readonly microseconds: number;
  readonly cpuMicroseconds: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** The memory that the deployment gives a function, which sets Node's limits. */
const FUNCTION_MEGABYTES = Number(settingsTable.MEMORY_MEGABYTES.default);
const MEMORY_SIZES = [128, 256, 512, 1024];

/** Requests that load everything that the API can load while answering. */
const EVERYTHING: readonly RequestName[] = ["token", "docs", "redoc", "openapi"];

const HOT = ["health", "whoAmI"] as const;

const COLD_CASES: readonly Case[] = [
  ...PEERS.map((candidate) => ({ candidate, request: "health" as const })),
  ...PRODUCTS.flatMap((candidate) =>
    ([...HOT, "token", "docs"] as const).map((request) => ({ candidate, request })),
  ),
  { candidate: "product-traced", request: "health" },
];

const WARM_CASES: readonly Case[] = [
  ...PEERS.map((candidate) => ({ candidate, request: "health" as const })),
  ...HOT.map((request) => ({ candidate: "product" as const, request })),
];

/**
 * Imports and first answers. Each round measures every candidate once in random order; an extra first round,
 * which does not count, brings the files into the system's cache.
 */
export async function measureCold({ rounds, onRound }: Effort, cores: Cores): Promise<ColdRow[]> {
  const provider = await startProvider();
  try {
    const run = async <Sample extends Answered>(script: string, { candidate, request }: Case) => {
      const { result, output } = await runProcess<Sample>({
        script,
        flags: lambdaFlags(FUNCTION_MEGABYTES),
        args: [entryOf(candidate), eventOf(request)],
        environment: { ...functionEnvironment, ...provider.environment },
        cores: cores.server,
      });
      if (output.includes("code cache not used") !== (candidate === "product-without-cache"))
        throw new Error(`${candidate} was not measured as its name says; it wrote:\n${output}`);
      return succeeded(result, candidate, request);
    };
    const loaded = new Map<Case, LoadedSample>();
    for (const one of COLD_CASES) loaded.set(one, await run<LoadedSample>("loaded.js", one));
    const samples = await inRounds(COLD_CASES, { rounds, onRound }, (one) => run<ColdSample>("cold.js", one));
    return COLD_CASES.map((one) => {
      const of = (pick: (sample: ColdSample) => number) => summarise((samples.get(one) ?? []).map(pick));
      const { bytes = Number.NaN, files = Number.NaN } = loaded.get(one) ?? {};
      return {
        ...one,
        milliseconds: of(({ milliseconds }) => milliseconds),
        importMilliseconds: of(({ importMilliseconds }) => importMilliseconds),
        cpuMilliseconds: of(({ cpuMilliseconds }) => cpuMilliseconds),
        rssMegabytes: of(({ rssBytes }) => megabytes(rssBytes)),
        loadedKilobytes: bytes / 1000,
        loadedFiles: files,
      };
    });
  } finally {
    await provider.close();
  }
}

/** One invocation of many, and the memory that they leave in use. */
export async function measureWarm(effort: WarmEffort, cores: Cores): Promise<WarmRow[]> {
  const samples = await inRounds(WARM_CASES, effort, (one) =>
    invokeManyTimes(one, FUNCTION_MEGABYTES, effort, cores),
  );
  return WARM_CASES.map((one) => ({
    ...one,
    microseconds: summarise((samples.get(one) ?? []).map(({ microseconds }) => microseconds)),
    ...summariseMemory(samples.get(one) ?? []),
  }));
}

/**
 * The same for the private endpoint with the limits of each memory size, once everything loadable is loaded.
 */
export async function measureMemory(effort: WarmEffort, cores: Cores): Promise<MemoryRow[]> {
  const provider = await startProvider();
  try {
    const samples = await inRounds(MEMORY_SIZES, effort, (size) =>
      invokeManyTimes({ candidate: "product", request: "whoAmI" }, size, effort, cores, {
        environment: provider.environment,
        first: EVERYTHING,
      }),
    );
    return MEMORY_SIZES.map((memoryMegabytes) => ({
      memoryMegabytes,
      ...summariseMemory(samples.get(memoryMegabytes) ?? []),
    }));
  } finally {
    await provider.close();
  }
}

/**
 * The identity provider for the token endpoint, on loopback: the HTTP client's cost is the API's, the network
 * is not.
 */
async function startProvider(): Promise<StubProvider> {
  const provider = await startStubProvider();
  provider.answerWith(200, { idToken: "id-token", refreshToken: "refresh-token", expiresIn: "3600" });
  return provider;
}

async function invokeManyTimes(
  { candidate, request }: Case,
  memoryMegabytes: number,
  { warmUps, invocations }: WarmEffort,
  cores: Cores,
  { environment = {}, first = [] as readonly RequestName[] } = {},
): Promise<WarmSample> {
  const { result } = await runProcess<WarmSample>({
    script: "warm.js",
    flags: lambdaFlags(memoryMegabytes),
    args: [
      entryOf(candidate),
      eventOf(request),
      String(warmUps),
      String(invocations),
      JSON.stringify(first.map((name) => JSON.parse(eventOf(name)))),
    ],
    environment: { ...functionEnvironment, ...environment },
    cores: cores.server,
  });
  return succeeded(result, candidate, request);
}

async function inRounds<Thing, Sample>(
  things: readonly Thing[],
  { rounds, onRound }: Effort,
  measure: (thing: Thing) => Promise<Sample>,
): Promise<Map<Thing, Sample[]>> {
  const samples = new Map<Thing, Sample[]>(things.map((thing) => [thing, []]));
  for (let round = 0; round <= rounds; round++) {
    onRound(round);
    for (const thing of shuffled(things)) {
      const sample = await measure(thing);
      if (round > 0) samples.get(thing)?.push(sample);
    }
  }
  return samples;
}

function summariseMemory(samples: readonly WarmSample[]) {
  return {
    cpuMicroseconds: summarise(samples.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    heapMegabytes: summarise(samples.map(({ heapBytes }) => megabytes(heapBytes))),
    rssMegabytes: summarise(samples.map(({ rssBytes }) => megabytes(rssBytes))),
  };
}

/** A candidate that answers with an error would be fast. */
function succeeded<Sample extends Answered>(sample: Sample, candidate: string, request: RequestName): Sample {
  const { statusCode, body } = sample.answer;
  if (statusCode !== 200) throw new Error(`${candidate} answered ${request} with ${statusCode}: ${body}`);
  return sample;
}

/**
 * How Lambda starts Node, as far as it is published: `--expose-gc` matters, because it makes Node compile its
 * own modules from source, and the limits follow from the function's memory.
 */
function lambdaFlags(memoryMegabytes: number): string[] {
  return [
    "--expose-gc",
    "--max-http-header-size=81920",
    `--max-semi-space-size=${Math.floor(memoryMegabytes * 0.05)}`,
    `--max-old-space-size=${Math.floor(memoryMegabytes * 0.9)}`,
  ];
}

/** As a deployment sets it, with every feature enabled. */
const functionEnvironment = {
  RUNTIME: "LAMBDA",
  NODE_ENV: "production",
  AWS_API_GW_STAGE_NAME: "mvp",
  JWT_ISSUER: "https://issuer.example.com",
  JWT_AUTHORIZED_AUDIENCES: "bench",
  JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "groups",
  FIREBASE_APP_API_KEY: "bench-key",
  AUTH_ENDPOINTS: "on",
  DOCS: "on",
};

const megabytes = (bytes: number) => bytes / 1024 ** 2;
