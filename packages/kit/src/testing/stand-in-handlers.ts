import { Router } from "express";
import type { Api, RouteLoaders } from "../api.ts";
import type { ApiKeyStore } from "../auth/api-key-store.ts";
import type { Route } from "../route/define-route.ts";
import { createMemoryStore } from "../shared-store/memory-store.ts";

/** Names the endpoint that a request has reached. */
export const REACHED_HEADER = "x-reached";

/** The response of an endpoint to an unread request is 413, if the body is read anyway. */
export const BODY_TOO_LONG = JSON.stringify("too long");

/**
 * An API with the same endpoints and access rules, whose handlers only report that they were reached. It has
 * no middleware and no services of the API: its responses depend on its access rules alone, or with `request:
 * "validated"` on its request schemas too.
 */
export function withStandInHandlers(
  api: Api,
  { request, apiKeys }: { readonly request: "unread" | "validated"; readonly apiKeys: ApiKeyStore },
): Api {
  const standIn = request === "unread" ? unread : validated;
  const routes: RouteLoaders = Object.fromEntries(
    Object.entries(api.routes).map(([key, load]) => [key, async () => standIn(await load())]),
  );
  const routers = api.routers.map((mounted) => ({
    ...mounted,
    router: () =>
      Router().use((_request, response) => void response.set(REACHED_HEADER, mounted.operationId).end()),
  }));
  const services = { apiKeys: { create: () => apiKeys }, sharedStore: { create: () => createMemoryStore() } };
  return { ...api, services, middleware: () => [], routes, routers };
}

function validated({ use: _use, ...route }: Route): Route {
  return {
    ...route,
    responses: (z) => ({ 204: { description: "Reached.", schema: z.undefined() } }),
    handler: async () => ({
      status: 204,
      body: undefined,
      headers: { [REACHED_HEADER]: route.operationId },
    }),
  };
}

/** Required input is for another suite. */
function withoutIdempotency({ idempotency: _idempotency, ...route }: Route): Route {
  return route;
}

/** It accepts a body of one byte: a longer one shows whether a body was read that should not have been. */
function unread({ commaSeparated: _lists, rawBody: _bytes, ...route }: Route): Route {
  return {
    ...withoutIdempotency(validated(route)),
    request: (z) => ({ body: z.unknown().optional() }),
    consumes: ["application/json"],
    bodyLimitBytes: 1,
  };
}
