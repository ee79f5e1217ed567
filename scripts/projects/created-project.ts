/**
 * `node scripts/projects/created-project.ts` tests a created project, from its creation to its image and an update of the kit.
 * It needs the package registry.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { packPackages } from "../pack.ts";

const ROOT = join(import.meta.dirname, "../..");
const SERVICES = join(import.meta.dirname, "postgres");
const NEXT_VERSION = "0.2.0";
const LATER_VERSION = "0.3.0";
/** Too old for a project, but new enough to load modules and to run npm. */
const OLD_NODE = "22.0.0";

const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  NODE_TEST_CONTEXT: undefined,
};
const DATABASE = { DATABASE_URL: "postgres://orders:secret@127.0.0.1:1/orders" };

/**
 * Creates a project, uses it as its owner would, and updates it.
 *
 * @param say gets a line about each step.
 * @throws Error with the output of the failed step.
 */
export async function checkCreatedProject(say: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "created-"));
  const project = join(folder, "orders-api");
  const run = (command: string, args: readonly string[], environment = {}, expected = 0) => {
    say(`${command} ${args.join(" ")}`);
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: existsSync(project) ? project : ROOT,
      encoding: "utf8",
      maxBuffer: 100_000_000,
      env: { ...ENVIRONMENT, ...environment },
    });
    if (status !== expected)
      throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };
  const npm = (...args: string[]) => run("npm", args, DATABASE);

  try {
    run(process.execPath, ["packages/create/src/main.ts", project]);
    run("npm", ["ci", "--no-audit", "--no-fund"]);
    const oldNode = installOldNode(join(folder, "old-node"), run);
    for (const script of ["test", "start", "check", "deploy"]) {
      say(`npm run ${script} with Node ${OLD_NODE}`);
      demandOneSentence(project, "npm", ["run", "--silent", script], oldNode);
    }
    everyCommand(npm);
    await walkDemo(project, run, {});

    say("an endpoint that queries Postgres through a service, with its own middleware");
    npm("install", "--no-audit", "--no-fund", "pg");
    npm("install", "--save-dev", "--no-audit", "--no-fund", "@types/pg");
    npm("run", "new", "--", "GET", "/v1/orders/{orderId}", "--access", "groups:USERS", "--no-test");
    cpSync(SERVICES, project, { recursive: true });
    edit(join(project, "src/routes/manage/get-health.ts"), '"up"', '"It works"');
    for (const file of ["src/api.ts", "sst.config.ts"])
      edit(join(project, file), 'name: "orders-api"', 'name: "renamed-api"');
    writeFileSync(join(project, "README.md"), "# Orders\n");
    npm("run", "generate");
    run("npx", ["biome", "check", "--write", "."]);
    everyCommand(npm);
    await walkDemo(project, run, DATABASE);
    npm("run", "test:deployment");
    await answersInContainer(project, say);
    buildImage(project, say);

    say(`the kit ${NEXT_VERSION}, which breaks an import`);
    const next = nextKit(join(folder, "next"));
    const told = run("npm", ["run", "--silent", "update", "--", next], DATABASE, 1);
    for (const part of [
      `-> ${NEXT_VERSION}`,
      "publicPath is gone",
      "src/routes/admin/list-endpoints.ts:1 ",
    ]) {
      if (!told.includes(part))
        throw new Error(`npm run update does not say ${JSON.stringify(part)}:\n${told}`);
    }
    const list = join(project, "src/routes/admin/list-endpoints.ts");
    edit(list, "auth, publicPath", "auth");
    edit(list, "publicPath(path)", 'path.replace(/(?<=.)\\/$/, "")');
    npm("run", "generate");
    npm("run", "check");
    npm("test");
    say(`create-lambda-express-api, packed, with Node ${OLD_NODE}`);
    demandOneSentence(folder, "node", [join(next, "create/bin.js"), "other-api"], oldNode);

    say(`the kit ${LATER_VERSION}, from a stand-in for a registry on loopback`);
    release(next, LATER_VERSION, "- The kit is mended.");
    await withRegistry(next, (url) => {
      writeFileSync(join(project, ".npmrc"), `@lambda-express-api:registry=${url}\n`);
      const printed = run("npm", ["run", "--silent", "update"], DATABASE, 1);
      for (const part of [`${NEXT_VERSION} -> ${LATER_VERSION}`, "The kit is mended", "  Dockerfile:"])
        if (!printed.includes(part))
          throw new Error(`npm run update does not say ${JSON.stringify(part)}:\n${printed}`);
      if (existsSync(join(project, "vendor"))) throw new Error("The project still keeps archives of the kit");
      edit(join(project, "Dockerfile"), "COPY vendor vendor\n", "");
      npm("ci", "--no-audit", "--no-fund");
      run("npm", ["run", "--silent", "update"], DATABASE);
    });
    npm("run", "check");
    npm("test");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function everyCommand(npm: (...args: string[]) => string): void {
  npm("test");
  npm("run", "check");
  npm("run", "build:lambda");
  npm("run", "build:container");
}

type Run = (command: string, args: readonly string[], environment?: object) => string;

/** @returns the program's folder. */
function installOldNode(folder: string, run: Run): string {
  const name = `node-${process.platform}-${process.arch}`;
  mkdirSync(folder);
  run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--force", `${name}@${OLD_NODE}`]);
  return join(folder, "node_modules", name, "bin");
}

/** npm prints a warning about an unsupported Node. */
function demandOneSentence(folder: string, command: string, args: readonly string[], node: string): void {
  const env = { ...ENVIRONMENT, PATH: [node, process.env.PATH].join(delimiter) };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8", env });
  const lines = `${stdout}${stderr}`.split("\n").filter((line) => line !== "" && !line.startsWith("npm "));
  const isSentence = new RegExp(`requires Node 24 or later, but this is Node ${OLD_NODE}; `).test(
    lines[0] ?? "",
  );
  if (status !== 1 || lines.length !== 1 || !isSentence)
    throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
}

async function withRegistry(archives: string, act: (url: string) => void): Promise<void> {
  const program = join(import.meta.dirname, "registry.ts");
  const registry = spawn(process.execPath, [program, archives], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(registry, "exit");
  try {
    const [url] = await once(registry.stdout.setEncoding("utf8"), "data");
    act(url.trim());
  } finally {
    registry.kill();
    await ended;
  }
}

async function walkDemo(project: string, run: Run, environment: object): Promise<void> {
  const stack = spawn("npm", ["start", "--silent", "--", "--port", "0"], {
    cwd: project,
    env: { ...ENVIRONMENT, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(stack, "exit");
  try {
    let printed = "";
    let url: string | undefined;
    for await (const chunk of stack.stdout.iterator({ destroyOnReturn: false })) {
      printed += chunk;
      url = /API +(http:\S+)[\s\S]*Ctrl-C/.exec(printed)?.[1];
      if (url) break;
    }
    if (!url) throw new Error(`npm start ended before it was ready:\n${printed}`);
    run("npm", ["run", "--silent", "demo", "--", "--url", url], environment);
  } finally {
    stack.kill("SIGTERM");
    await ended;
  }
}

async function answersInContainer(project: string, say: (line: string) => void): Promise<void> {
  say("dist/container/main.mjs");
  const server = spawn(process.execPath, ["main.mjs"], {
    cwd: join(project, "dist/container"),
    env: {
      RUNTIME: "CONTAINERIZED",
      HOST: "127.0.0.1",
      PORT: "0",
      JWT_ISSUER: "https://issuer.example.com",
      JWT_AUTHORIZED_AUDIENCES: "orders",
      FIREBASE_APP_API_KEY: "none",
      ...DATABASE,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  try {
    for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
      const url = /"url":"([^"]+)"/.exec(String(chunk))?.[1];
      if (!url) continue;
      const health = await (await fetch(`${url}/v1/manage/hc`)).text();
      if (health !== '{"status":"It works"}') throw new Error(`The health check answers ${health}`);
      return;
    }
    throw new Error("The container ended before it was listening");
  } finally {
    server.kill("SIGTERM");
    await ended;
  }
}

/** With Docker or podman, if one of them has the base image. CONTAINER_BUILD_FLAGS adds options for an engine that needs them. */
function buildImage(project: string, say: (line: string) => void): void {
  const base = process.env.BASE_IMAGE ?? "node:24-slim";
  const engine = ["docker", "podman"].find(
    (name) => spawnSync(name, ["image", "inspect", base], { stdio: "ignore" }).status === 0,
  );
  if (!engine) {
    say("image not tested: no container engine, or no base image");
    return;
  }
  say(`${engine} build`);
  const flags = (process.env.CONTAINER_BUILD_FLAGS ?? "").split(" ").filter(Boolean);
  const args = ["build", ...flags, "--build-arg", `BASE=${base}`, "--tag", "created-project", "."];
  const { status, stderr } = spawnSync(engine, args, { cwd: project, encoding: "utf8" });
  if (status !== 0) throw new Error(`${engine} build failed:\n${stderr}`);
}

/** The packages as the next version, with one change that breaks an owner's file. */
function nextKit(out: string): string {
  packPackages(out);
  const kit = join(out, "kit");
  for (const file of ["dist/index.js", "dist/index.d.ts"])
    edit(
      join(kit, file),
      'export { publicPath } from "./request/request-path',
      'export { publicPath as gone } from "./request/request-path',
    );
  const edits = [
    {
      version: NEXT_VERSION,
      pattern: "\\bpublicPath\\b",
      files: "src/**/*.ts",
      edit: "remove publicPath(...): paths have no trailing slash",
    },
  ];
  writeFileSync(join(kit, "edits.json"), JSON.stringify(edits));
  return release(out, NEXT_VERSION, "- publicPath is gone: paths have no trailing slash.");
}

/** Sets the version of the packages in a folder, and packs them again. */
function release(out: string, version: string, change: string): string {
  for (const archive of globSync("*.tgz", { cwd: out })) rmSync(join(out, archive));
  edit(join(out, "kit/CHANGELOG.md"), "## Unreleased", `## Unreleased\n\n## ${version}\n\n${change}`);
  for (const file of globSync("*/package.json", { cwd: out })) {
    const text = readFileSync(join(out, file), "utf8");
    const manifest = JSON.parse(text);
    const siblings = new RegExp(`("@lambda-express-api/\\w+": )"${manifest.version}"`, "g");
    const next = text.replaceAll(siblings, `$1"${version}"`);
    writeFileSync(
      join(out, file),
      next.replace(`"version": "${manifest.version}"`, `"version": "${version}"`),
    );
    const args = ["pack", "--silent", "--pack-destination", out];
    execFileSync("npm", args, { cwd: join(out, dirname(file)), stdio: "ignore" });
  }
  return out;
}

/** Replaces a text that must exist. */
function edit(file: string, known: string, replacement: string): void {
  const before = readFileSync(file, "utf8");
  if (!before.includes(known)) throw new Error(`${file} has no ${JSON.stringify(known)} to edit`);
  writeFileSync(file, before.replaceAll(known, replacement));
}

if (import.meta.main) await checkCreatedProject(console.log);
