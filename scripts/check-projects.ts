/**
 * `npm run check:projects` runs the checks that need the package registry. It makes an owner's edits in a copy of this
 * repository: the tests, the checks and the demo must still pass without a change in the kit's folders. Then it creates
 * a project, and tries packages that APIs use in the built function and the built container.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkCreatedProject } from "./projects/created-project.ts";

const ROOT = join(import.meta.dirname, "..");
const EDITS = join(import.meta.dirname, "owners-edits");
/** The files that an owner may edit. */
const OWNERS =
  /^(packages\/api\/|docs\/|README\.md$|sst\.config\.ts$|stages\.ts$|infra\.ts$|package\.json$|package-lock\.json$)/;

class CheckError extends Error {}

const started = performance.now();
const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;

function say(text: string): void {
  console.log(`[${seconds()}] ${text}`);
}

/** Runs a command, and shows its output only if it fails. */
function run(folder: string, command: string, args: readonly string[], environment = {}): string {
  say(`${command} ${args.join(" ")}`);
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 100_000_000,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...environment },
  });
  if (status !== 0) throw new CheckError(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Copies tracked and new files, like a fresh clone of this state. */
function copyOf(root: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), "owner-")), "project");
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const file of files.trim().split("\n")) {
    try {
      cpSync(join(root, file), join(folder, file));
    } catch (error) {
      // Deleted but not committed.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  execFileSync("git", ["add", "--all"], { cwd: folder });
  const who = ["-c", "user.name=An Owner", "-c", "user.email=owner@example.com"];
  execFileSync("git", [...who, "commit", "--quiet", "--message", "chore: the starter"], { cwd: folder });
  return folder;
}

/** Replaces a text that must exist. */
function edit(file: string, known: string, replacement: string): void {
  const before = readFileSync(file, "utf8");
  if (!before.includes(known)) throw new CheckError(`${file} has no ${JSON.stringify(known)} to edit`);
  writeFileSync(file, before.replace(known, replacement));
}

function makeOwnersEdits(folder: string): void {
  run(folder, "npm", ["install", "--workspace", "packages/api", "--no-audit", "--no-fund", "pg"]);
  run(folder, "npm", [
    "install",
    "--workspace",
    "packages/api",
    "--save-dev",
    "--no-audit",
    "--no-fund",
    "@types/pg",
  ]);
  const isReal = "import pg from 'pg'; if (typeof pg.Pool !== 'function') process.exit(1);";
  run(join(folder, "packages/api"), process.execPath, ["--input-type=module", "--eval", isReal]);

  say("an owner's edits: texts, mapping key, README, resources, endpoints, middleware, a router");
  edit(join(folder, "packages/api/src/routes/manage/get-health.ts"), "I'm sexy and I know It", "It works");
  edit(join(folder, "packages/api/src/local.ts"), '"express"', '"shop"');
  writeFileSync(join(folder, "README.md"), "# Notes\n");
  cpSync(EDITS, folder, { recursive: true });
  run(folder, "npm", ["run", "generate"]);
  run(folder, "npx", ["biome", "check", "--write", "packages/api", "infra.ts"]);
}

function demandKitUntouched(folder: string): void {
  const changed = execFileSync("git", ["status", "--porcelain"], { cwd: folder, encoding: "utf8" });
  const paths = changed
    .split("\n")
    .map((line) => line.slice(3))
    .filter((path) => path !== "");
  const touched = paths.filter((path) => !OWNERS.test(path));
  if (touched.length > 0) throw new CheckError(`An owner's edits touched ${touched.join(", ")}`);
}

/** Starts the stack on a free port, runs the demo against it, and stops it. */
async function startAndWalkDemo(
  folder: string,
  runtime: "lambda" | "containerized",
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  say(`npm start -- --runtime ${runtime}, npm run demo`);
  const stack = spawn("npm", ["start", "--silent", "--", "--port", "0", "--runtime", runtime], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await urlOf(stack);
    const output = run(folder, "npm", ["run", "--silent", "demo", "--", "--url", url], environment);
    if (!output.includes("It works")) throw new CheckError("The demo does not show the owner's own text");
    if (runtime === "lambda" && !url.endsWith("/shop"))
      throw new CheckError(`The mapping key is not the owner's: ${url}`);
    const notes = await fetch(`${url}/v1/notes`);
    if (notes.status !== 500)
      throw new CheckError(`GET /v1/notes without a database answers ${notes.status}`);
    const link = await fetch(`${url}/v1/links/7`, { redirect: "manual" });
    if (link.status !== 302) throw new CheckError(`GET /v1/links/7 answers ${link.status}`);
    const legacy = await fetch(`${url}/v1/legacy/orders/7`);
    if (legacy.status !== 401) throw new CheckError(`GET /v1/legacy/orders/7 answers ${legacy.status}`);
  } finally {
    const ended = once(stack, "exit");
    stack.kill("SIGTERM");
    await ended;
  }
}

function urlOf(stack: ChildProcess): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    stack.stdout?.on("data", (chunk: Buffer) => {
      output += chunk;
      const url = /API +(http:\S+)[\s\S]*Ctrl-C/.exec(output)?.[1];
      if (url) resolve(url);
    });
    stack.once("close", () => reject(new CheckError(`npm start ended before it was ready:\n${output}`)));
  });
}

const project = copyOf(ROOT);
try {
  const environment = {
    DATABASE_URL: "postgres://notes:secret@127.0.0.1:1/notes",
    MAILS_QUEUE: "http://127.0.0.1:1/mails",
  };
  run(project, "npm", ["ci", "--no-audit", "--no-fund"]);
  makeOwnersEdits(project);
  run(project, "npm", ["test"]);
  run(project, "npm", ["run", "check"]);
  for (const runtime of ["lambda", "containerized"] as const)
    await startAndWalkDemo(project, runtime, environment);
  demandKitUntouched(project);
  say("a created project");
  await checkCreatedProject(say);
  run(ROOT, "npm", ["ci", "--prefix", "evidence/packages", "--no-audit", "--no-fund"]);
  run(ROOT, process.execPath, ["evidence/packages/src/check.ts"]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(dirname(project), { recursive: true, force: true });
}
