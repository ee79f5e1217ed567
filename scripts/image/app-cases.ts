/** Requests to this repository's API, which its image must answer in the same way. */
import { listEndpoints } from "../../packages/api/src/routes/admin/list-endpoints.ts";
import { createToken } from "../../packages/api/src/routes/auth/create-token.ts";
import { getHealth } from "../../packages/api/src/routes/manage/get-health.ts";
import { whoAmI } from "../../packages/api/src/routes/users/who-am-i.ts";
import type { ParityCase } from "../../packages/kit/src/testing/index.ts";

/** Nothing listens here, so an endpoint that calls the identity provider answers 503. */
export const noProvider = {
  FIREBASE_IDENTITY_TOOLKIT_URL: "http://127.0.0.1:1",
  FIREBASE_SECURE_TOKEN_URL: "http://127.0.0.1:1",
};

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  ({ method: "GET", path, headers }) as const;
const signIn = (body: string) =>
  ({
    method: "POST",
    path: createToken.path,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body,
  }) as const;

export const appCases: readonly ParityCase[] = [
  { title: "the health check", status: 200, request: () => get(getHealth.path) },
  { title: "a sign-in without a password", status: 400, request: () => signIn("username=a@example.com") },
  {
    title: "a sign-in while the identity provider is down",
    status: 503,
    request: () => signIn("username=a@example.com&password=not-secret"),
  },
  { title: "the caller's endpoint without a token", status: 401, request: () => get(whoAmI.path) },
  {
    title: "the caller's endpoint with a forged token",
    status: 401,
    request: (issuer) => get(whoAmI.path, { authorization: `${issuer.bearer(["USERS"])}x` }),
  },
  {
    title: "the caller's endpoint for a user",
    status: 200,
    request: (issuer) => get(whoAmI.path, { authorization: issuer.bearer(["USERS"]) }),
  },
  {
    title: "the caller's endpoint for a caller in no group",
    status: 403,
    request: (issuer) => get(whoAmI.path, { authorization: issuer.bearer(undefined) }),
  },
  {
    title: "the admin's endpoint for a user",
    status: 403,
    request: (issuer) => get(listEndpoints.path, { authorization: issuer.bearer(["USERS"]) }),
  },
  {
    title: "the admin's endpoint for an admin",
    status: 200,
    request: (issuer) => get(listEndpoints.path, { authorization: issuer.bearer(["ADMINS"]) }),
  },
  {
    title: "the docs page",
    status: 200,
    // Without compression, which only some clients undo.
    request: () => get("/v1/docs", { "accept-encoding": "identity" }),
  },
  { title: "an unknown path", status: 404, request: () => get("/v1/nowhere") },
];
