// Tests `npm run groups` with stand-ins for firebase-admin and Cognito's SDK, which owners install and which call the provider.
// The stand-ins keep accounts in a file, and answer and refuse as the real SDKs are documented to.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { run } from "../test/run.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "groups-"));
  save("package.json", "{}");
});
afterEach(() => rmSync(folder, { recursive: true }));

function save(file: string, content: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
}

const accounts = () => JSON.parse(readFileSync(join(folder, "accounts.json"), "utf8"));

const groups = (args: readonly string[], environment: Record<string, string> = {}) =>
  run("../src/groups.ts", { args: [...args], environment, cwd: folder }).ended;

const ACCOUNTS = `
const fs = require("node:fs");
const file = process.cwd() + "/accounts.json";
exports.read = () => JSON.parse(fs.readFileSync(file, "utf8"));
exports.write = (accounts) => fs.writeFileSync(file, JSON.stringify(accounts));
exports.refuse = (name, message) => { throw Object.assign(new Error(message), { code: name, name }); };
`;

const FIREBASE = { IDENTITY_PROVIDER: "firebase", FIREBASE_PROJECT_ID: "my-project" };
const FIREBASE_APP = "exports.initializeApp = ({ projectId }) => ({ projectId });";
const FIREBASE_AUTH = `
const { read, write, refuse } = require("../accounts.js");
exports.getAuth = ({ projectId }) => ({
  async getUserByEmail(email) {
    if (process.env.NO_CREDENTIALS) refuse("app/invalid-credential", "Could not load the default credentials.");
    const user = read()[projectId + " " + email];
    if (!user) refuse("auth/user-not-found", "There is no user record");
    return user;
  },
  async createUser({ email, emailVerified, password }) {
    const name = projectId + " " + email;
    if (read()[name]) refuse("auth/email-already-exists", "The email address is already in use");
    if (password.length < 6) refuse("auth/invalid-password", "The password must be a string with at least 6 characters.");
    write({ ...read(), [name]: { uid: "new", password, emailVerified } });
  },
  async setCustomUserClaims(uid, customClaims) {
    const users = read();
    const [name, user] = Object.entries(users).find(([, user]) => user.uid === uid);
    const { customClaims: _, ...others } = user;
    write({ ...users, [name]: { ...others, ...(customClaims && { customClaims }) } });
  },
});
`;

const COGNITO = { IDENTITY_PROVIDER: "cognito", COGNITO_USER_POOL_ID: "eu-west-1_AbCdEfGhI" };
const COGNITO_SDK = `
const { read, write, refuse } = require("../../accounts.js");
const command = (run) => class { constructor(input) { this.input = input; this.run = run; } };
const groupsOf = ({ UserPoolId, Username }) =>
  read()[UserPoolId + " " + Username] ?? refuse("UserNotFoundException", "User does not exist.");
const put = ({ UserPoolId, Username }, groups) => write({ ...read(), [UserPoolId + " " + Username]: groups });
exports.CognitoIdentityProviderClient = class {
  constructor({ region }) { this.region = region; }
  async send({ input, run }) {
    if (this.region !== "eu-west-1") refuse("WrongRegion", this.region);
    return run(input);
  }
};
exports.AdminCreateUserCommand = command((input) => {
  if (read()[input.UserPoolId + " " + input.Username]) refuse("UsernameExistsException", "User account already exists");
  if (input.MessageAction !== "SUPPRESS") refuse("Mailed", "");
  put(input, []);
});
exports.AdminSetUserPasswordCommand = command(({ Password, Permanent }) => {
  if (Password.length < 8) refuse("InvalidPasswordException", "Password not long enough");
  write({ ...read(), password: Permanent && Password });
});
exports.AdminListGroupsForUserCommand = command((input) => {
  // Each page has one group, so the caller must paginate.
  const at = Number(input.NextToken ?? 0), groups = groupsOf(input);
  return {
    Groups: groups.slice(at, at + 1).map((GroupName) => ({ GroupName })),
    ...(at + 1 < groups.length && { NextToken: String(at + 1) }),
  };
});
exports.AdminAddUserToGroupCommand = command((input) => {
  if (!["USERS", "ADMINS", "STAFF"].includes(input.GroupName)) refuse("ResourceNotFoundException", "Group not found.");
  put(input, [...groupsOf(input), input.GroupName]);
});
exports.AdminRemoveUserFromGroupCommand = command((input) =>
  put(input, groupsOf(input).filter((group) => group !== input.GroupName)));
`;

function install(): void {
  save("node_modules/accounts.js", ACCOUNTS);
  save("node_modules/firebase-admin/package.json", '{ "name": "firebase-admin" }');
  save("node_modules/firebase-admin/app.js", FIREBASE_APP);
  save("node_modules/firebase-admin/auth.js", FIREBASE_AUTH);
  save("node_modules/@aws-sdk/client-cognito-identity-provider/index.js", COGNITO_SDK);
}

const EMAIL = "admin@example.com";
const LATER = "Existing tokens still contain the old groups. Sign in again, or refresh the tokens.\n";

describe("with Firebase (stand-in)", () => {
  const before = { uid: "1", customClaims: { plan: "gold", groups: ["USERS"] } };
  const claims = () => accounts()[`my-project ${EMAIL}`].customClaims;
  beforeEach(() => {
    install();
    save("accounts.json", JSON.stringify({ [`my-project ${EMAIL}`]: before }));
  });

  for (const [args, expected, said] of [
    [["list", EMAIL], ["USERS"], `${EMAIL}: USERS\n`],
    [["add", EMAIL, "ADMINS", "USERS"], ["USERS", "ADMINS"], `${EMAIL}: USERS, ADMINS\n${LATER}`],
    [["set", EMAIL, "ADMINS"], ["ADMINS"], `${EMAIL}: ADMINS\n${LATER}`],
    [["remove", EMAIL, "USERS"], undefined, `${EMAIL}: no group\n${LATER}`],
    [["set", EMAIL], undefined, `${EMAIL}: no group\n${LATER}`],
  ] as const) {
    test(`${args.join(" ")} keeps the other claims of the account`, async () => {
      const { exitCode, output } = await groups(args, FIREBASE);
      assert.deepEqual([exitCode, output], [0, said]);
      assert.deepEqual(claims(), { plan: "gold", ...(expected && { groups: expected }) });
    });
  }

  test("create makes an account in the groups, with the password of DEMO_PASSWORD", async () => {
    const environment = { ...FIREBASE, DEMO_PASSWORD: "not-secret" };
    const { exitCode, output } = await groups(["create", "new@example.com", "ADMINS"], environment);
    const said = "new@example.com can sign in with the password in DEMO_PASSWORD\nnew@example.com: ADMINS\n";
    assert.deepEqual([exitCode, output], [0, said]);
    const account = {
      uid: "new",
      password: "not-secret",
      emailVerified: true,
      customClaims: { groups: ["ADMINS"] },
    };
    assert.deepEqual(accounts()["my-project new@example.com"], account);
  });

  test("create generates a password if DEMO_PASSWORD is not set, and shows it once", async () => {
    const { output } = await groups(["create", "new@example.com"], FIREBASE);
    const [, password = ""] = /with the password (\S{20,})\n/.exec(output) ?? [];
    assert.deepEqual(accounts()["my-project new@example.com"], { uid: "new", password, emailVerified: true });
    assert.ok(output.endsWith("new@example.com: no group\n"), output);
  });

  test("removing the last group of an account without other claims leaves no claims", async () => {
    save(
      "accounts.json",
      JSON.stringify({ [`my-project ${EMAIL}`]: { uid: "1", customClaims: { groups: ["A"] } } }),
    );
    assert.equal((await groups(["set", EMAIL], FIREBASE)).exitCode, 0);
    assert.deepEqual(accounts(), { [`my-project ${EMAIL}`]: { uid: "1" } });
  });

  test("writes the groups to the claim that the settings name, in the issuer's project", async () => {
    const environment = {
      JWT_ISSUER: "https://securetoken.google.com/my-project",
      JWT_AUTHORIZATION_GROUPS_ATTR_NAME: "teams",
    };
    await groups(["add", EMAIL, "STAFF"], environment);
    assert.deepEqual(claims(), { plan: "gold", groups: ["USERS"], teams: ["STAFF"] });
  });

  test("--stage chooses the settings, and the environment overrides them", async () => {
    save(".env.dev", "FIREBASE_PROJECT_ID=other-project\n");
    save(".env.live", "FIREBASE_PROJECT_ID=my-project\n");
    assert.match(
      (await groups(["list", EMAIL])).output,
      /The project other-project does not have the account/,
    );
    assert.equal((await groups(["list", EMAIL, "--stage", "live"])).output, `${EMAIL}: USERS\n`);
  });
});

describe("with Cognito (stand-in)", () => {
  const pool = `${COGNITO.COGNITO_USER_POOL_ID} ${EMAIL}`;
  beforeEach(() => {
    install();
    save("accounts.json", JSON.stringify({ [pool]: ["USERS", "STAFF"] }));
  });

  for (const [args, expected] of [
    [
      ["list", EMAIL],
      ["USERS", "STAFF"],
    ],
    [
      ["add", EMAIL, "ADMINS", "USERS"],
      ["USERS", "STAFF", "ADMINS"],
    ],
    [["set", EMAIL, "ADMINS"], ["ADMINS"]],
    [["remove", EMAIL, "USERS"], ["STAFF"]],
    [["set", EMAIL], []],
  ] as const) {
    test(`${args.join(" ")} puts the user into ${expected.join(" and ") || "no group"}`, async () => {
      const { exitCode, output } = await groups(args, COGNITO);
      assert.equal(exitCode, 0, output);
      assert.ok(output.startsWith(`${EMAIL}: ${expected.join(", ") || "no group"}\n`), output);
      assert.deepEqual(accounts()[pool], expected);
    });
  }

  test("create makes a user in the groups, with a permanent password", async () => {
    const environment = { ...COGNITO, DEMO_PASSWORD: "Not-secret-1" };
    const { exitCode, output } = await groups(["create", "new@example.com", "ADMINS"], environment);
    assert.equal(exitCode, 0, output);
    assert.deepEqual(accounts()[`${COGNITO.COGNITO_USER_POOL_ID} new@example.com`], ["ADMINS"]);
    assert.equal(accounts().password, "Not-secret-1");
  });

  test("a group that does not exist changes nothing, and the message says how to create it", async () => {
    const { exitCode, output } = await groups(["set", EMAIL, "OWNERS"], COGNITO);
    assert.equal(exitCode, 1);
    assert.match(
      output,
      /does not have the group OWNERS; create it with: aws cognito-idp create-group .*--group-name OWNERS\n$/,
    );
    assert.deepEqual(accounts()[pool], ["USERS", "STAFF"]);
  });
});

describe("refuses with one line that says what to do", () => {
  for (const [title, args, environment, sentence] of [
    ["nothing to do", [], FIREBASE, /^Enter an action: npm run groups -- list\|set/],
    ["an unknown word", ["grant", EMAIL, "A"], FIREBASE, /^Enter an action: /],
    ["no account", ["list"], FIREBASE, /^Enter the account's email address: /],
    ["no group", ["add", EMAIL], FIREBASE, /^add requires at least one group: /],
    ["a group to list", ["list", EMAIL, "A"], FIREBASE, /^list does not accept groups: /],
    ["a group with a space", ["add", EMAIL, "a b"], FIREBASE, /^"a b" is not a valid group name; /],
    ["an unknown option", ["list", EMAIL, "--stge"], FIREBASE, /^Cannot read "list .*--stge"; write: /],
    ["no project", ["list", EMAIL], {}, /^FIREBASE_PROJECT_ID is not set; /],
    ["no pool", ["list", EMAIL], { IDENTITY_PROVIDER: "cognito" }, /^COGNITO_USER_POOL_ID is not set; /],
    [
      "Auth0",
      ["list", EMAIL],
      { IDENTITY_PROVIDER: "auth0" },
      /^This command cannot change groups in Auth0; /,
    ],
    [
      "another provider",
      ["list", EMAIL],
      { IDENTITY_PROVIDER: "oidc" },
      /^This command cannot change groups in this provider; /,
    ],
    [
      "an unknown account",
      ["list", "who@example.com"],
      FIREBASE,
      /^The project my-project does not have the account who@/,
    ],
    [
      "an unknown user",
      ["list", "who@example.com"],
      COGNITO,
      /^The user pool eu-west-1_AbCdEfGhI does not have the user who@/,
    ],
    [
      "no credentials",
      ["list", EMAIL],
      { ...FIREBASE, NO_CREDENTIALS: "1" },
      /^Firebase rejected the request \(app\/invalid-credential\); sign in with gcloud .* in my-project\.$/,
    ],
    [
      "an account that exists in Firebase",
      ["create", "there@example.com"],
      FIREBASE,
      /^The project my-project already has the account there@example\.com; use set instead of create\.$/,
    ],
    [
      "a user who exists in Cognito",
      ["create", "there@example.com"],
      COGNITO,
      /already has the user there@example\.com; use set instead of create\.$/,
    ],
    [
      "a password that Firebase refuses",
      ["create", EMAIL],
      { ...FIREBASE, DEMO_PASSWORD: "short" },
      /^Firebase rejected the password; DEMO_PASSWORD must have at least six/,
    ],
    [
      "a password that the user pool refuses",
      ["create", EMAIL],
      { ...COGNITO, DEMO_PASSWORD: "short" },
      /rejected the password \(Password not long enough\), .*; set another with: aws cognito-idp admin-set/,
    ],
  ] as const) {
    test(title, async () => {
      install();
      const there = "there@example.com";
      const [project, pool] = [FIREBASE.FIREBASE_PROJECT_ID, COGNITO.COGNITO_USER_POOL_ID];
      save(
        "accounts.json",
        JSON.stringify({ [`${project} ${there}`]: { uid: "1" }, [`${pool} ${there}`]: [] }),
      );
      const { exitCode, output } = await groups(args, environment);
      assert.equal(exitCode, 1, output);
      assert.match(output.trimEnd(), sentence);
      assert.equal(output.trimEnd().split("\n").length, 1, output);
    });
  }

  for (const [name, environment] of [
    ["firebase-admin", FIREBASE],
    ["@aws-sdk/client-cognito-identity-provider", COGNITO],
  ] as const) {
    test(`${name} if it is not installed`, async () => {
      const { exitCode, output } = await groups(["list", EMAIL], environment);
      assert.equal(exitCode, 1);
      assert.match(
        output,
        new RegExp(`^${name}, which .*, is not installed; .*npm install --save-dev ${name}\n$`),
      );
    });
  }
});
