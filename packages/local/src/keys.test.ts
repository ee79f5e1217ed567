// Tests `npm run keys` with an API whose store is a file.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { StoredApiKey } from "@lambda-express-api/kit/auth/api-key-store.ts";
import { callerOfApiKey } from "@lambda-express-api/kit/auth/api-keys.ts";
import { testEnvironment } from "@lambda-express-api/kit/testing/test-environment.ts";
import { run } from "../test/run.ts";

const API = fileURLToPath(new URL("../test/fixtures/machines", import.meta.url));
const SHOP = fileURLToPath(new URL("../test/fixtures/shop", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keys-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const kept = (): StoredApiKey[] => JSON.parse(readFileSync(join(folder, "keys.json"), "utf8")).keys;

/** The settings come from the stage's file, as in production, and not from the environment. */
const keys = (args: readonly string[], api = API, environment: NodeJS.ProcessEnv = {}) =>
  run("../src/keys.ts", {
    args: ["--api", api, ...args],
    cwd: folder,
    environment: {
      ...testEnvironment({ settings: {} }),
      RUNTIME: undefined,
      KEYS_FILE: join(folder, "keys.json"),
      SHOP_NAME: "Corner",
      ...environment,
    },
  }).ended;

async function createKey(...args: string[]): Promise<string> {
  const { exitCode, output } = await keys(["create", ...args]);
  assert.equal(exitCode, 0, output);
  return /^key_[0-9a-f]{16}\.[\w-]{43}$/m.exec(output)?.[0] ?? assert.fail(output);
}

describe("npm run keys", () => {
  test("create shows a working key once, and stores only its hash", async () => {
    const key = await createKey("warehouse-7", "--scopes", "stock:read,stock:write", "--days", "30");
    const [stored, ...others] = kept();
    assert.ok(stored && others.length === 0);
    const store = { find: async () => stored };
    const { subject, scopes } = await callerOfApiKey(key, store);
    assert.deepEqual([subject, scopes], ["warehouse-7", ["stock:read", "stock:write"]]);
    await assert.rejects(callerOfApiKey(key, store, Date.now() + 31 * 86_400_000), /expired/);
    assert.ok(!JSON.stringify(stored).includes(key.slice(21)));
  });

  test("list shows each key without its secret, and revoke revokes one", async () => {
    const [first, second] = [await createKey("warehouse-7"), await createKey("warehouse-8", "--scopes", "a")];
    const [prefix = ""] = first.split(".");
    const { exitCode, output } = await keys(["revoke", prefix]);
    assert.deepEqual([exitCode, output], [0, `${prefix} is revoked.\nthe store is closed\n`]);
    const listed = await keys(["list"]);
    assert.match(listed.output, new RegExp(`^${prefix} warehouse-7 \\(no scopes\\), created .*, revoked 20`));
    assert.match(listed.output, /^key_\w+ warehouse-8 \(a\), created .*, does not expire$/m);
    for (const key of [first, second]) assert.ok(!listed.output.includes(key.slice(21)));
    await assert.rejects(callerOfApiKey(first, { find: async () => kept()[0] }), /revoked/);
  });

  test("list of an empty store says so", async () => {
    assert.match((await keys(["list"])).output, /^There are no API keys yet\./);
  });

  for (const [what, args, sentence] of [
    ["no action", [], /^Enter an action: npm run keys -- create SUBJECT/],
    ["an unknown action", ["rotate"], /^Enter an action: /],
    [
      "create without a subject",
      ["create"],
      /^create requires one subject, for example warehouse-7: npm run/,
    ],
    ["list of one key", ["list", "key_1"], /^list does not accept a name: /],
    ["revoke of two keys", ["revoke", "key_1", "key_2"], /^revoke requires one prefix: /],
    [
      "revoke with scopes",
      ["revoke", "key_1", "--scopes", "a"],
      /^revoke does not accept --scopes or --days: /,
    ],
    ["an unknown flag", ["list", "--all"], /^Cannot read ".*list --all"; write: npm run keys/],
    ["a scope with a space", ["create", "a", "--scopes", "a b"], /^"a b" is not a valid scope; use /],
    ["no scope", ["create", "a", "--scopes", ""], /^"" is not a valid scope; use /],
    [
      "half a day",
      ["create", "a", "--days", "0.5"],
      /^--days is "0.5"; use a whole number from 1 to 3650, for example /,
    ],
    ["an unknown key", ["revoke", "key_1"], /^Unknown key key_1; npm run keys -- list shows all keys\.$/m],
  ] as const) {
    test(`refuses ${what} with a clear message`, async () => {
      const { exitCode, output } = await keys(args);
      assert.equal(exitCode, 1);
      assert.match(output, sentence);
      assert.doesNotMatch(output, /\n {4}at /);
    });
  }

  test("explains a missing store and a missing setting", async () => {
    assert.match(
      (await keys(["list"], SHOP)).output,
      /^The API does not have an apiKeys service, which stores /,
    );
    const { exitCode, output } = await keys(["list"], API, { KEYS_FILE: undefined });
    assert.equal(exitCode, 1);
    assert.match(output, /^KEYS_FILE is not set; /);
    const mistyped = { JWT_ISSUER: undefined, IDENTITY_PROVIDER: undefined };
    assert.equal(
      (await keys(["list", "--stage", "nope"], API, mistyped)).output,
      ".env.nope does not exist, and IDENTITY_PROVIDER is not set; check the stage name, or copy .env.example to .env.nope and enter your values.\n",
    );
  });
});
