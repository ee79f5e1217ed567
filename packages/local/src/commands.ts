/** The commands of a project. Each is a program in one of the kit's packages. */

import { exitCodeOf, PlainError } from "./command.ts";
import { isInstalled, RELEASE } from "./optional-modules.ts";
import { USAGE } from "./usage.ts";

/** Runs a program until it exits. A program that runs when it is imported reads its arguments from `process.argv`. */
type Program = (args: readonly string[]) => Promise<unknown>;

type Name = keyof typeof USAGE;

interface Command {
  readonly program: Program;
  /** Precede the typed arguments. */
  readonly args?: readonly string[];
  /** The program's module, if its package is optional. */
  readonly optionalModule?: string;
}

const start: Program = () => import("./start.ts");
const release = { program: () => import(RELEASE), optionalModule: RELEASE };

const COMMANDS: Readonly<Record<Name, Command>> = {
  start: { program: start },
  dev: { program: start, args: ["--reload"] },
  demo: { program: () => import("./demo.ts") },
  new: { program: () => import("./project/new-endpoint.ts") },
  generate: { program: () => import("./project/generate.ts") },
  contract: { program: () => import("./contract/contract.ts") },
  logs: { program: () => import("./logs.ts") },
  groups: { program: () => import("./groups.ts") },
  keys: { program: () => import("./keys.ts") },
  "build lambda": {
    program: async (args) => (await import("@lambda-express-api/build/lambda.ts")).main(args),
  },
  "build container": {
    program: async (args) => (await import("@lambda-express-api/build/container.ts")).main(args),
  },
  doctor: { program: () => import("@lambda-express-api/infra/doctor/main.ts") },
  // The other commands check Node too. This one is for scripts that start with another program.
  "check-node": { program: async () => {} },
  "code-delivery": { program: () => import("./code-delivery.ts") },
  platform: { program: () => import("@lambda-express-api/infra/testing/unpack.ts") },
  cost: { program: async (args) => (await import("@lambda-express-api/infra/cost.ts")).main(args) },
  update: { program: () => import("./project/update.ts") },
  release: { ...release, args: ["release"] },
  rollback: { ...release, args: ["rollback"] },
};

/**
 * Runs a command.
 *
 * @param typed what was typed after `lambda-express-api`: `["build", "lambda", "--api", "packages/api"]`.
 */
export async function runCommand(typed: readonly string[]): Promise<void> {
  const name = [typed.slice(0, 2).join(" "), typed[0] ?? ""].find(isName);
  if (name === undefined) {
    const commands = `the commands are ${Object.keys(COMMANDS).join(", ")}.`;
    if (asksForHelp(typed)) console.log(`lambda-express-api COMMAND [options]; ${commands}`);
    else
      refuse(
        `${typed.length === 0 ? "Enter a command" : `Unknown command "${typed.join(" ")}"`}; ${commands}`,
      );
    return;
  }
  if (asksForHelp(typed)) {
    console.log(USAGE[name]);
    return;
  }
  const { program, args: before = [], optionalModule } = COMMANDS[name];
  if (optionalModule !== undefined && !isInstalled(optionalModule)) {
    const packageName = optionalModule.split("/", 2).join("/");
    refuse(
      `${name} requires ${packageName}, which is not installed; run: npm install --save-dev ${packageName}`,
    );
    return;
  }
  const args = [...before, ...typed.slice(name.split(" ").length)];
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  const exitCode = await exitCodeOf(async () => {
    await program(args).catch((error) => {
      if (!isOfArguments(error)) throw error;
      throw new PlainError(`Cannot read "${typed.join(" ")}"; write: ${USAGE[name]}`);
    });
    return 0;
  });
  process.exitCode ||= exitCode;
}

function isName(text: string): text is Name {
  return Object.hasOwn(COMMANDS, text);
}

function asksForHelp(typed: readonly string[]): boolean {
  return typed.some((word) => word === "--help" || word === "-h");
}

/** An error of `parseArgs`. */
function isOfArguments(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^ERR_PARSE_ARGS_/.test(String(error.code));
}

function refuse(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
