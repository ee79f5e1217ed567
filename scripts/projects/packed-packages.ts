/**
 * `node scripts/projects/packed-packages.ts` tests the kit's packages as users get them: it packs and installs them in a folder
 * outside this repository, where a small API is checked, tested, started and built. It needs the package registry.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { packPackages } from "../pack.ts";

/** The size limits of a project that does not deploy with SST. */
const MAXIMUM_PACKAGES = 250;
const MAXIMUM_MEGABYTES = 250;

const ROOT = join(import.meta.dirname, "../..");
const API = join(import.meta.dirname, "small-api");
const SCOPE = "@lambda-express-api/";
/** A project's other packages, in the versions installed here. */
const TOOLS = ["@biomejs/biome", "@types/node", "@types/supertest", "fast-check", "supertest", "typescript"];

/** Commands find this Node first, and do not think that they are part of a test run. */
const ENVIRONMENT = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  NODE_TEST_CONTEXT: undefined,
};
const RUNTIME = {
  JWT_ISSUER: "https://issuer.example.com",
  JWT_ISSUER_JWKS_URI: "http://127.0.0.1:1/jwks.json",
  JWT_AUTHORIZED_AUDIENCES: "small-api",
  FIREBASE_APP_API_KEY: "none",
};

/** The size of an install. */
export interface InstalledSize {
  readonly packages: number;
  readonly megabytes: number;
}

/**
 * Checks the packages.
 *
 * @param say gets a line about each step.
 * @throws Error with the output of the failed step.
 */
export async function checkPackedPackages(say: (line: string) => void): Promise<InstalledSize> {
  const folder = mkdtempSync(join(tmpdir(), "packed-"));
  const project = join(folder, "small-api");
  const run = (command: string, ...args: string[]) => {
    say(`${command} ${args.join(" ")}`);
    return runIn(project, command, args);
  };
  try {
    say("pack");
    const archives = packPackages(join(folder, "packages"));
    cpSync(API, project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify(manifest(folder, archives)));
    run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts");
    const size = installedSize(join(project, "node_modules"));
    say(`${size.packages} packages, ${size.megabytes} MB`);
    if (size.packages > MAXIMUM_PACKAGES || size.megabytes > MAXIMUM_MEGABYTES)
      throw new Error(`An install may have ${MAXIMUM_PACKAGES} packages and ${MAXIMUM_MEGABYTES} MB`);

    run("npx", "tsc");
    run("node", "--test", "test/*.test.ts");
    say("lambda-express-api start");
    await answersBehindGateway(project);
    run("npx", "lambda-express-api", "new", "GET", "/v1/notes/{noteId}", "--access", "groups:STAFF");
    run("npx", "lambda-express-api", "generate", "--check");
    run("npx", "tsc");
    run("node", "--test", "src/routes/notes/*.test.ts");
    run("npx", "lambda-express-api", "cost");
    demandRefusal(
      project,
      ["release"],
      /^release requires @lambda-express-api\/delivery, which is not installed; /,
    );
    run("npx", "lambda-express-api", "build", "lambda", "--architecture", "x64");
    run("npx", "lambda-express-api", "build", "container");
    say("dist/container/main.mjs");
    await answersInContainer(project);
    return size;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function manifest(folder: string, archives: Readonly<Record<string, string>>): object {
  const kit = Object.entries(archives).filter(([short]) => short !== "delivery");
  const tools = TOOLS.map((name) => [
    name,
    JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version,
  ]);
  return {
    name: "small-api",
    private: true,
    type: "module",
    dependencies: Object.fromEntries(
      kit.map(([short, archive]) => [SCOPE + short, `file:${join(folder, "packages", archive)}`]),
    ),
    devDependencies: Object.fromEntries(tools),
  };
}

function runIn(project: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: project,
    encoding: "utf8",
    env: ENVIRONMENT,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** A command of a package that is not installed. */
function demandRefusal(project: string, args: readonly string[], sentence: RegExp): void {
  const command = join(project, "node_modules/.bin/lambda-express-api");
  const { status, stderr } = spawnSync(command, args, { cwd: project, encoding: "utf8", env: ENVIRONMENT });
  if (status !== 1 || !sentence.test(stderr))
    throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
}

function installedSize(modules: string): InstalledSize {
  const files = globSync("**/*", { cwd: modules, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce(
    (sum, { parentPath, name }) => sum + lstatSync(join(parentPath, name)).blocks * 512,
    0,
  );
  const manifests = globSync(["**/node_modules/*/package.json", "**/node_modules/@*/*/package.json"], {
    cwd: dirname(modules),
  });
  return { packages: manifests.length, megabytes: Math.ceil(bytes / 1e6) };
}

async function answersBehindGateway(project: string): Promise<void> {
  const command = join(project, "node_modules/.bin/lambda-express-api");
  const stack = spawn(command, ["start", "--port", "0"], {
    cwd: project,
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await whileRunning(stack, /API +(http:\S+)[\s\S]*Ctrl-C/, async (url) => {
    await demandHealth(url);
    const refused = await fetch(`${url}/v1/orders/7`);
    if (refused.status !== 401) throw new Error(`An order without a token answers ${refused.status}`);
    const page = await fetch(`${url}/v1/docs`);
    if (page.status !== 200) throw new Error(`The docs answer ${page.status}`);
  });
}

async function answersInContainer(project: string): Promise<void> {
  const folder = join(project, "dist/container");
  const server = spawn(process.execPath, ["main.mjs"], {
    cwd: folder,
    env: { ...RUNTIME, RUNTIME: "CONTAINERIZED", HOST: "127.0.0.1", PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!existsSync(join(folder, "health-check.mjs"))) throw new Error("The container has no health check");
  await whileRunning(server, /"url":"(http:[^"]+)"/, demandHealth);
}

async function demandHealth(url: string): Promise<void> {
  const health = await fetch(`${url}/v1/health`);
  const body = await health.text();
  if (health.status !== 200 || body !== '{"status":"well"}') throw new Error(`${health.status} ${body}`);
}

/** Calls a process once it has printed its address, and ends it. */
async function whileRunning(
  child: ChildProcess,
  listening: RegExp,
  call: (url: string) => Promise<void>,
): Promise<void> {
  const ended = once(child, "exit");
  try {
    await call(await urlOf(child, listening));
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function urlOf({ stdout }: ChildProcess, listening: RegExp): Promise<string> {
  let output = "";
  for await (const chunk of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += chunk;
    const url = listening.exec(output)?.[1];
    if (url) return url;
  }
  throw new Error(`It ended before it was listening:\n${output}`);
}

if (import.meta.main) await checkPackedPackages(console.log);
