// What the README says about its first example.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { rsaKey, signToken, startIssuer } from "./local-issuer.ts";
import { startExample } from "./start-example.ts";

/** It asks for a token, and then lets the handler answer. */
export async function assertOrderExample(t: TestContext, file: string): Promise<void> {
  const issuer = await startIssuer(t);
  const [url = ""] = await startExample(t, file, { JWT_ISSUER: issuer.issuer });
  const refused = await fetch(url);
  assert.deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, "Bearer"]);
  const claims = {
    iss: issuer.issuer,
    aud: "my-project",
    sub: "ann",
    exp: Math.floor(Date.now() / 1000) + 60,
  };
  const authorization = `Bearer ${signToken(rsaKey("first"), claims)}`;
  const answered = await fetch(url, { headers: { authorization } });
  assert.deepEqual([answered.status, await answered.json()], [200, { orderId: "7", caller: "ann" }]);
}
