// `npm run keys -- create SUBJECT [--scopes A,B] [--days N] | list | revoke PREFIX [--stage S]` manages API keys in the API's
// service `apiKeys`, with the settings of a stage.

import { parseArgs } from "node:util";
import { apiFolder, loadApi } from "@lambda-express-api/build/api-folder.ts";
import { readStageEnvironment, stageWithoutFile } from "@lambda-express-api/infra/stage-environment.ts";
import type { ApiKeyStore, StoredApiKey } from "@lambda-express-api/kit/auth/api-key-store.ts";
import { createApiKey } from "@lambda-express-api/kit/auth/api-keys.ts";
import { ConfigError, loadConfig } from "@lambda-express-api/kit/config.ts";
import { createLog } from "@lambda-express-api/kit/log.ts";
import { createServices } from "@lambda-express-api/kit/services.ts";
import { exitCodeOf, PlainError } from "./command.ts";

const USAGE =
  "npm run keys -- create SUBJECT [--scopes A,B] [--days N] | list | revoke PREFIX [--stage STAGE] [--api FOLDER]";
const OPTIONS = {
  stage: { type: "string", default: "dev" },
  api: { type: "string", default: "." },
  scopes: { type: "string" },
  days: { type: "string" },
} as const;
const DAY_MILLISECONDS = 86_400_000;

interface Asked {
  readonly action: "create" | "list" | "revoke";
  /** A subject or a prefix. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly days: number | undefined;
  readonly stage: string;
  readonly api: string;
}

async function keys(): Promise<number> {
  const asked = readArguments(process.argv.slice(2));
  const { services, close } = await servicesOf(asked);
  try {
    const store = (await services.apiKeys) as ApiKeyStore | undefined;
    if (!store) {
      throw new PlainError(
        "The API does not have an apiKeys service, which stores the keys; declare it in src/api.ts: services: { apiKeys }.",
      );
    }
    if (asked.action === "create") await create(store, asked);
    else if (asked.action === "list") await list(store);
    else await revoke(store, asked.name);
    return 0;
  } finally {
    await close();
  }
}

async function create(store: ApiKeyStore, { name: subject, scopes, days }: Asked): Promise<void> {
  if (!store.add) throw missing("add");
  const expiresAt =
    days === undefined ? undefined : new Date(Date.now() + days * DAY_MILLISECONDS).toISOString();
  const { key, stored } = createApiKey({ subject, scopes, ...(expiresAt && { expiresAt }) });
  await store.add(stored);
  // Alone on stdout, so that it can be piped.
  console.log(key);
  console.error(
    `${describeKey(stored)}\nCopy the key now. The API stores only its hash, so you cannot see it again.`,
  );
}

async function list(store: ApiKeyStore): Promise<void> {
  if (!store.list) throw missing("list");
  const kept = await store.list();
  for (const key of kept) console.log(describeKey(key));
  if (kept.length === 0) console.log("There are no API keys yet.");
}

async function revoke(store: ApiKeyStore, prefix: string): Promise<void> {
  if (!store.revoke) throw missing("revoke");
  const isKnown = await store.revoke(prefix, new Date().toISOString());
  if (!isKnown) throw new PlainError(`Unknown key ${prefix}; npm run keys -- list shows all keys.`);
  console.log(`${prefix} is revoked.`);
}

function describeKey({ prefix, subject, scopes, createdAt, expiresAt, revokedAt }: StoredApiKey): string {
  const state = revokedAt
    ? `revoked ${revokedAt}`
    : expiresAt
      ? `${Date.parse(expiresAt) > Date.now() ? "expires" : "expired"} ${expiresAt}`
      : "does not expire";
  return `${prefix} ${subject} (${scopes.join(", ") || "no scopes"}), created ${createdAt}, ${state}`;
}

function missing(method: string): PlainError {
  return new PlainError(
    `The API's apiKeys service does not have ${method}(); add it, or change the keys directly in the database.`,
  );
}

/** The API's services, with the settings of the stage. They are the same in each runtime. */
async function servicesOf({ api: folder, stage }: Asked) {
  const api = await loadApi(apiFolder(folder));
  const environment = { ...readStageEnvironment(stage), RUNTIME: "CONTAINERIZED" };
  try {
    const config = loadConfig(environment, { settings: api.settings });
    return createServices(api.services, { config, log: createLog((line) => process.stderr.write(line)) });
  } catch (error) {
    if (error instanceof ConfigError)
      throw new PlainError(stageWithoutFile(stage, environment) ?? error.message);
    throw error;
  }
}

function readArguments(args: string[]): Asked {
  const { values, positionals } = parse(args);
  const [action = "", name, ...more] = positionals;
  if (action !== "create" && action !== "list" && action !== "revoke")
    throw new PlainError(`Enter an action: ${USAGE}`);
  if ((action === "list") === (name !== undefined) || more.length > 0) {
    const needs = {
      create: "requires one subject, for example warehouse-7",
      list: "does not accept a name",
      revoke: "requires one prefix",
    };
    throw new PlainError(`${action} ${needs[action]}: ${USAGE}`);
  }
  if (action !== "create" && (values.scopes !== undefined || values.days !== undefined))
    throw new PlainError(`${action} does not accept --scopes or --days: ${USAGE}`);
  const scopes = values.scopes?.split(",") ?? [];
  // RFC 6749, section 3.3.
  const wrong = scopes.find((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope));
  if (wrong !== undefined)
    throw new PlainError(
      `"${wrong}" is not a valid scope; use letters, digits and punctuation without spaces, for example --scopes stock:read,stock:write`,
    );
  const days = values.days === undefined ? undefined : Number(values.days);
  if (days !== undefined && !(Number.isInteger(days) && days >= 1 && days <= 3650))
    throw new PlainError(
      `--days is "${values.days}"; use a whole number from 1 to 3650, for example --days 365.`,
    );
  return { action, name: name ?? "", scopes, days, stage: values.stage, api: values.api };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch {
    throw new PlainError(`Cannot read "${args.join(" ")}"; write: ${USAGE}`);
  }
}

process.exitCode = await exitCodeOf(keys);
