import type { Request } from "express";
import type { Principal } from "../auth/principal.ts";
import { ApiError } from "../errors/api-error.ts";
import { requestContext } from "../request/request-context.ts";
import type { Access } from "./access.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Finds out who calls, and refuses a caller whom the rule does not let in. Nothing else of the request has been looked at.
 *
 * @returns the caller; `undefined` where anyone may call.
 * @throws ApiError 001401 (who are you?), 001403 (the token lacks the scope), 002401 with status 403 (not in the group), or
 *   001503.
 */
export async function admit(
  access: Access,
  request: Request,
  { runtime, groupRefusal }: { readonly runtime: Runtime; readonly groupRefusal: GroupRefusal },
): Promise<Principal | undefined> {
  if (access.type === "public") return undefined;
  const principal = await runtime.authenticate(request);
  demandScope(access.scopes, principal);
  demandGroup(access.groups, principal, groupRefusal);
  requestContext(request).principal = principal;
  return principal;
}

/** RFC 6750, section 3.1; API Gateway does the same before the function runs. */
function demandScope(scopes: readonly string[], principal: Principal): void {
  if (scopes.length === 0 || scopes.some((scope) => principal.scopes.includes(scope))) return;
  throw new ApiError("001403", {
    reason: `One of these scopes is needed: ${scopes.join(" ")}`,
    headers: { "www-authenticate": `Bearer scope="${scopes.join(" ")}" error="insufficient_scope"` },
  });
}

function demandGroup(groups: readonly string[], principal: Principal, refusal: GroupRefusal): void {
  if (groups.length === 0 || groups.some((group) => principal.groups.includes(group))) return;
  throw new ApiError("002401", { status: 403, reason: refusal(groups, principal.groups) });
}

/**
 * Says in words why a caller is refused who is in none of `groups`.
 *
 * @param callerGroups of the caller's token.
 */
export type GroupRefusal = (groups: readonly string[], callerGroups: readonly string[]) => string;

export const nameGroups: GroupRefusal = (groups) =>
  `Only members of ${groups.join(" or ")} may call this endpoint`;
