// `npm start` and `npm run dev` run the API of `--api FOLDER` and an identity provider with callers, until Ctrl-C.

import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { apiFolder } from "@lambda-express-api/build/api-folder.ts";
import { makeMissingDocsFiles } from "@lambda-express-api/build/docs-files.ts";
import { settings } from "@lambda-express-api/kit/config.ts";
import { enabledRoutes } from "@lambda-express-api/kit/enabled-routes.ts";
import { exitCodeOf, PlainError } from "./command.ts";
import { startIdentity } from "./identity/start-identity.ts";
import { type LocalApi, loadLocalApi } from "./local-stack.ts";
import { oneLineARequest } from "./one-line-a-request.ts";
import { DEFAULT_PORT, readOptions, type StartOptions } from "./options.ts";
import { localEnvironment } from "./runtimes/api-environment.ts";
import { startContainerized } from "./runtimes/containerized.ts";
import { localUrl, startLambda } from "./runtimes/lambda.ts";
import type { Runtime } from "./runtimes/runtime.ts";
import { welcome } from "./welcome.ts";

const print = (line: string) => console.log(line);

/** How often it checks that the shell that started it still runs. */
const ORPHAN_CHECK_MS = 250;

/** Runs until a signal or the API's end. Returns the exit code. */
async function start(): Promise<number> {
  const { IDENTITY_PROVIDER } = localEnvironment();
  const options = readOptions(process.argv.slice(2), { ...process.env, IDENTITY_PROVIDER });
  const stop = stopSignal();
  const stopRequested = new Promise<undefined>((resolve) => {
    stop.addEventListener("abort", () => resolve(undefined));
  });
  await refuseTakenPort(options.port);
  await makeMissingDocsFiles();
  const local = await loadLocalApi(apiFolder(options.api));
  refuseMissingEntry(options.runtime === "lambda" ? local.folder.lambdaEntry : local.folder.containerEntry);
  const stack = await startStack(options, local, stop).catch((error) => {
    if (stop.aborted) return undefined;
    throw error;
  });
  if (stack === undefined) return 0;

  const { runtime, identity } = stack;
  print(
    welcome({
      runtime,
      identity,
      callers: local.callers,
      routes: await enabledRoutes(local.api, runtime.features),
      demoCommand: demoCommand(local, runtime),
      reload: options.reload,
      startSeconds: process.uptime(),
    }),
  );
  const death = await Promise.race([runtime.died, stopRequested]);
  await stack.close();
  if (death !== undefined) throw new PlainError(`${death} npm start stopped everything else too.`);
  return 0;
}

/** The demo finds an API on the default port without --url. */
function demoCommand({ folder, mappingKey }: LocalApi, { baseUrl }: Runtime): string | undefined {
  if (!existsSync(folder.demoModule)) return undefined;
  return baseUrl === localUrl(DEFAULT_PORT, mappingKey) ? "npm run demo" : `npm run demo -- --url ${baseUrl}`;
}

function refuseMissingEntry(entry: string): void {
  if (!existsSync(entry))
    throw new PlainError(`${entry} does not exist; create it, or choose the other runtime with --runtime.`);
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop.abort());

  // npm runs this in a shell. When npm is killed, the shell may die without passing the signal on.
  const shell = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => {
      if (process.ppid !== shell) stop.abort();
    }, ORPHAN_CHECK_MS).unref();
  }
  return stop.signal;
}

async function startStack(
  { identity: identityName, port, reload, runtime: name, verbose }: StartOptions,
  local: LocalApi,
  signal: AbortSignal,
) {
  const { JWT_AUTHORIZATION_GROUPS_ATTR_NAME, JWT_TOKEN_USE } = localEnvironment();
  const identity = await startIdentity(identityName, Object.values(local.callers), {
    groupsClaim: JWT_AUTHORIZATION_GROUPS_ATTR_NAME || undefined,
    tokenUse: settings.JWT_TOKEN_USE.parse(JWT_TOKEN_USE ?? ""),
  });
  try {
    const options = { local, identity, port, reload, print: verbose ? print : oneLineARequest(print) };
    const runtime =
      name === "lambda" ? await startLambda(options) : await startContainerized({ ...options, signal });
    return {
      identity,
      runtime,
      async close() {
        await runtime.close();
        await identity.close();
      },
    };
  } catch (error) {
    await identity.close();
    throw error;
  }
}

/** Checked first, because the API would find out only after everything else has started. */
async function refuseTakenPort(port: number) {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "is already in use" : `cannot be used (${code})`;
    throw new PlainError(
      `Port ${port} ${reason}; choose another, for example npm start -- --port 4000, or use 0 for any free port.`,
    );
  }
  probe.close();
  await once(probe, "close");
}

// While Node ends by itself, a second Ctrl-C, which npm passes on, would kill it: the exit code would be lost.
process.exit(await exitCodeOf(start));
