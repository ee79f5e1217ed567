// `npm run groups -- list|set|add|remove|create EMAIL [GROUP ...] [--stage S]`: who is in which group at the identity provider
// of a stage. It is how the first admin comes to be.

import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { readStageEnvironment } from "@lambda-express-api/infra/stage-environment.ts";
import { exitCodeOf, PlainError } from "./command.ts";
import { createCognitoGroups } from "./groups/cognito-groups.ts";
import { createFirebaseGroups } from "./groups/firebase-groups.ts";
import type { GroupDirectory } from "./groups/group-directory.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const USAGE = "npm run groups -- list|set|add|remove|create EMAIL [GROUP ...] [--stage STAGE]";

/** What the groups of an account become. */
const CHANGES: Readonly<
  Record<string, (before: readonly string[], named: readonly string[]) => readonly string[]>
> = {
  list: (before) => before,
  set: (_before, named) => [...new Set(named)],
  add: (before, named) => [...new Set([...before, ...named])],
  remove: (before, named) => before.filter((group) => !named.includes(group)),
  create: (_before, named) => [...new Set(named)],
};

async function groups(): Promise<number> {
  const { what, email, named, stage } = readArguments(process.argv.slice(2));
  const environment = readStageEnvironment(stage);
  const directory = directoryOf(environment, process.cwd());
  if (what === "create") {
    const password = environment.DEMO_PASSWORD || randomPassword();
    await directory.create(email, password);
    console.log(
      `${email} can sign in with the password ${environment.DEMO_PASSWORD ? "of DEMO_PASSWORD" : password}`,
    );
  }
  const before = await directory.groupsOf(email);
  const after = CHANGES[what]?.(before, named) ?? before;
  if (what !== "list" && !(what === "create" && after.length === 0)) await directory.setGroups(email, after);
  console.log(`${email}: ${after.join(", ") || "no group"}`);
  if (what !== "list" && what !== "create") {
    console.log("A token that was issued before does not know it: sign in again, or refresh it.");
  }
  return 0;
}

/** Has all that a user pool's policy may ask for: a capital, a small letter, a digit and a sign. */
function randomPassword(): string {
  return `${randomBytes(15).toString("base64url")}-Aa1`;
}

function readArguments(args: string[]) {
  const { values, positionals } = parse(args);
  const [what = "", email = "", ...named] = positionals;
  if (!Object.hasOwn(CHANGES, what)) throw new PlainError(`Say what to do: ${USAGE}`);
  if (!/^[^@\s]+@[^@\s]+$/.test(email))
    throw new PlainError(`Name an account by its e-mail address: ${USAGE}`);
  const needsGroups = what === "add" || what === "remove";
  if (needsGroups === (named.length === 0) && what !== "set" && what !== "create") {
    throw new PlainError(`${what} takes ${needsGroups ? "at least one group" : "no group"}: ${USAGE}`);
  }
  const wrong = named.find((group) => !/^[\x21-\x7e]{1,128}$/.test(group));
  if (wrong !== undefined) {
    throw new PlainError(
      `"${wrong}" cannot be the name of a group; use up to 128 letters, digits and signs without a blank, for example ADMINS.`,
    );
  }
  return { what, email, named, stage: values.stage };
}

function parse(args: string[]) {
  try {
    // The script may say which API it is; groups are the same for all.
    const options = { stage: { type: "string", default: "dev" }, api: { type: "string" } } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    throw new PlainError(`Cannot read "${args.join(" ")}"; write: ${USAGE}`);
  }
}

const FIREBASE_ISSUER = /^https:\/\/securetoken\.google\.com\/([^/]+)$/;

/**
 * The groups of the provider that a stage's settings name.
 *
 * @param folder where the provider's SDK is looked for.
 * @throws PlainError where groups are kept in a place that no program of ours can reach, and says which.
 */
function directoryOf(environment: Environment, folder: string): GroupDirectory {
  switch (environment.IDENTITY_PROVIDER || "firebase") {
    case "firebase": {
      const projectId =
        environment.FIREBASE_PROJECT_ID || FIREBASE_ISSUER.exec(environment.JWT_ISSUER ?? "")?.[1];
      if (!projectId) {
        throw new PlainError(
          "FIREBASE_PROJECT_ID is not set; set it to the project, e.g. in .env.dev, or name --stage.",
        );
      }
      const groupsClaim = environment.JWT_AUTHORIZATION_GROUPS_ATTR_NAME || "groups";
      return createFirebaseGroups({ projectId, groupsClaim, folder });
    }
    case "cognito": {
      const { COGNITO_USER_POOL_ID: userPoolId, COGNITO_URL: endpoint } = environment;
      if (!userPoolId) {
        throw new PlainError(
          "COGNITO_USER_POOL_ID is not set; set it to the user pool, e.g. in .env.dev, or name --stage.",
        );
      }
      return createCognitoGroups({ userPoolId, endpoint, folder });
    }
    case "auth0":
      throw new PlainError(
        "Auth0 has the groups where your post-login Action takes them from: give the user a role, or app_metadata, in its dashboard, and let the Action set the claim.",
      );
    default:
      throw new PlainError(
        "Groups of this provider are changed in its own console; map them to a list in the claim that JWT_AUTHORIZATION_GROUPS_ATTR_NAME names.",
      );
  }
}

process.exitCode = await exitCodeOf(groups);
