import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CreateError } from "./create-project.ts";

export const IDENTITIES = ["firebase", "cognito", "auth0", "oidc"] as const;
export const DELIVERIES = ["none", "github", "codepipeline"] as const;

export interface CreateOptions {
  /** Absolute; it does not exist, or is empty. */
  readonly folder: string;
  /** Of the package, the API and its resources. */
  readonly name: string;
  /** The provider that production trusts. */
  readonly identity: (typeof IDENTITIES)[number];
  readonly delivery: (typeof DELIVERIES)[number];
  /** Whether the demo's sentences are those of the original design. */
  readonly demo: boolean;
  readonly install: boolean;
}

const USAGE =
  "npm run create -- ../my-api [--name my-api] [--identity firebase|cognito|auth0|oidc] [--delivery none|github|codepipeline] [--demo] [--no-install]";
/** A function's name has at most 64 characters, of which stage and component need some. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 40;
const OLDEST_NODE = 24;

/**
 * Reads the command line.
 *
 * @param cwd what a relative folder is relative to.
 * @throws CreateError, in a sentence, before anything is written.
 */
export function readOptions(
  args: readonly string[],
  cwd: string,
  node = process.versions.node,
): CreateOptions {
  if (Number(node.split(".")[0]) < OLDEST_NODE) {
    throw new CreateError(`This is Node.js ${node}; a project needs Node.js ${OLDEST_NODE} or later.`);
  }
  const { values, positionals } = parse(args);
  const [given, ...rest] = positionals;
  if (given === undefined || rest.length > 0) throw new CreateError(`Name one folder: ${USAGE}`);
  const folder = resolve(cwd, given);
  const name = values.name ?? basename(folder);
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH) {
    throw new CreateError(
      `"${name}" cannot be the name of an API; use at most ${MAX_NAME_LENGTH} lower-case letters, digits and hyphens, for example --name orders-api.`,
    );
  }
  refuseUsedFolder(folder);
  return {
    folder,
    name,
    identity: oneOf("--identity", values.identity, IDENTITIES),
    delivery: oneOf("--delivery", values.delivery, DELIVERIES),
    demo: values.demo,
    install: !values["no-install"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: "string" },
        identity: { type: "string", default: "firebase" },
        delivery: { type: "string", default: "none" },
        demo: { type: "boolean", default: false },
        "no-install": { type: "boolean", default: false },
      },
    });
  } catch {
    throw new CreateError(`Cannot read "${args.join(" ")}"; write: ${USAGE}`);
  }
}

function oneOf<const Values extends readonly string[]>(
  option: string,
  value: string,
  values: Values,
): Values[number] {
  const found = values.find((each) => each === value);
  if (found === undefined) {
    throw new CreateError(
      `${option} is "${value}"; it must be ${values.join(", ")}, for example ${option} ${values[0]}.`,
    );
  }
  return found;
}

function refuseUsedFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (statSync(folder).isDirectory() && readdirSync(folder).length === 0) return;
  throw new CreateError(`${folder} exists already; name a folder that does not, for example ../my-api.`);
}
