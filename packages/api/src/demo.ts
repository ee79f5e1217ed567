/** The demo: its calls, with the expected answers. `npm run demo` runs them against any running API. */
import { isDeepStrictEqual } from "node:util";
import type { DemoStep } from "@lambda-express-api/kit";
import { groupRefusal } from "./group-refusal.ts";
import { listEndpoints } from "./routes/admin/list-endpoints.ts";
import { createToken } from "./routes/auth/create-token.ts";
import { getHealth, HEALTH_STATUS } from "./routes/manage/get-health.ts";
import { whoAmI } from "./routes/users/who-am-i.ts";

const onlyAdmins = groupRefusal(["ADMINS"], ["USERS"]);

/** Public, token refused, token granted, private refused, private allowed, admin refused, admin allowed. */
export const demo: readonly DemoStep[] = [
  {
    area: "public",
    verdict: "ALLOW",
    method: "GET",
    path: getHealth.path,
    status: 200,
    body: (body) => ({
      "it is exactly the health answer": isDeepStrictEqual(body, { status: HEALTH_STATUS }),
    }),
  },
  {
    area: "auth",
    verdict: "DENY",
    method: "POST",
    path: createToken.path,
    credentials: "stranger",
    status: 401,
    body: (body) => {
      const reason = at(body, "error", "reason");
      return {
        "error.code is 002401": at(body, "error", "code") === "002401",
        "error.title is Unauthorized": at(body, "error", "title") === "Unauthorized",
        "error.message is Access unauthorized": at(body, "error", "message") === "Access unauthorized",
        "error.reason is there": isText(reason),
        "message equals error.reason": at(body, "message") === reason,
      };
    },
  },
  {
    area: "auth",
    verdict: "ALLOW",
    method: "POST",
    path: createToken.path,
    credentials: "admin",
    status: 200,
    body: (body) => ({
      "access_token is there": isText(at(body, "access_token")),
      "token_type is bearer": at(body, "token_type") === "bearer",
      // Each provider names it differently.
      "the token has no second name":
        valuesOf(body).filter((value) => value === at(body, "access_token")).length === 1,
    }),
  },
  {
    area: "private",
    verdict: "DENY",
    method: "GET",
    path: whoAmI.path,
    status: 401,
    // A gateway refuses without asking the API, and sends only a message.
    body: (body) => ({ "message is there": isText(at(body, "message")) }),
  },
  {
    area: "private",
    verdict: "ALLOW",
    method: "GET",
    path: whoAmI.path,
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
    path: listEndpoints.path,
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
    path: listEndpoints.path,
    bearer: "admin",
    status: 200,
    body: (body) => {
      const endpoints = listAt(body, "endpoints");
      const lists = (path: string) =>
        endpoints.some((endpoint) => at(endpoint, "method") === "GET" && at(endpoint, "path") === path);
      return {
        "the health check is listed": lists(getHealth.path),
        "the caller's endpoint is listed": lists(whoAmI.path),
        "each endpoint has path, name, method, access and summary": endpoints.every((endpoint) =>
          ["path", "name", "method", "access", "summary"].every((name) => at(endpoint, name) !== undefined),
        ),
      };
    },
  },
];

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

function valuesOf(value: unknown): unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
