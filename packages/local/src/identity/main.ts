// The identity provider of the demo as a process of its own, until it is told to stop: docker compose runs it beside
// the API. Whoever reaches its port can be anyone, so that port is for the API alone.

import { demoCallers, seedDemoCallers } from "./demo-callers.ts";
import { startIdentityEmulator } from "./emulator.ts";

const { HOST: host = "127.0.0.1", PORT: port = "0" } = process.env;

const emulator = await startIdentityEmulator({ host, port: Number(port) });
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await emulator.close();
    process.exit();
  });
}
await seedDemoCallers(emulator);
console.log(
  `Listening at ${emulator.url}, for ${Object.values(demoCallers)
    .map(({ email }) => email)
    .join(", ")}`,
);
