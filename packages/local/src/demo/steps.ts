// The demo as data: each call, and what must be answered to it.

import { isDeepStrictEqual } from "node:util";
import type { Credentials } from "../curl.ts";

export interface DemoCallers {
  user: Credentials;
  admin: Credentials;
}

export interface DemoStep {
  area: "public" | "auth" | "private" | "admin";
  verdict: "ALLOW" | "DENY";
  method: "GET" | "POST";
  path: string;
  /** Whose e-mail and password go into the form. */
  credentials?: keyof DemoCallers | "stranger";
  /** Whose token goes into the header. */
  bearer?: keyof DemoCallers;
  status: number;
  /** What the body must be, as sentences and whether each is true of it. */
  body(body: unknown): Record<string, boolean>;
}

export const stranger: Credentials = { email: "does.not.exist@example.com", password: "not-secret" };

/** What the provider says, without and with e-mail enumeration protection, and what the API says in its place. */
const refusedCredentials = ["EMAIL_NOT_FOUND", "INVALID_LOGIN_CREDENTIALS", "The credentials were refused"];

const onlyAdmins = "Only ['ADMINS'] can access this endpoint";

export const demoSteps: DemoStep[] = [
  {
    area: "public",
    verdict: "ALLOW",
    method: "GET",
    path: "/v1/manage/hc",
    status: 200,
    body: (body) => ({
      "it is exactly the health answer": isDeepStrictEqual(body, { status: "I'm sexy and I know It" }),
    }),
  },
  {
    area: "auth",
    verdict: "DENY",
    method: "POST",
    path: "/v1/auth/token",
    credentials: "stranger",
    status: 401,
    body: (body) => {
      const reason = at(body, "error", "reason");
      return {
        "error.code is 002401": at(body, "error", "code") === "002401",
        "error.title is Unauthorized": at(body, "error", "title") === "Unauthorized",
        "error.message is Access unauthorized": at(body, "error", "message") === "Access unauthorized",
        [`error.reason is one of ${refusedCredentials.join(", ")}`]: refusedCredentials.includes(
          String(reason),
        ),
        "message equals error.reason": at(body, "message") === reason,
      };
    },
  },
  {
    area: "auth",
    verdict: "ALLOW",
    method: "POST",
    path: "/v1/auth/token",
    credentials: "admin",
    status: 200,
    body: (body) => ({
      "access_token is there": isText(at(body, "access_token")),
      "token_type is bearer": at(body, "token_type") === "bearer",
      "idToken is gone": at(body, "idToken") === undefined,
      "kind, localId, email, refreshToken and expiresIn are there": [
        "kind",
        "localId",
        "email",
        "refreshToken",
        "expiresIn",
      ].every((name) => isText(at(body, name))),
      "registered is true": at(body, "registered") === true,
    }),
  },
  {
    area: "private",
    verdict: "DENY",
    method: "GET",
    path: "/v1/users/whoami",
    status: 401,
    // A gateway refuses before the API is asked, and says nothing but a message.
    body: (body) => ({ "message is there": isText(at(body, "message")) }),
  },
  {
    area: "private",
    verdict: "ALLOW",
    method: "GET",
    path: "/v1/users/whoami",
    bearer: "user",
    status: 200,
    body: (body) => ({
      "subject is there": isText(at(body, "subject")),
      "groups has USERS": listAt(body, "groups").includes("USERS"),
      "scopes is a list": Array.isArray(at(body, "scopes")),
      "claims has sub": at(body, "claims", "sub") !== undefined,
    }),
  },
  {
    area: "admin",
    verdict: "DENY",
    method: "GET",
    path: "/v1/admin/endpoints",
    bearer: "user",
    status: 403,
    body: (body) => ({
      "error.code is 002401": at(body, "error", "code") === "002401",
      [`error.reason is ${onlyAdmins}`]: at(body, "error", "reason") === onlyAdmins,
      "message equals error.reason": at(body, "message") === onlyAdmins,
    }),
  },
  {
    area: "admin",
    verdict: "ALLOW",
    method: "GET",
    path: "/v1/admin/endpoints",
    bearer: "admin",
    status: 200,
    body: (body) => {
      const endpoints = listAt(body, "endpoints");
      const lists = (path: string) =>
        endpoints.some((endpoint) => at(endpoint, "method") === "GET" && at(endpoint, "path") === path);
      return {
        "GET /v1/manage/hc is listed": lists("/v1/manage/hc"),
        "GET /v1/users/whoami is listed": lists("/v1/users/whoami"),
        "each endpoint has path, name, method, access and summary": endpoints.every((endpoint) =>
          ["path", "name", "method", "access", "summary"].every((name) => at(endpoint, name) !== undefined),
        ),
      };
    },
  },
];

/** The calls that need no account: they can be made against anything deployed. */
export const anonymousSteps = demoSteps.filter(
  ({ bearer, credentials = "stranger" }) => bearer === undefined && credentials === "stranger",
);

function at(value: unknown, ...names: string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}

function listAt(value: unknown, name: string): unknown[] {
  const list = at(value, name);
  return Array.isArray(list) ? list : [];
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
