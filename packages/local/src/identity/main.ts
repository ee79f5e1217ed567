// Runs the local identity provider as a separate process, for docker compose, until a signal.
// `--api FOLDER` names the API whose callers it has. Their passwords are public, so expose its port only to the API.

import { parseArgs } from "node:util";
import { apiFolder } from "@lambda-express-api/build/api-folder.ts";
import { readLocalStack } from "../local-stack.ts";
import { startLocalIssuer } from "./local-issuer.ts";

const { HOST: host, PORT: port = "0", JWT_AUTHORIZATION_GROUPS_ATTR_NAME: groupsClaim } = process.env;
const { values: options } = parseArgs({ options: { api: { type: "string", default: "." } } });

const callers = Object.values((await readLocalStack(apiFolder(options.api))).callers);
const issuer = await startLocalIssuer({
  callers,
  host,
  port: Number(port),
  groupsClaim: groupsClaim || undefined,
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await issuer.close();
    process.exit();
  });
}
console.log(`Listening at ${issuer.url}, for ${callers.map(({ email }) => email).join(", ")}`);
