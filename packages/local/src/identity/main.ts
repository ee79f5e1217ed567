// The local identity provider as a process of its own, until it is told to stop: docker compose runs it beside the API.
// The demo's passwords are public, so its port is for the API alone.

import { demoCallers } from "./demo-callers.ts";
import { startLocalIssuer } from "./local-issuer.ts";

const { HOST: host, PORT: port = "0", JWT_AUTHORIZATION_GROUPS_ATTR_NAME: groupsClaim } = process.env;

const issuer = await startLocalIssuer({ host, port: Number(port), groupsClaim: groupsClaim || undefined });
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await issuer.close();
    process.exit();
  });
}
console.log(
  `Listening at ${issuer.url}, for ${Object.values(demoCallers)
    .map(({ email }) => email)
    .join(", ")}`,
);
