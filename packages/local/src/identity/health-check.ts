// Exits with 0 when a demo caller can sign in at this container's identity provider, and with 1 otherwise.

import { demoCallers, signIn } from "./demo-callers.ts";

const { PORT: port = "9099" } = process.env;
const identityToolkitBaseUrl = `http://127.0.0.1:${port}/identitytoolkit.googleapis.com`;

await signIn({ identityToolkitBaseUrl }, demoCallers.nobody.email).catch(() => process.exit(1));
