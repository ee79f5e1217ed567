/**
 * `npm run check:docs` tests the pages of this repository. First it checks links, settings, files, samples and phrases. Then it
 * runs the commands in the order of the pages: it starts servers on a free port for the other commands, and writes files in a
 * copy. A `json` or `text` block after an `sh` block is the expected output, where `…` stands for any text, or alone on a line
 * for any lines.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { copyRepository } from "./copy-repository.ts";
import { commandsOf, exemptionOf, NOT_RUN, STARTED, type Treatment, treatmentOf } from "./docs-commands.ts";
import { faultsOf, faultsOfSamples } from "./docs-faults.ts";
import { type Block, type Page, parsePage } from "./docs-page.ts";
import { phrasesInPage, phrasesInSources } from "./plain-words.ts";

/** The README is first, because it starts the servers that other pages call. */
const PAGES = [
  "README.md",
  "*.md",
  "docs/**/*.md",
  "packages/*/*.md",
  "packages/*/docs/*.md",
  "examples/*/*.md",
];
const ANNOUNCED_ADDRESS = /(localhost|127\.0\.0\.1):3000\b/g;
/** Of a server that was started: the first one it prints is its own. */
const PRINTED_ADDRESS = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)\b/;
const READY_TIMEOUT_MILLISECONDS = 30_000;
const COMMAND_TIMEOUT_MILLISECONDS = 60_000;

export function readPages(): Page[] {
  const paths = new Set(PAGES.flatMap((pattern) => globSync(pattern).sort()));
  return [...paths].map((path) => parsePage(path, readFileSync(path, "utf8")));
}

/** The README's example, left out of the copy so that the commands can add it again. */
const EXAMPLE = "packages/api/src/routes/orders/";

/** Makes a copy without the pages' examples, so that the commands can add them. */
export async function copyForReader(root = process.cwd()): Promise<string> {
  const copy = await copyRepository(root, EXAMPLE);
  if (existsSync(join(root, EXAMPLE))) {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/generate.ts"], {
      cwd: copy,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`A copy without ${EXAMPLE} cannot be made:\n${stderr}`);
  }
  return copy;
}

interface StartedServer {
  readonly process: ChildProcess;
  readonly port: number;
}

/** Starts a server on a free port, and waits until it prints its address. */
async function startServer(name: string): Promise<StartedServer> {
  const { command = name, ready: readyText = "" } = STARTED[name] ?? {};
  const server = spawn("bash", ["-c", `exec ${command}`], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  let timer: NodeJS.Timeout | undefined;
  const listening = new Promise<string>((resolve, reject) => {
    server.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk;
      const [, port] = PRINTED_ADDRESS.exec(printed) ?? [];
      if (port !== undefined && printed.includes(readyText)) resolve(port);
    });
    server.once("exit", (code) => reject(new Error(`${name} ended with code ${code}:\n${printed}`)));
    timer = setTimeout(() => {
      server.kill();
      reject(new Error(`${name} was not ready in ${READY_TIMEOUT_MILLISECONDS} ms:\n${printed}`));
    }, READY_TIMEOUT_MILLISECONDS);
  });
  const port = await listening.finally(() => clearTimeout(timer));
  return { process: server, port: Number(port) };
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.kill("SIGTERM");
  await exited;
}

/**
 * Runs the commands of the pages in order.
 *
 * @throws Error at the first command that fails or whose output differs from its page.
 */
export async function runCommands(pages: readonly Page[]): Promise<void> {
  const servers: ChildProcess[] = [];
  let firstPort = 0;
  try {
    for (const page of pages) {
      let port = firstPort;
      let copy: string | undefined;
      try {
        for (const [index, { language, code, writes }] of page.blocks.entries()) {
          if (writes) {
            copy ??= await copyForReader();
            await mkdir(dirname(join(copy, writes)), { recursive: true });
            await writeFile(join(copy, writes), code);
          }
          if (language !== "sh") continue;
          let printed = "";
          for (const { treatment, commands } of groupsOf(code)) {
            if (treatment === "started") {
              for (const command of commands) {
                const server = await startServer(command);
                servers.push(server.process);
                port = server.port;
              }
              firstPort ||= port;
            } else if (treatment === "run") {
              printed += run(page, commands, port, ".");
            } else if (treatment === "run in a copy") {
              copy ??= await copyForReader();
              printed += run(page, commands, port, copy);
            }
          }
          compare(page, code, printed, page.blocks[index + 1]);
        }
      } finally {
        if (copy) await rm(copy, { recursive: true });
      }
    }
  } finally {
    await Promise.all(servers.map(stopServer));
  }
}

/** Consecutive commands with the same treatment share a shell and its variables. */
function groupsOf(
  code: string,
): { readonly treatment: Treatment | undefined; readonly commands: string[] }[] {
  const groups: { treatment: Treatment | undefined; commands: string[] }[] = [];
  for (const command of commandsOf(code)) {
    const treatment = treatmentOf(command);
    const last = groups.at(-1);
    if (last?.treatment === treatment) last?.commands.push(command);
    else groups.push({ treatment, commands: [command] });
  }
  return groups;
}

/** The commands' output, without npm's own lines and with the page's addresses. */
function run({ path }: Page, commands: readonly string[], port: number, cwd: string): string {
  const script = commands.join("\n").replaceAll(ANNOUNCED_ADDRESS, `$1:${port}`);
  const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", script], {
    cwd,
    encoding: "utf8",
    timeout: COMMAND_TIMEOUT_MILLISECONDS,
    env: {
      ...process.env,
      PORT: String(port),
      npm_config_loglevel: "silent",
      // With this variable set, a test runner runs nothing and succeeds.
      NODE_TEST_CONTEXT: undefined,
    },
  });
  if (status !== 0)
    throw new Error(`${path}: this ended with ${status}:\n${commands.join("\n")}\n${stdout}${stderr}`);
  return port === 0 ? stdout : stdout.replaceAll(`:${port}`, ":3000");
}

function compare({ path }: Page, code: string, printed: string, expected: Block | undefined): void {
  const isRight =
    expected?.language === "json"
      ? isSameJson(printed, expected.code)
      : expected?.language !== "text" || patternOf(expected.code).test(`${printed.trim()}\n`);
  if (!isRight)
    throw new Error(`${path}: this\n${code}prints\n${printed.trim()}\nand not\n${expected?.code}`);
}

function isSameJson(printed: string, expected: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(printed), JSON.parse(expected));
  } catch {
    return false;
  }
}

function patternOf(expected: string): RegExp {
  const lines = expected.trim().split("\n");
  const patterns = lines.map((line) =>
    line === "…" ? "(?:.*\\n)*?" : `${line.split("…").map(escaped).join(".*?")}\\n`,
  );
  return new RegExp(`^${patterns.join("")}$`);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** An unused exemption could hide a command later. */
function unusedExemptions(pages: readonly Page[]): string[] {
  const commands = pages.flatMap(({ blocks, spans }) => [
    ...blocks.filter(({ language }) => language === "sh").flatMap(({ code }) => commandsOf(code)),
    ...spans,
  ]);
  const used = new Set(commands.map(exemptionOf));
  return Object.keys(NOT_RUN)
    .filter((start) => !used.has(start))
    .map((start) => `scripts/docs-commands.ts exempts "${start}", which is on no page; remove it`);
}

async function checkDocs(): Promise<void> {
  const pages = readPages();
  const faults = [
    ...pages.flatMap(faultsOf),
    ...pages.flatMap(({ path }) => phrasesInPage(path, readFileSync(path, "utf8"))),
    ...phrasesInSources(),
    ...(await faultsOfSamples(pages)),
    ...unusedExemptions(pages),
  ];
  if (faults.length > 0) throw new Error(faults.join("\n"));
  await runCommands(pages);
}

if (import.meta.main) {
  try {
    await checkDocs();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
