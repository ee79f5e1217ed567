/**
 * How much JavaScript a cold start loads: the bytes of every script that V8 gets while a handler is imported
 * and answers one event. V8's own debugger reports them, so that no way of loading can hide a file.
 *
 * `node loaded.js <entry> <event>` writes `{ bytes, files, answer }` to fd 3.
 */
import { Session } from "node:inspector";
import { createContext, lambdaRuntime, tell } from "./lambda.js";

lambdaRuntime();
const [entry, event] = process.argv.slice(2);

const scripts = new Map();
const session = new Session();
session.connect();
session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
session.post("Debugger.enable");
const before = new Set(scripts.keys());

const { handler } = await import(entry);
const answer = await handler(JSON.parse(event), createContext());

let bytes = 0;
let files = 0;
for (const [scriptId, url] of scripts) {
  // Node's own modules, and WebAssembly.
  if (before.has(scriptId) || /^(node:|wasm:)/.test(url)) continue;
  session.post("Debugger.getScriptSource", { scriptId }, (error, { scriptSource }) => {
    if (error) throw error;
    bytes += Buffer.byteLength(scriptSource);
    files += 1;
  });
}
tell({ bytes, files, answer });
