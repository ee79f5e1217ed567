/** Revisions of an API, each with one kind of change from the first. */

import { routesOfRouter } from "@lambda-express-api/kit/enabled-routes.ts";
import { type Access, anyone, auth } from "@lambda-express-api/kit/route/access.ts";
import { defineRoute, type Route } from "@lambda-express-api/kit/route/define-route.ts";

const fine = async () => ({ status: 200, body: null }) as const;
const forAnyone = anyone(fine);
const forStaff = auth({ groups: ["STAFF"] }, fine);

function endpoint(
  operationId: string,
  key: string,
  admitted: typeof forAnyone | typeof forStaff = forStaff,
  feature?: Route["feature"],
): Route {
  const [method = "GET", path = ""] = key.split(" ");
  return defineRoute({
    operationId,
    method: method as "GET",
    path,
    summary: "A test.",
    ...(feature && { feature }),
    responses: (z) => ({ 200: { description: "Fine.", schema: z.null() } }),
  }).handler(admitted);
}

function router(operationId: string, prefix: string, access: Access = forStaff.access): readonly Route[] {
  return routesOfRouter({ operationId, prefix, summary: "A test.", access, router: () => Promise.reject() });
}

const health = endpoint("getHealth", "GET /v1/health", forAnyone);
const order = endpoint("getOrder", "GET /v1/orders/{orderId}");
const cancel = endpoint("cancelOrder", "DELETE /v1/orders/{orderId}");
const file = endpoint("getFile", "GET /v1/files/{fileId}");
const token = endpoint("createToken", "POST /v1/auth/token", forAnyone, "authEndpoints");
const legacy = router("legacy", "/v1/legacy");

const first = [health, order, cancel, file, token, ...legacy];
const without = (...gone: readonly Route[]) => first.filter((route) => !gone.includes(route));

/** A name that occurs nowhere else in a graph. */
export const revisions: Readonly<Record<string, readonly Route[]>> = {
  RevisionFirst: first,
  RevisionOperation: [...without(order), endpoint("readOrder", "GET /v1/orders/{orderId}")],
  RevisionOperationsSwapped: [
    ...without(order, cancel),
    endpoint("cancelOrder", "GET /v1/orders/{orderId}"),
    endpoint("getOrder", "DELETE /v1/orders/{orderId}"),
  ],
  RevisionAccess: [
    ...without(health, order, cancel),
    endpoint("getHealth", "GET /v1/health", auth({ groups: ["STAFF"], scopes: ["read"] }, fine)),
    endpoint("getOrder", "GET /v1/orders/{orderId}", forAnyone),
    endpoint("cancelOrder", "DELETE /v1/orders/{orderId}", auth({ groups: ["ADMINS"] }, fine)),
  ],
  RevisionVariable: [...without(file), endpoint("getFile", "GET /v1/files/{name}")],
  RevisionPath: [
    ...without(file, token),
    endpoint("getFile", "GET /v1/documents/{fileId}"),
    endpoint("createToken", "POST /v1/auth/tokens", forAnyone, "authEndpoints"),
  ],
  RevisionMethod: [...without(cancel), endpoint("cancelOrder", "PATCH /v1/orders/{orderId}")],
  RevisionAdded: [...first, endpoint("listOrders", "GET /v1/orders")],
  RevisionRemoved: without(file),
  RevisionRouterAccess: [...without(...legacy), ...router("legacy", "/v1/legacy", forAnyone.access)],
  RevisionRouterOperation: [...without(...legacy), ...router("before", "/v1/legacy")],
  RevisionRouterPrefix: [...without(...legacy), ...router("legacy", "/v1/before")],
  RevisionRouterGone: without(...legacy),
  RevisionEndpointsOfRouter: [
    ...without(...legacy),
    endpoint("getLegacy", "GET /v1/legacy"),
    endpoint("getLegacyPart", "GET /v1/legacy/{part}"),
  ],
  RevisionRouterOfEndpoints: [...without(file), ...router("files", "/v1/files")],
  RevisionSharedVariable: [
    ...without(order, cancel),
    endpoint("getOrder", "GET /v1/orders/{id}"),
    endpoint("cancelOrder", "DELETE /v1/orders/{id}"),
  ],
  RevisionWithoutSharedVariable: without(order, cancel),
};
