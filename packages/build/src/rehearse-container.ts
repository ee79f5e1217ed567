/**
 * Run in a separate process, in the folder of a built container: starts it on a free port, sends it the
 * requests of a rehearsal (JSON on standard input), and writes the code cache of each loaded file next to it.
 *
 * A code cache holds the functions compiled so far, hence the requests.
 */
import { subscribe } from "node:diagnostics_channel";
import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import type { Script } from "node:vm";
import { startTestIssuer } from "@lambda-express-api/kit/testing/test-issuer.ts";
import { APP_FILE } from "./app-file.ts";
import { createFileLoader } from "./load-files.ts";
import type { Rehearsed } from "./rehearsal.ts";

const requests: readonly Rehearsed[] = JSON.parse(readFileSync(0, "utf8"));
const issuer = await startTestIssuer();
process.env.JWT_ISSUER = issuer.issuer;
process.env.JWT_ISSUER_JWKS_URI = issuer.jwksUri;
process.env.JWT_AUTHORIZED_AUDIENCES = issuer.audience;

const listening = new Promise<Server>((resolve) => {
  subscribe("tracing:net.server.listen:asyncEnd", (message) =>
    resolve((message as { server: Server }).server),
  );
});
const scripts = new Map<string, Script>();
const load = createFileLoader(APP_FILE, {
  folder: ".",
  hasCodeCaches: false,
  onRun: (file, script) => scripts.set(file, script),
});
load(APP_FILE);

const { port } = (await listening).address() as AddressInfo;
for (const { method, path, headers } of requests) {
  // A container verifies tokens itself: this one is valid, and its caller is in no group of the API.
  const signedIn = headers?.authorization && { authorization: issuer.bearer(["-"]) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { ...headers, ...signedIn },
  });
  await response.arrayBuffer();
}
for (const [file, script] of scripts) writeFileSync(`${file}.cache`, script.createCachedData());
process.exit();
