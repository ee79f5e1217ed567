// Starts an emulator, makes it fail once and stops it. Prints only what should not have happened.

import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { seedDemoCallers } from "../src/identity/demo-callers.ts";
import { startIdentityEmulator } from "../src/identity/emulator.ts";

subscribe("net.client.socket", (message) => {
  const { socket } = message as { socket: Socket };
  socket.once("connectionAttempt", (ip) => {
    if (ip !== "127.0.0.1") console.log(`connected to ${ip}`);
  });
  socket.once("lookup", (_error, _address, _family, host) => {
    if (host !== "127.0.0.1") console.log(`looked up ${host}`);
  });
});

const emulator = await startIdentityEmulator();
await seedDemoCallers(emulator);
const signIn = `${emulator.identityToolkitBaseUrl}/v1/accounts:signInWithPassword?key=local`;
const withoutBody = await fetch(signIn, { method: "POST" });
if (withoutBody.status !== 500) console.log(`a sign-in without a body answered ${withoutBody.status}`);
await withoutBody.body?.cancel();
await emulator.close();
