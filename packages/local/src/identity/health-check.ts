// Whether the identity provider of this container has its callers: ends with 0 if so, else with 1. Who can sign in is
// the one who is made last.

import { demoCallers, signIn } from "./demo-callers.ts";

const { PORT: port = "9099" } = process.env;
const identityToolkitBaseUrl = `http://127.0.0.1:${port}/identitytoolkit.googleapis.com`;

await signIn({ identityToolkitBaseUrl }, demoCallers.nobody.email).catch(() => process.exit(1));
