/**
 * Runs the README and the pages that people follow after it. The commands that start something are started, on a free
 * port, and everything else in their `sh` blocks is run against them in the order of the page; a `json` block after an
 * `sh` block is what that block must print. The install and test commands are compared with what continuous integration
 * runs, and what writes files runs in a copy. Links must lead to files.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { copyRepository } from "./copy-repository.ts";

/** Whose commands are run. The README comes first: it starts what the others talk to. */
const FOLLOWED = [
  "README.md",
  "CONTRIBUTING.md",
  "AGENTS.md",
  "docs/guides/docs-pages.md",
  "docs/guides/operate.md",
];
const PAGES = new Set([...FOLLOWED, ...globSync("docs/guides/*.md")]);
const ANNOUNCED_URL = "http://localhost:3000";
const READY_TIMEOUT_MILLISECONDS = 30_000;

interface Block {
  readonly language: string;
  readonly code: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""]) => ({
    language,
    code: code.trim(),
  }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

/** Starts the local stack and waits until it answers. */
async function startStack(script: string, port: number): Promise<ChildProcess> {
  const stack = spawn("npm", ["run", "--silent", script], {
    env: { ...process.env, PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ready = new Promise<void>((resolve, reject) => {
    let printed = "";
    stack.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes("Ctrl-C")) resolve();
    });
    stack.once("exit", (code) => reject(new Error(`npm run ${script} ended with code ${code}:\n${printed}`)));
    AbortSignal.timeout(READY_TIMEOUT_MILLISECONDS).onabort = () =>
      reject(new Error(`npm run ${script} was not ready in ${READY_TIMEOUT_MILLISECONDS} ms:\n${printed}`));
  });
  await ready;
  return stack;
}

async function stopStack(stack: ChildProcess): Promise<void> {
  stack.removeAllListeners("exit");
  const exited = once(stack, "exit");
  stack.kill("SIGTERM");
  await exited;
}

function run(page: string, code: string, port: number, folder = "."): string {
  const script = code.replaceAll(ANNOUNCED_URL, `http://localhost:${port}`);
  const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PORT: String(port) },
  });
  if (status !== 0) throw new Error(`${page}: this ended with ${status}:\n${code}\n${stdout}${stderr}`);
  return stdout;
}

function checkLinks(): void {
  for (const page of PAGES) {
    for (const [, target = ""] of readFileSync(page, "utf8").matchAll(/\]\(([^)#\s]+)/g)) {
      if (!/^https?:/.test(target) && !existsSync(join(dirname(page), target)))
        throw new Error(`${page}: the link to ${target} leads nowhere`);
    }
  }
}

async function checkCommands(): Promise<void> {
  const port = await freePort();
  let stack: ChildProcess | undefined;
  const start = async () => {
    stack = await startStack("start", port);
  };
  try {
    for (const page of FOLLOWED) await checkCommandsOf(page, port, start);
  } finally {
    if (stack) await stopStack(stack);
  }
}

async function checkCommandsOf(page: string, port: number, start: () => Promise<void>): Promise<void> {
  const pipeline = readFileSync(".ci/run", "utf8");
  const blocks = blocksOf(readFileSync(page, "utf8"));
  let copy: string | undefined;
  try {
    for (const [index, { language, code }] of blocks.entries()) {
      if (language !== "sh") continue;
      if (code === "npm ci && npm start") await start();
      else if (code === "npm ci && npm test" || code === "npm run check") {
        if (!pipeline.includes(`\n${code}\n`))
          throw new Error(`${page}: continuous integration does not run: ${code}`);
      } else if (/^npm run (new|generate|build:docs)\b/.test(code)) {
        copy ??= await copyRepository();
        run(page, code, port, copy);
      } else {
        const printed = run(page, code, port);
        const expected = blocks[index + 1];
        if (
          expected?.language === "json" &&
          !isDeepStrictEqual(JSON.parse(printed), JSON.parse(expected.code))
        ) {
          throw new Error(`${page}: this\n${code}\nprints\n${printed}\nand not\n${expected.code}`);
        }
      }
    }
  } finally {
    if (copy) await rm(copy, { recursive: true });
  }
}

/** The commands that the text mentions must exist. */
function checkScripts(): void {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const page of PAGES) {
    for (const [, name = ""] of readFileSync(page, "utf8").matchAll(
      /npm (?:run )?(start|test|dev|demo|check|generate|new|screenshots|doctor|cost|deploy|remove|release|rollback|[a-z]+:[a-z]+)\b/g,
    )) {
      if (!scripts[name]) throw new Error(`${page}: there is no script ${name}`);
    }
  }
}

try {
  checkLinks();
  checkScripts();
  await checkCommands();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
