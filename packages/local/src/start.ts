// `npm start` and `npm run dev`: an identity provider with callers in it, and the API in front of it, until Ctrl-C.

import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { exitCodeOf, PlainError } from "./command.ts";
import { startIdentity } from "./identity/start-identity.ts";
import { readOptions, type StartOptions } from "./options.ts";
import { startContainerized } from "./runtimes/containerized.ts";
import { startLambda } from "./runtimes/lambda.ts";
import { welcome } from "./welcome.ts";

const api = {
  lambda: fileURLToPath(new URL("../../api/src/runtime/lambda/main.ts", import.meta.url)),
  containerized: fileURLToPath(new URL("../../api/src/runtime/container/main.ts", import.meta.url)),
  source: fileURLToPath(new URL("../../api/src", import.meta.url)),
};

const print = (line: string) => console.log(line);

/** How soon we notice that the shell we were started by is gone. */
const ORPHAN_CHECK_MS = 250;

/** Runs until a signal, or until the API dies, and gives the exit code. */
export async function start({
  args = process.argv.slice(2),
  apiEntry = undefined as string | undefined,
  apiSource = api.source,
} = {}) {
  const options = readOptions(args, process.env);
  const stop = stopSignal();
  const stopRequested = new Promise<undefined>((resolve) => {
    stop.addEventListener("abort", () => resolve(undefined));
  });
  const stack = await startStack(options, apiEntry ?? api[options.runtime], apiSource, stop).catch(
    (error) => {
      if (stop.aborted) return undefined;
      throw error;
    },
  );
  if (stack === undefined) return 0;

  const docs = process.env.DOCS !== "off";
  print(welcome({ ...stack, docs, reload: options.reload, startSeconds: process.uptime() }));
  const death = await Promise.race([stack.runtime.died, stopRequested]);
  await stack.close();
  if (death !== undefined) throw new PlainError(`${death} Everything else is stopped too.`);
  return 0;
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop.abort());

  // npm runs us in a shell, and when npm is told to end, the shell may be the last to hear of it.
  const shell = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => {
      if (process.ppid !== shell) stop.abort();
    }, ORPHAN_CHECK_MS).unref();
  }
  return stop.signal;
}

async function startStack(
  { identity: identityName, port, reload, runtime: name }: StartOptions,
  entry: string,
  apiSource: string,
  signal: AbortSignal,
) {
  await refuseTakenPort(port);
  const identity = await startIdentity(
    identityName,
    process.env.JWT_AUTHORIZATION_GROUPS_ATTR_NAME || undefined,
  );
  try {
    const reloadOn = reload ? apiSource : undefined;
    const options = { identity, port, entry, reloadOn, print };
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

/** Asked first, because the API would find out only after everything else has started. */
async function refuseTakenPort(port: number) {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "is taken" : `cannot be used (${code})`;
    throw new PlainError(
      `Port ${port} ${reason}. Choose another, for example: npm start -- --port 4000 (0 is any free port).`,
    );
  }
  probe.close();
  await once(probe, "close");
}

if (import.meta.main) process.exitCode = await exitCodeOf(start);
