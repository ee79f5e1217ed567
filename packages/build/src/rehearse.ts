/**
 * Run in a separate process, in the folder of a built function: answers the requests of a rehearsal (JSON on
 * standard input), loads every endpoint, and writes each file's code cache next to it.
 *
 * A code cache holds the functions compiled so far, hence the requests.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Script } from "node:vm";
import type { Api } from "@lambda-express-api/kit";
import { loadRoute } from "@lambda-express-api/kit/enabled-routes.ts";
import type { LambdaHandler } from "@lambda-express-api/kit/lambda/create-handler.ts";
import { APP_MODULE } from "./app-file.ts";
import { isThrownIn } from "./external-packages.ts";
import { createFileLoader } from "./load-files.ts";
import type { Rehearsal, Rehearsed } from "./rehearsal.ts";

const [entry = "", makesCodeCaches, ...missing] = process.argv.slice(2);
const { everyday, others }: Rehearsal = JSON.parse(readFileSync(0, "utf8"));
const scripts = new Map<string, Script>();
const cached = new Set<string>();

try {
  const { handler, api, jobs } = await loadEntry();
  for (const request of everyday) await answer(handler, request);
  writeCodeCaches();
  // The files of endpoints that are not called are loaded too.
  for (const [key, loadFile] of Object.entries(api.routes))
    await loadOne(key, () => loadRoute(key, loadFile));
  for (const request of others) await answer(handler, request);
  for (const [name, loadJob] of Object.entries(jobs))
    await loadOne(`src/jobs/${name}.ts`, () => loadJobFile(loadJob));
  writeCodeCaches();
} catch (error) {
  process.stderr.write(error instanceof Error ? `${error.message}\n` : `${error}\n`);
  process.exit(1);
}
// Resources that an endpoint's file has opened must not hold up the build.
process.exit();

interface Entry {
  readonly handler: LambdaHandler;
  readonly api: Api;
  readonly jobs: Readonly<Record<string, () => Promise<{ readonly handler?: unknown }>>>;
}

async function loadEntry(): Promise<Entry> {
  if (entry === APP_MODULE) return import(pathToFileURL(entry).href);
  const load = createFileLoader(entry, {
    folder: ".",
    hasCodeCaches: false,
    onRun: (file, script) => scripts.set(file, script),
  });
  return load(entry) as unknown as Entry;
}

async function answer(handler: LambdaHandler, request: Rehearsed): Promise<void> {
  const result = await handler(eventOf(request), {
    awsRequestId: "rehearsal",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:rehearsal",
    getRemainingTimeInMillis: () => 29_000,
  });
  if ("statusCode" in result && result.statusCode === 500) {
    throw new Error(`${request.method} ${request.path} returns 500; the log below explains why.`);
  }
}

async function loadOne(what: string, load: () => Promise<unknown>): Promise<void> {
  try {
    await load();
  } catch (error) {
    if (!isThrownIn(error, missing))
      throw new Error(`${what} cannot be loaded: ${error instanceof Error ? error.stack : error}`);
    process.stderr.write(
      `${what} was not rehearsed, because node_modules does not contain an addon for this machine.\n`,
    );
  }
}

async function loadJobFile(load: Entry["jobs"][string]): Promise<void> {
  if (typeof (await load()).handler !== "function")
    throw new Error("it must export handler: export const handler = createJob(api, ...)");
}

function writeCodeCaches(): void {
  if (makesCodeCaches !== "true") return;
  for (const [file, script] of scripts) {
    if (!cached.has(file)) writeFileSync(`${file}.cache`, script.createCachedData());
    cached.add(file);
  }
}

function eventOf({ path, method, headers = {}, authorizer }: Rehearsed) {
  const domainName = "rehearsal.execute-api.eu-west-1.amazonaws.com";
  const http = {
    method,
    path: `/mvp${path}`,
    protocol: "HTTP/1.1",
    sourceIp: "203.0.113.7",
    userAgent: "none",
  };
  return {
    version: "2.0",
    rawPath: `/mvp${path}`,
    rawQueryString: "",
    headers: { host: domainName, "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https", ...headers },
    requestContext: {
      domainName,
      http,
      requestId: "rehearsal-1",
      stage: "mvp",
      ...(authorizer && { authorizer }),
    },
    isBase64Encoded: false,
  };
}
