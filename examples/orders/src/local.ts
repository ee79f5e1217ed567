/** The accounts of the local identity provider. */
import type { LocalStack } from "@lambda-express-api/kit";
import { STAFF } from "./groups.ts";

/** Public: these accounts exist only on your machine. */
const password = "not-secret";

export const local = {
  callers: {
    user: { email: "alice@example.com", password, displayName: "Alice", groups: ["CUSTOMERS"] },
    admin: { email: "sam@example.com", password, displayName: "Sam", groups: [STAFF] },
    nobody: { email: "nobody@example.com", password, displayName: "Nobody", groups: [] },
  },
} satisfies LocalStack;
