/** Who may call an endpoint. A handler becomes part of a route only through `auth` or `anyone`. */
import type { Claims, Principal } from "../auth/principal.ts";
import { ApiError } from "../errors/api-error.ts";

/** The rule as data: read by the OpenAPI document, the gateway, the admin listing and the access tests. */
export type Access =
  | { readonly type: "public" }
  | {
      readonly type: "authenticated";
      /** One of these groups; empty: any signed-in caller. */
      readonly groups: readonly string[];
      /** One of these scopes, as API Gateway's `authorizationScopes`; empty: none is demanded. */
      readonly scopes: readonly string[];
    };

/** What `auth` adds to a handler's input. */
export interface Authenticated {
  readonly principal: Principal;
  /** The verified claims: `principal.claims`. */
  readonly claims: Claims;
}

/** How a guarded handler gets at its request: the caller first, the input only once the caller is allowed in. */
export interface Admission<Input> {
  authenticate(): Principal | Promise<Principal>;
  /** @param caller becomes part of the input. */
  readInput<Caller extends object>(caller: Caller): (Input & Caller) | Promise<Input & Caller>;
}

export interface GuardedHandler<Input, Reply> {
  readonly access: Access;
  handle(admission: Admission<Input>): Promise<Reply>;
}

export interface AuthRule {
  readonly groups?: readonly [string, ...string[]];
  readonly scopes?: readonly [string, ...string[]];
}

/**
 * The RBAC decorator: lets a handler be called by members of one of `groups` (and holders of one of `scopes`), and
 * gives it the caller. Without a rule, any signed-in caller gets in.
 *
 * The guarded handler throws ApiError 001401 (who are you?), 001403 (the token lacks the scope) or 002401 with status
 * 403 (not in the group).
 *
 * @example
 * auth({ groups: ["ADMINS"] }, async ({ principal }) => ({ status: 200, body: { subject: principal.subject } }))
 */
export function auth<Input, Reply>(
  handler: (input: Input & Authenticated) => Promise<Reply>,
): GuardedHandler<Input, Reply>;
export function auth<Input, Reply>(
  rule: AuthRule,
  handler: (input: Input & Authenticated) => Promise<Reply>,
): GuardedHandler<Input, Reply>;
export function auth<Input, Reply>(
  ruleOrHandler: AuthRule | ((input: Input & Authenticated) => Promise<Reply>),
  handlerAfterRule?: (input: Input & Authenticated) => Promise<Reply>,
): GuardedHandler<Input, Reply> {
  const rule = typeof ruleOrHandler === "function" ? {} : ruleOrHandler;
  const handler = typeof ruleOrHandler === "function" ? ruleOrHandler : handlerAfterRule;
  if (handler === undefined)
    throw new TypeError("auth() needs a handler: auth({ groups }, async (input) => ...)");
  const { groups = [], scopes = [] } = rule;
  return {
    access: { type: "authenticated", groups, scopes },
    async handle({ authenticate, readInput }) {
      const principal = await authenticate();
      demandScope(scopes, principal);
      demandGroup(groups, principal);
      return handler(await readInput({ principal, claims: principal.claims }));
    },
  };
}

/** Lets anybody call the handler, signed in or not. */
export function anyone<Input, Reply>(
  handler: (input: Input) => Promise<Reply>,
): GuardedHandler<Input, Reply> {
  return {
    access: { type: "public" },
    handle: async ({ readInput }) => handler(await readInput({})),
  };
}

/** Says an access rule in words, for people. */
export function describeAccess(access: Access): string {
  if (access.type === "public") return "anyone";
  const groups = access.groups.length > 0 ? access.groups.join(" or ") : "any signed-in caller";
  return access.scopes.length > 0 ? `${groups}, with scope ${access.scopes.join(" or ")}` : groups;
}

/** RFC 6750, section 3.1; API Gateway does the same before the function runs. */
function demandScope(scopes: readonly string[], principal: Principal): void {
  if (scopes.length === 0 || scopes.some((scope) => principal.scopes.includes(scope))) return;
  throw new ApiError("001403", {
    reason: `One of these scopes is needed: ${scopes.join(" ")}`,
    headers: { "www-authenticate": `Bearer scope="${scopes.join(" ")}" error="insufficient_scope"` },
  });
}

function demandGroup(groups: readonly string[], principal: Principal): void {
  if (groups.length === 0 || groups.some((group) => principal.groups.includes(group))) return;
  const reason =
    principal.groups.length === 0
      ? "The endpoint has authorization check and the caller does not belong to any groups"
      : `Only [${groups.map((group) => `'${group}'`).join(", ")}] can access this endpoint`;
  throw new ApiError("002401", { status: 403, reason });
}
