// `npm run groups -- list|set|add|remove|create EMAIL [GROUP ...] [--stage S]` shows and changes an account's groups at the
// identity provider of a stage. It makes the first admin.

import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { readStageEnvironment } from "@lambda-express-api/infra/stage-environment.ts";
import { exitCodeOf, PlainError } from "./command.ts";
import { createCognitoGroups } from "./groups/cognito-groups.ts";
import { createFirebaseGroups } from "./groups/firebase-groups.ts";
import type { GroupDirectory } from "./groups/group-directory.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const USAGE = "npm run groups -- list|set|add|remove|create EMAIL [GROUP ...] [--stage STAGE]";

/** The account's groups after each action. */
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
      `${email} can sign in with the password ${environment.DEMO_PASSWORD ? "in DEMO_PASSWORD" : password}`,
    );
  }
  const before = await directory.groupsOf(email);
  const after = CHANGES[what]?.(before, named) ?? before;
  if (what !== "list" && !(what === "create" && after.length === 0)) await directory.setGroups(email, after);
  console.log(`${email}: ${after.join(", ") || "no group"}`);
  if (what !== "list" && what !== "create") {
    console.log("Existing tokens still contain the old groups. Sign in again, or refresh the tokens.");
  }
  return 0;
}

/** Has every kind of character that a user pool's policy can require: upper case, lower case, digit and symbol. */
function randomPassword(): string {
  return `${randomBytes(15).toString("base64url")}-Aa1`;
}

function readArguments(args: string[]) {
  const { values, positionals } = parse(args);
  const [what = "", email = "", ...named] = positionals;
  if (!Object.hasOwn(CHANGES, what)) throw new PlainError(`Enter an action: ${USAGE}`);
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw new PlainError(`Enter the account's email address: ${USAGE}`);
  const needsGroups = what === "add" || what === "remove";
  if (needsGroups === (named.length === 0) && what !== "set" && what !== "create") {
    throw new PlainError(
      `${what} ${needsGroups ? "requires at least one group" : "does not accept groups"}: ${USAGE}`,
    );
  }
  const wrong = named.find((group) => !/^[\x21-\x7e]{1,128}$/.test(group));
  if (wrong !== undefined) {
    throw new PlainError(
      `"${wrong}" is not a valid group name; use up to 128 letters, digits and punctuation characters without spaces, for example ADMINS.`,
    );
  }
  return { what, email, named, stage: values.stage };
}

function parse(args: string[]) {
  try {
    // Accepted because a project's script may pass it; groups do not depend on the API.
    const options = { stage: { type: "string", default: "dev" }, api: { type: "string" } } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    throw new PlainError(`Cannot read "${args.join(" ")}"; write: ${USAGE}`);
  }
}

const FIREBASE_ISSUER = /^https:\/\/securetoken\.google\.com\/([^/]+)$/;

/**
 * The group directory of the provider in a stage's settings.
 *
 * @param folder where to look for the provider's SDK.
 * @throws PlainError for a provider whose groups can only be changed in its own console.
 */
function directoryOf(environment: Environment, folder: string): GroupDirectory {
  switch (environment.IDENTITY_PROVIDER || "firebase") {
    case "firebase": {
      const projectId =
        environment.FIREBASE_PROJECT_ID || FIREBASE_ISSUER.exec(environment.JWT_ISSUER ?? "")?.[1];
      if (!projectId) {
        throw new PlainError(
          "FIREBASE_PROJECT_ID is not set; set it to your project ID, for example in .env.dev, or select another stage with --stage.",
        );
      }
      const groupsClaim = environment.JWT_AUTHORIZATION_GROUPS_ATTR_NAME || "groups";
      return createFirebaseGroups({ projectId, groupsClaim, folder });
    }
    case "cognito": {
      const { COGNITO_USER_POOL_ID: userPoolId, COGNITO_URL: endpoint } = environment;
      if (!userPoolId) {
        throw new PlainError(
          "COGNITO_USER_POOL_ID is not set; set it to your user pool ID, for example in .env.dev, or select another stage with --stage.",
        );
      }
      return createCognitoGroups({ userPoolId, endpoint, folder });
    }
    case "auth0":
      throw new PlainError(
        "This command cannot change groups in Auth0; in Auth0's dashboard, give the user a role or app_metadata, and set the groups claim in a post-login Action.",
      );
    default:
      throw new PlainError(
        "This command cannot change groups in this provider; change them in the provider's console, and map them to a list in the claim set in JWT_AUTHORIZATION_GROUPS_ATTR_NAME.",
      );
  }
}

process.exitCode = await exitCodeOf(groups);
