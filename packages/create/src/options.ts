import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CreateError } from "./create-project.ts";
import { IS_PUBLISHED } from "./repository.ts";

export const IDENTITIES = ["firebase", "cognito", "auth0", "oidc"] as const;
export const DELIVERIES = ["none", "github", "codepipeline"] as const;

export interface CreateOptions {
  /** Absolute. It does not exist or is empty. */
  readonly folder: string;
  /** The name of the package, the API and its resources. */
  readonly name: string;
  /** The identity provider in production. */
  readonly identity: (typeof IDENTITIES)[number];
  readonly delivery: (typeof DELIVERIES)[number];
  /** Whether the API has the original's messages. */
  readonly demo: boolean;
  readonly install: boolean;
}

const EXAMPLE = IS_PUBLISHED
  ? "npm create lambda-express-api@latest -- my-api"
  : "npm run create -- ../my-api";

/** The text of `--help`. */
export const USAGE = `${EXAMPLE} [options]

Creates a project in a new or empty folder.

  --name my-api      the name of the package, the API and its resources; default: the folder name
  --identity NAME    the identity provider in production: ${IDENTITIES.join(", ")}; default: firebase
  --delivery NAME    how the project deploys code to AWS: ${DELIVERIES.join(", ")}; default: none
  --demo             uses the messages of the original design in the demo
  --no-install       writes the files without installing packages`;
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** A function's name has at most 64 characters, including stage and component. */
const MAX_NAME_LENGTH = 40;

/**
 * Reads the command line.
 *
 * @returns `undefined` for `--help`.
 * @param cwd the base of a relative folder.
 * @throws CreateError before anything is written.
 */
export function readOptions(args: readonly string[], cwd: string): CreateOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [given, ...rest] = positionals;
  if (given === undefined || rest.length > 0) throw new CreateError(`Enter one folder: ${EXAMPLE}`);
  const folder = resolve(cwd, given);
  const name = values.name ?? basename(folder);
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH) {
    throw new CreateError(
      `"${name}" is not a valid API name; start with a lower-case letter, and use at most ${MAX_NAME_LENGTH} lower-case letters, digits and single hyphens between them, for example --name orders-api.`,
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
        help: { type: "boolean", short: "h", default: false },
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
      `${option} is "${value}"; use one of ${values.join(", ")}, for example ${option} ${values[0]}.`,
    );
  }
  return found;
}

function refuseUsedFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (statSync(folder).isDirectory() && readdirSync(folder).length === 0) return;
  throw new CreateError(`${folder} already exists; use a new folder, for example ../my-api.`);
}
