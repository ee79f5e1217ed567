/** Cold, warm and memory: the handler in a process like Lambda's, a new process for each sample. */

import { settingsTable } from "../../packages/infra/src/settings.ts";
import { type StubProvider, startStubProvider } from "../../packages/kit/test/support/stub-provider.ts";
import {
  type CandidateName,
  entryOf,
  GROWING,
  PEERS,
  PRODUCTS,
  SIZES,
  type SizedName,
} from "./candidates.ts";
import type { Cores } from "./machine.ts";
import { eventOf, type RequestName } from "./requests.ts";
import type { ColdRow, GrowthRow, MemoryRow, WarmRow } from "./results.ts";
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

interface Case<Name = CandidateName> {
  readonly candidate: Name;
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

const COLD_GROWTH_CASES: readonly Case<CandidateName | SizedName>[] = [
  ...GROWING.flatMap((name) =>
    [name, ...SIZES.map((size) => `${name}-${size}` as const)].map((candidate) => ({
      candidate,
      request: "health" as const,
    })),
  ),
  ...(["product", "product-500", "product-without-cache", "product-without-cache-500"] as const).map(
    (candidate) => ({ candidate, request: "whoAmI" as const }),
  ),
  ...(["product-10", "product-500"] as const).map((candidate) => ({ candidate, request: "thing" as const })),
  ...(["product-10", "product-10-with-sdks"] as const).map((candidate) => ({
    candidate,
    request: "health" as const,
  })),
  { candidate: "product-500", request: "openapi" },
];

const WARM_GROWTH_CASES: readonly Case<SizedName>[] = (["product-10", "product-500"] as const).map(
  (candidate) => ({ candidate, request: "thing" }),
);

/**
 * Imports and first answers. Each round measures every candidate once in random order; an extra first round,
 * which does not count, brings the files into the system's cache.
 */
export async function measureCold({ rounds, onRound }: Effort, cores: Cores): Promise<ColdRow[]> {
  const provider = await startProvider();
  try {
    const run = <Sample extends Answered>(script: string, one: Case) =>
      startOnce<Sample>(script, one, cores, provider.environment);
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

/** Runs a process that imports a handler and lets it answer once. */
async function startOnce<Sample extends Answered>(
  script: string,
  { candidate, request }: Case<CandidateName | SizedName>,
  cores: Cores,
  environment: Readonly<Record<string, string>> = {},
): Promise<Sample> {
  const { result, output } = await runProcess<Sample>({
    script,
    flags: lambdaFlags(FUNCTION_MEGABYTES),
    args: [entryOf(candidate), eventOf(request)],
    environment: { ...functionEnvironment, ...environment },
    cores: cores.server,
  });
  if (output.includes("code cache not used") !== candidate.startsWith("product-without-cache"))
    throw new Error(`${candidate} was not measured as its name says; it wrote:\n${output}`);
  return succeeded(result, candidate, request);
}

/** Cold starts, by the number of other endpoints. */
export async function measureColdGrowth(effort: Effort, cores: Cores): Promise<GrowthRow[]> {
  const samples = await inRounds(COLD_GROWTH_CASES, effort, (one) =>
    startOnce<ColdSample>("cold.js", one, cores),
  );
  return COLD_GROWTH_CASES.map((one) => ({
    ...one,
    milliseconds: summarise((samples.get(one) ?? []).map(({ milliseconds }) => milliseconds)),
    cpuMilliseconds: summarise((samples.get(one) ?? []).map(({ cpuMilliseconds }) => cpuMilliseconds)),
  }));
}

/** Warm invocations of a path with a variable, among few endpoints and among many. */
export async function measureWarmGrowth(effort: WarmEffort, cores: Cores): Promise<GrowthRow[]> {
  const samples = await inRounds(WARM_GROWTH_CASES, effort, (one) =>
    invokeManyTimes(one, FUNCTION_MEGABYTES, effort, cores),
  );
  return WARM_GROWTH_CASES.map((one) => ({
    ...one,
    milliseconds: summarise((samples.get(one) ?? []).map(({ microseconds }) => microseconds / 1000)),
    cpuMilliseconds: summarise((samples.get(one) ?? []).map(({ cpuMicroseconds }) => cpuMicroseconds / 1000)),
  }));
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
  { candidate, request }: Case<CandidateName | SizedName>,
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
