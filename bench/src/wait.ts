/** How long a developer waits, in a created project, and once for this repository's own tests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { summarise } from "./statistics.ts";

const ROOT = join(import.meta.dirname, "../..");
const SAMPLES = 5;
const HEALTH = "src/routes/manage/get-health.ts";
const ENVIRONMENT = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  NODE_TEST_CONTEXT: undefined,
};

interface Wait {
  readonly what: string;
  readonly limitSeconds: number;
  /** Seconds, one per sample. */
  readonly samples: readonly number[];
}

/**
 * Creates a project, and times its commands.
 *
 * @param say receives progress messages.
 * @returns a table of medians, in seconds.
 */
export async function measureWait(say: (what: string) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "wait-"));
  const project = join(folder, "orders-api");
  try {
    say("Creating a project.");
    run(ROOT, process.execPath, ["packages/create/src/main.ts", project]);
    run(project, "npm", ["ci", "--no-audit", "--no-fund"]);
    const waits: Wait[] = [];
    const measure = async (what: string, limitSeconds: number, wait: (sample: number) => unknown) => {
      say(what);
      const samples: number[] = [];
      // The first run fills caches, and does not count.
      for (let sample = 0; sample <= SAMPLES; sample += 1) {
        const seconds = await secondsOf(() => wait(sample));
        if (sample > 0) samples.push(seconds);
      }
      waits.push({ what, limitSeconds, samples });
    };

    await measure("`npm start`, to the first response", 2.5, () => startAndAsk(project));
    await measureReload(project, measure);
    await measure("A created project's `npm test`", 15, () => run(project, "npm", ["test"]));
    await measure("A created project's `npm run check`", 10, () => run(project, "npm", ["run", "check"]));
    await measure("`npm run new`", 2, (sample) =>
      run(project, "npm", [
        "run",
        "new",
        "--",
        "GET",
        `/v1/things${sample}/{thingId}`,
        "--access",
        "signed-in",
      ]),
    );
    const what = "This repository's `npm test`, once";
    say(what);
    waits.push({ what, limitSeconds: 300, samples: [await secondsOf(() => run(ROOT, "npm", ["test"]))] });
    return tableOf(waits);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startAndAsk(project: string): Promise<void> {
  const stack = await start(project, "start");
  await answerOf(stack.url);
  await stack.stop();
}

type Measure = (what: string, limitSeconds: number, wait: (sample: number) => unknown) => Promise<void>;

/** From saving a file to the first answer that shows the change. */
async function measureReload(project: string, measure: Measure): Promise<void> {
  const stack = await start(project, "dev");
  const file = join(project, HEALTH);
  const source = readFileSync(file, "utf8");
  try {
    await measure("Reload, from a save to the first response that shows it", 0.5, async (sample) => {
      const text = `sample ${sample}`;
      writeFileSync(file, source.replace('"up"', JSON.stringify(text)));
      while (!(await answerOf(stack.url)).includes(text));
    });
  } finally {
    writeFileSync(file, source);
    await stack.stop();
  }
}

async function answerOf(url: string): Promise<string> {
  // While the API reloads, a connection may be refused.
  const response = await fetch(`${url}/v1/manage/hc`).catch(() => undefined);
  return response ? response.text() : "";
}

async function start(project: string, script: string) {
  const child = spawn("npm", ["run", "--silent", script, "--", "--port", "0"], {
    cwd: project,
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return {
    url: await urlOf(child),
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function urlOf(child: ChildProcess): Promise<string> {
  let printed = "";
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    printed += chunk;
    const [, url] = /API +(http:\S+)/.exec(printed) ?? [];
    if (url) {
      child.stdout?.resume();
      return url;
    }
  }
  throw new Error(`The stack ended before it listened:\n${printed}`);
}

function run(folder: string, command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 100_000_000,
    env: ENVIRONMENT,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

async function secondsOf(wait: () => unknown): Promise<number> {
  const before = performance.now();
  await wait();
  return (performance.now() - before) / 1000;
}

function tableOf(waits: readonly Wait[]): string {
  const rows = waits.map(({ what, limitSeconds, samples }) => {
    const { median } = summarise(samples);
    return `| ${what} | ${median.toFixed(2)} | at most ${limitSeconds} | ${median <= limitSeconds ? "met" : "**not met**"} |`;
  });
  return ["| What a developer waits for | seconds | target | |", "| --- | ---: | ---: | --- |", ...rows].join(
    "\n",
  );
}
