/** How this API runs on your machine: its mapping key, and the accounts of the local identity provider. */
import type { LocalStack } from "@lambda-express-api/kit";

/** Public: these accounts exist only on your machine. */
const password = "not-secret";

export const local = {
  mappingKey: "express",
  callers: {
    user: { email: "user@example.com", password, displayName: "Demo User", groups: ["USERS"] },
    admin: { email: "admin@example.com", password, displayName: "Demo Admin", groups: ["USERS", "ADMINS"] },
    nobody: { email: "nobody@example.com", password, displayName: "Demo Nobody", groups: [] },
  },
} satisfies LocalStack;
