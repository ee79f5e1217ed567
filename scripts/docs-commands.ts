/**
 * The commands of the docs, and how each is checked. Unlisted commands are refused, so that none runs by accident or goes
 * unchecked.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Servers: each is started where a page has it, on a free port, for the following commands. */
export const STARTED: Readonly<Record<string, { readonly command: string; readonly ready: string }>> = {
  "npm ci && npm start": { command: "npm run --silent start", ready: "Ctrl-C" },
  "npm start -w examples/orders": {
    // npm would end without what it has started.
    command: "env -C examples/orders ../../node_modules/.bin/node local/start.ts",
    ready: "Ctrl-C",
  },
  "npx node packages/gateway/examples/gateway.ts": {
    // Not with npx, which would end before the server does.
    command: "node_modules/.bin/node packages/gateway/examples/gateway.ts",
    ready: "Try http",
  },
};

/** They take minutes, and the last one needs the package registry. This checks that continuous integration runs them. */
const PIPELINE = ["npm ci && npm test", "npm run check", "npm run check:docs", "npm run check:projects"];

const RUN = [
  "curl ",
  "TOKEN=",
  "npm run demo",
  "npm run cost",
  "npm run contract",
  "npx node examples/orders/client/",
];

/** Commands that write files. */
const RUN_IN_COPY = [
  "npm run new",
  "npm run generate",
  "npm run build:docs",
  "npx node --test packages/api/",
  "npx node packages/api/client/",
];

/** Commands that cannot run here, each with the reason. Their scripts, options and files are still checked. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  "npm run deploy": "needs an account",
  "npm run remove": "needs an account",
  "npm run release": "needs an account; packages/delivery/test/release/command.test.ts runs it at a stand-in",
  "npm run rollback":
    "needs an account; packages/delivery/test/release/command.test.ts runs it at a stand-in",
  "npm run doctor":
    "its findings depend on the machine and the account; packages/infra/src/doctor/doctor.test.ts runs it",
  "npm run groups":
    "needs an account at the identity provider; packages/local/src/groups.test.ts runs it with stand-ins",
  "npm run logs": "needs an earlier request; packages/local/src/logs.test.ts runs it",
  "npm run keys": "the app has no keys; packages/local/src/keys.test.ts runs it with an API that has",
  "npm install --save-dev": "needs the package registry",
  "npm install @opentelemetry": "needs the package registry",
  "npm install openapi-fetch": "needs the package registry; it is installed here, for the samples",
  "npm publish": "needs an account at the package registry",
  "npm run demo -- --stage": "needs a deployment; packages/local/src/demo.test.ts runs it against a stand-in",
  "npx lambda-express-api": "a project's command; npm run has the same program here",
  "npx sst": "needs an account",
  "sst ": "needs an account",
  "aws ": "needs an account",
  "gh ": "needs a repository at GitHub",
  "git push": "needs a repository at GitHub",
  "npm version": "commits and tags; scripts/set-version.test.ts runs it",
  "AWS_PROFILE=": "needs an account",
  "docker ": "needs Docker; npm run test:image builds and runs the image",
  "npm start": "STARTED starts it, without options; packages/local/src/start.test.ts with them",
  "npm run dev": "does not end; packages/local/src/start.test.ts runs it",
  "npm run build:lambda": "packages/build/src/lambda.test.ts builds it",
  "npx node packages/build/src/renew-redoc.ts":
    "needs the package registry; packages/build/src/vendored-redoc.test.ts checks what it wrote",
  "npm install --workspace packages/api":
    "needs the package registry; npm run check:projects installs a package into a copy",
  "npm run create": "needs the package registry; npm run check:projects creates a project",
  "npm run screenshots": "needs Chromium",
  "npm run test:image": "needs Docker",
  "npm test": "takes minutes; continuous integration runs it",
  "npm ci": "runs before this check",
  "npm run pack": "packages/gateway/test/published-package.test.ts does it",
  "mkdir -p /tmp/my-api": "packages/gateway/test/published-package.test.ts does it",
  "npm install /tmp/packages/lambda-express-api-gateway":
    "packages/gateway/test/published-package.test.ts does it",
  'npx node --test "packages/gateway': "npm test runs them",
  "npx node --test <file>": "npm test runs them all",
  "npx node packages/gateway/bench/": "takes a minute",
  "npm install --os=":
    "for an owner's project with an addon; packages/build tests the message for a missing one",
  "npm run format": "rewrites files; npm run check compares them",
  "npm create lambda-express-api": "needs the package registry; npm run check:projects creates projects",
  "npm run bench": "takes minutes and needs an idle machine",
};

export type Treatment = "started" | "pipeline" | "run" | "run in a copy" | "not run";

/** How a command is checked; `undefined` if it is not listed. */
export function treatmentOf(command: string): Treatment | undefined {
  const isListed = (list: readonly string[]) => list.some((start) => command.startsWith(start));
  if (Object.hasOwn(STARTED, command)) return "started";
  if (PIPELINE.includes(command)) return "pipeline";
  if (exemptionOf(command)) return "not run";
  if (isListed(RUN_IN_COPY)) return "run in a copy";
  return isListed(RUN) ? "run" : undefined;
}

/** The entry of NOT_RUN for a command, anywhere in the line. */
export function exemptionOf(command: string): string | undefined {
  return Object.keys(NOT_RUN).find((start) => command.startsWith(start) || command.includes(` ${start}`));
}

/** The commands of a shell block, one per line. Continued lines are one command. */
export function commandsOf(code: string): string[] {
  return code
    .replaceAll(/(\\|\||&&)\n\s*/g, (_, end: string) => (end === "\\" ? "" : `${end} `))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Finds unknown scripts, options, programs and files in a command. Each fault is a sentence. */
export function faultsOfCommand(command: string): string[] {
  if (PIPELINE.includes(command)) {
    const steps = readFileSync(".ci/run", "utf8").split("\n");
    const isRun = command.split(" && ").every((part) => steps.includes(`step ${part}`));
    if (!isRun) return [`continuous integration does not run: ${command}`];
  }
  return command.split(/\s(?:&&|\|)\s/).flatMap((part) => {
    const [program, ...args] = part.split(" ");
    if (program === "npm") return faultsOfNpm(args);
    if (part.startsWith(PROJECT_COMMAND)) return faultsOfProjectCommand(part.slice(PROJECT_COMMAND.length));
    const files = program === "npx" || program === "node" ? args.filter(isRepositoryPath) : [];
    const missing = files.filter((file) => globSync(file.replaceAll('"', "")).length === 0);
    const isUnknown = program === "npx" && !existsSync(`node_modules/.bin/${args[0]}`);
    return [
      ...missing.map((file) => `${file} does not exist`),
      ...(isUnknown ? [`npx does not have ${args[0]}`] : []),
    ];
  });
}

/** Files that the examples' commands, a build or `npm run pack` write, and files of other repositories. */
const NOT_HERE = [
  "packages/api/src/routes/orders/",
  "packages/api/dist/",
  "docs/api.md",
  "packages/parser/",
  "packages/api/client/who-am-i.ts",
];

/** Whether a text names a file that must exist. */
export function isRepositoryPath(text: string): boolean {
  const looksLikeIt = /^"?(packages|docs|scripts|examples\/orders|\.ci)\/[^\s<>]+$/.test(text);
  return looksLikeIt && !NOT_HERE.some((folder) => text.startsWith(folder));
}

function faultsOfNpm(args: readonly string[]): string[] {
  const isShort = args[0] === "start" || args[0] === "test";
  if (args[0] !== "run" && !isShort) return [];
  const [name = "", ...rest] = isShort ? args : args.slice(1);
  const folder = rest.includes("-w") ? (rest[rest.indexOf("-w") + 1] ?? "") : ".";
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!Object.hasOwn(scripts, name)) return [`the script ${name} does not exist`];
  const options = rest.slice(rest.indexOf("--") + 1).filter((word) => word.startsWith("--"));
  return options
    .filter((option) => !isOption(name, option))
    .map((option) => `npm run ${name} has no option ${option}`);
}

const PROJECT_COMMAND = "npx lambda-express-api ";

/** A project's command without the program's name: `doctor --stage dev`. */
function faultsOfProjectCommand(command: string): string[] {
  const [given = "", ...options] = command.split(/\s+(?=--)/);
  const program = [process.execPath, "packages/local/src/cli.ts"];
  const known = /the commands are ([^.]+)\./.exec(refusalOf(program))?.[1]?.split(", ") ?? [];
  const name = known.find((each) => `${given} `.startsWith(`${each} `));
  if (name === undefined) return [`lambda-express-api has no command ${given}`];
  const refusal = refusalOf([...program, ...name.split(" "), "--no-such-option"]);
  return options
    .map((option) => option.split(" ")[0] ?? "")
    .filter((option) => !new RegExp(`${option}\\b`).test(refusal))
    .map((option) => `lambda-express-api ${name} has no option ${option}`);
}

/** Commands that list their options when they refuse an unknown one. */
const REFUSES_OPTIONS = [
  "start",
  "dev",
  "demo",
  "new",
  "bench",
  "contract",
  "cost",
  "doctor",
  "generate",
  "groups",
  "keys",
  "logs",
  "release",
  "rollback",
];
const SST_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  deploy: ["--stage"],
  remove: ["--stage"],
};
function isOption(script: string, option: string): boolean {
  if (!REFUSES_OPTIONS.includes(script)) return SST_OPTIONS[script]?.includes(option) ?? false;
  const refusal = refusalOf(["npm", "run", "--silent", script, "--", "--no-such-option"]);
  return new RegExp(`${option}\\b`).test(refusal);
}

const refusals = new Map<string, string>();

/** The output of a refused command. */
function refusalOf([program = "", ...args]: readonly string[]): string {
  const command = [program, ...args].join(" ");
  const known = refusals.get(command);
  if (known !== undefined) return known;
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  refusals.set(command, stdout + stderr);
  return stdout + stderr;
}
