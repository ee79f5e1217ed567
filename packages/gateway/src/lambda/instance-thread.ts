// Runs in a worker thread as one instance of the function. Loads the handler once, then takes one event at a
// time.

import fs from "node:fs";
import { enableCompileCache, syncBuiltinESMExports } from "node:module";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import { createContext, type FunctionIdentity, type Handler, type Outcome } from "./lambda-function.ts";
import { describeFailure, runHandler } from "./runtime.ts";

export interface InstanceData {
  file: string;
  exportName: string;
  identity: FunctionIdentity;
  /** Where this process keeps compiled code, if it does. */
  compileCache: string | undefined;
}

export interface InstanceEvent {
  requestId: string;
  payload: string;
  traceHeader: string | undefined;
  deadline: number;
}

export type InstanceMessage =
  | { type: "line"; line: string }
  // The answer to loading the handler, then to each event.
  | { type: "outcome"; outcome: Outcome };

const { file, exportName, identity, compileCache } = workerData as InstanceData;
let requestId = "";

captureOutput();
// A thread does not inherit it.
if (compileCache) enableCompileCache(compileCache);
const handler = await loadHandler();
if (handler) {
  parentPort?.on("message", async ({ payload, traceHeader, ...event }: InstanceEvent) => {
    requestId = event.requestId;
    // Like Lambda's runtime: the variable belongs to this thread, and an instance has one event at a time.
    if (traceHeader === undefined) delete process.env._X_AMZN_TRACE_ID;
    else process.env._X_AMZN_TRACE_ID = traceHeader;
    post({ type: "outcome", outcome: await runHandler(handler, payload, createContext(identity, event)) });
  });
  post({ type: "outcome", outcome: { outcome: "returned", payload: "null" } });
}

async function loadHandler(): Promise<Handler<unknown, unknown> | undefined> {
  try {
    const module: Record<string, unknown> = await import(pathToFileURL(file).href);
    const loaded = module[exportName];
    if (typeof loaded === "function") return loaded as Handler<unknown, unknown>;
    throw Object.assign(new Error(`${exportName} is undefined or not exported by ${file}`), {
      name: "Runtime.HandlerNotFound",
    });
  } catch (error) {
    post({ type: "outcome", outcome: describeFailure(error) });
    return undefined;
  }
}

/**
 * Console lines get the form they have in CloudWatch; they travel as messages, so none arrives after its
 * outcome. In Lambda both file descriptors lead to the log; here they would bypass it.
 */
function captureOutput(): void {
  const levels = {
    debug: "DEBUG",
    info: "INFO",
    log: "INFO",
    trace: "TRACE",
    warn: "WARN",
    error: "ERROR",
  } as const;
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...values: unknown[]) => {
      const text = format(...values).replaceAll("\n", "\r");
      post({ type: "line", line: `${new Date().toISOString()}\t${requestId}\t${level}\t${text}` });
    };
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      postText(text);
      const callback = rest.find((argument) => typeof argument === "function");
      if (callback) queueMicrotask(() => callback());
      return true;
    };
  }
  const { writeSync } = fs;
  fs.writeSync = ((descriptor: number, data: string | NodeJS.ArrayBufferView, ...rest: never[]) => {
    if (descriptor !== 1 && descriptor !== 2) return writeSync(descriptor, data as string, ...rest);
    const { buffer, byteOffset, byteLength } = typeof data === "string" ? Buffer.from(data) : data;
    const [start = 0, length = byteLength] = typeof data === "string" ? [] : rest;
    const bytes = Buffer.from(buffer, byteOffset, byteLength).subarray(start, start + length);
    postText(bytes.toString());
    return bytes.length;
  }) as typeof writeSync;
  syncBuiltinESMExports();
}

function postText(text: string): void {
  post({ type: "line", line: text.replace(/\n$/, "") });
}

function post(message: InstanceMessage): void {
  parentPort?.postMessage(message);
}
