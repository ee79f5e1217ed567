/** Servers under load, started again for each sample, with their callers in a separate process. */
import type { ChildProcess } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { startTestIssuer, type TestIssuer } from "../../packages/kit/src/testing/test-issuer.ts";
import { EXPRESS_SERVER, PRODUCT_SERVER } from "./candidates.ts";
import type { Effort } from "./lambda-measures.ts";
import type { Cores } from "./machine.ts";
import type { ContainerRow, ServerName, StartRow } from "./results.ts";
import { ended, runProcess, startProcess } from "./run-process.ts";
import { shuffled, summarise } from "./statistics.ts";

export interface LoadEffort extends Effort {
  /** V8 compiles an API's functions during its first fifty thousand requests or so. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly p99Milliseconds: number;
}

interface Sample extends Load {
  /** For each worker. */
  readonly cpuSeconds: readonly number[];
}

const CONNECTIONS = 32;
/** The number of callers, each with a different token. */
const CALLERS = 100;

const SERVERS: readonly ServerName[] = ["express", "product", "product-two-workers"];

/** Two workers that share two processors with the callers are compared with one that shares one. */
function serversOn({ isRoomForTwoWorkers }: Cores): readonly ServerName[] {
  return isRoomForTwoWorkers ? SERVERS : [...SERVERS, "product-sharing"];
}

/** Requests per second of the private endpoint, each with a token that the API has to verify. */
export async function measureContainer(
  { rounds, onRound, warmUpSeconds, seconds }: LoadEffort,
  cores: Cores,
): Promise<ContainerRow[]> {
  const issuer = await startTestIssuer();
  const tokens = Array.from({ length: CALLERS }, (_, index) =>
    issuer.sign(issuer.claims(["USERS"], { sub: `caller-${index}` })),
  ).join(",");
  const servers = serversOn(cores);
  const samples = new Map<ServerName, Sample[]>(servers.map((server) => [server, []]));
  try {
    for (let round = 1; round <= rounds; round++) {
      onRound(round);
      for (const name of shuffled(servers)) {
        const server = await startServer(name, issuer, cores);
        try {
          const load = async (duration: number) => {
            const { result } = await runProcess<Load>({
              script: "load.js",
              args: [`${server.url}/v1/users/whoami`, String(CONNECTIONS), String(duration), tokens],
              cores: name === "product-sharing" ? cores.server : cores.client,
            });
            return result;
          };
          await load(warmUpSeconds);
          const before = await server.cpuSeconds();
          const measured = await load(seconds);
          const after = await server.cpuSeconds();
          const used = [...after].map(([pid, total]) => total - (before.get(pid) ?? 0));
          samples.get(name)?.push({ ...measured, cpuSeconds: used });
        } finally {
          await server.stop();
        }
      }
    }
  } finally {
    await issuer.close();
  }
  return servers.map((server) => {
    const of = (pick: (sample: Sample) => number) => summarise((samples.get(server) ?? []).map(pick));
    return {
      server,
      requestsPerSecond: of(({ requests, seconds: elapsed }) => requests / elapsed),
      capacityPerSecond: of(({ requests, cpuSeconds }) => (requests * cpuSeconds.length) / sum(cpuSeconds)),
      processorShare: of(({ cpuSeconds, seconds: elapsed }) => Math.max(...cpuSeconds) / elapsed),
      p99Milliseconds: of(({ p99Milliseconds }) => p99Milliseconds),
    };
  });
}

const STARTED = ["express", "product"] as const;
/** A path that each server answers without a token. */
const OPEN_PATHS = { express: "/v1/users/whoami", product: "/v1/manage/hc" } as const;

/** Measures processes from their start to their first answer. */
export async function measureStart({ rounds, onRound }: Effort, cores: Cores): Promise<StartRow[]> {
  const issuer = await startTestIssuer();
  const samples = STARTED.map((server) => ({ server, milliseconds: [] as number[], cpu: [] as number[] }));
  try {
    for (let round = 0; round <= rounds; round++) {
      onRound(round);
      for (const sample of shuffled(samples)) {
        const before = performance.now();
        const server = await startServer(sample.server, issuer, cores);
        const { status } = await fetch(server.url + OPEN_PATHS[sample.server]);
        const elapsed = performance.now() - before;
        const used = sum([...(await server.cpuSeconds()).values()]);
        await server.stop();
        if (status !== 200) throw new Error(`${sample.server} answered its first request with ${status}`);
        if (round === 0) continue;
        sample.milliseconds.push(elapsed);
        sample.cpu.push(used * 1000);
      }
    }
  } finally {
    await issuer.close();
  }
  return samples.map(({ server, milliseconds, cpu }) => ({
    server,
    milliseconds: summarise(milliseconds),
    cpuMilliseconds: summarise(cpu),
  }));
}

async function startServer(name: ServerName, issuer: TestIssuer, cores: Cores) {
  const workers = name === "product-two-workers" ? 2 : 1;
  const child = startProcess({
    script: name === "express" ? EXPRESS_SERVER : PRODUCT_SERVER,
    flags: ["--import", new URL("../processes/report-cpu.js", import.meta.url).href],
    environment: {
      RUNTIME: "CONTAINERIZED",
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: "0",
      WEB_CONCURRENCY: String(workers),
      FIREBASE_APP_API_KEY: "bench-key",
      JWT_ISSUER: issuer.issuer,
      JWT_ISSUER_JWKS_URI: issuer.jwksUri,
      JWT_AUTHORIZED_AUDIENCES: issuer.audience,
    },
    cores: workers > 1 ? cores.servers : cores.server,
  });
  const said = createInterface(child.stdout as Readable);
  const complained = createInterface(child.stderr as Readable);
  const listening = await linesOf<{ url: string; pid: number }>(said, workers, child);
  // From here on its access log is read and discarded.
  said.close();
  child.stdout?.resume();
  const [first] = listening;
  return {
    url: first?.url ?? "",
    async cpuSeconds(): Promise<Map<number, number>> {
      const answered = linesOf<{ pid: number; cpuSeconds: number }>(complained, workers, child);
      for (const { pid } of listening) process.kill(pid, "SIGUSR2");
      return new Map((await answered).map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
    },
    async stop(): Promise<void> {
      child.kill("SIGTERM");
      await ended(child);
    },
  };
}

/** The next `count` lines, each of them JSON. Rejects if the process ends before. */
function linesOf<Line>(lines: Interface, count: number, child: ChildProcess): Promise<Line[]> {
  return new Promise((resolve, reject) => {
    const read: Line[] = [];
    const onClose = () => reject(new Error(`A server ended: ${JSON.stringify(read)}`));
    child.once("close", onClose);
    lines.on("line", function onLine(line) {
      read.push(JSON.parse(line));
      if (read.length < count) return;
      lines.off("line", onLine);
      child.off("close", onClose);
      resolve(read);
    });
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
