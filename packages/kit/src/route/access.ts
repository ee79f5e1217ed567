/** Who may call an endpoint. A handler becomes part of a route only through an access rule. */
import type { ApiKeyStore } from "../auth/api-key-store.ts";
import type { Claims, Principal } from "../auth/principal.ts";

/** The rule as data, for the OpenAPI document, the gateway, the admin listing and the access tests. */
export type Access =
  | { readonly type: "public" }
  | {
      readonly type: "authenticated";
      /** One of these groups; empty: any signed-in caller. */
      readonly groups: readonly string[];
      /** One of these scopes, like API Gateway's `authorizationScopes`; empty: no scope is required. */
      readonly scopes: readonly string[];
    }
  | {
      /** A machine with a key of the API's `apiKeys` service. */
      readonly type: "apiKey";
      /** One of these scopes; empty: no scope is required. */
      readonly scopes: readonly string[];
    }
  | {
      /** Callers whose signature API Gateway has verified and whose policies allow the call: `AWS_IAM`. */
      readonly type: "iam";
    };

/** What `auth` adds to a handler's input. */
export interface Authenticated {
  readonly principal: Principal;
  /** The verified claims: `principal.claims`. */
  readonly claims: Claims;
}

/** A handler and its access rule. */
export interface GuardedHandler<Input, Reply> {
  readonly access: Access;
  /** Is called once the caller is admitted and the input is parsed. */
  readonly handler: (input: Input) => Promise<Reply>;
}

export interface AuthRule {
  readonly groups?: readonly [string, ...string[]];
  readonly scopes?: readonly [string, ...string[]];
}

/**
 * Admits members of one of `groups` (with one of `scopes`) to a handler, and gives it the caller. Without a
 * rule, any signed-in caller is admitted.
 *
 * @throws TypeError when there is no handler.
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
  const handler = typeof ruleOrHandler === "function" ? ruleOrHandler : (handlerAfterRule ?? ruleOrHandler);
  if (typeof handler !== "function") throw withoutHandler("auth", handler);
  const { groups = [], scopes = [] } = rule;
  return {
    access: { type: "authenticated", groups, scopes },
    // The pipeline adds the caller to the input of every route with this rule.
    handler: handler as (input: Input) => Promise<Reply>,
  };
}

export interface ApiKeyRule {
  readonly scopes?: readonly [string, ...string[]];
}

/** The services of an API whose endpoints accept API keys. */
export interface WithApiKeys {
  readonly services: { readonly apiKeys: Promise<ApiKeyStore> };
}

/**
 * Admits machines that send a key in the header `x-api-key`, and gives the handler the caller. Keys are
 * looked up in the API's service `apiKeys`. With `scopes`, the key must have one of them.
 *
 * @throws TypeError when there is no handler.
 * @example
 * apiKey({ scopes: ["stock:write"] }, async ({ principal }) => ({ status: 200, body: { subject: principal.subject } }))
 */
export function apiKey<Input extends WithApiKeys, Reply>(
  handler: (input: Input & Pick<Authenticated, "principal">) => Promise<Reply>,
): GuardedHandler<Input, Reply>;
export function apiKey<Input extends WithApiKeys, Reply>(
  rule: ApiKeyRule,
  handler: (input: Input & Pick<Authenticated, "principal">) => Promise<Reply>,
): GuardedHandler<Input, Reply>;
export function apiKey<Input extends WithApiKeys, Reply>(
  ruleOrHandler: ApiKeyRule | ((input: Input & Pick<Authenticated, "principal">) => Promise<Reply>),
  handlerAfterRule?: (input: Input & Pick<Authenticated, "principal">) => Promise<Reply>,
): GuardedHandler<Input, Reply> {
  const rule = typeof ruleOrHandler === "function" ? {} : ruleOrHandler;
  const handler = typeof ruleOrHandler === "function" ? ruleOrHandler : (handlerAfterRule ?? ruleOrHandler);
  if (typeof handler !== "function") throw withoutHandler("apiKey", handler);
  const { scopes = [] } = rule;
  // The pipeline adds the caller to the input of every route with this rule.
  return { access: { type: "apiKey", scopes }, handler: handler as (input: Input) => Promise<Reply> };
}

/** Admits any caller, signed in or not. */
export function anyone<Input, Reply>(
  handler: (input: Input) => Promise<Reply>,
): GuardedHandler<Input, Reply> {
  if (typeof handler !== "function") throw withoutHandler("anyone", handler);
  return { access: { type: "public" }, handler };
}

function withoutHandler(rule: string, given: unknown): TypeError {
  const isRule = typeof given === "object" && given !== null && "access" in given;
  return new TypeError(
    isRule
      ? `${rule}() is around another access rule, and ${ONE_KIND_OF_CALLER}`
      : `${rule}() needs a handler: ${rule}(async (input) => ...)`,
  );
}

export const ONE_KIND_OF_CALLER =
  "a route takes one kind of caller; define a separate route with its own path for each kind";

/**
 * Admits services that sign their requests with AWS keys (Signature Version 4), and gives the handler the
 * caller. API Gateway verifies the signature and asks IAM whether the caller's policies allow
 * `execute-api:Invoke`; it does not invoke the function for other callers. A container cannot verify a
 * signature, and returns 403.
 *
 * @example
 * iam(async ({ principal }) => ({ status: 200, body: { caller: principal.subject } }))
 */
export function iam<Input, Reply>(
  handler: (input: Input & Authenticated) => Promise<Reply>,
): GuardedHandler<Input, Reply> {
  // Types check this too, but their message does not say what to write.
  if (typeof handler !== "function") throw withoutHandler("iam", handler);
  // As with `auth`, the pipeline adds the caller.
  return { access: { type: "iam" }, handler: handler as (input: Input) => Promise<Reply> };
}

/** Describes an access rule for people. */
export function describeAccess(access: Access): string {
  if (access.type === "public") return "anyone";
  if (access.type === "iam") return "AWS callers whose policies allow it";
  if (access.type === "apiKey")
    return access.scopes.length > 0
      ? `machines with an API key of scope ${access.scopes.join(" or ")}`
      : "machines with an API key";
  const groups = access.groups.length > 0 ? access.groups.join(" or ") : "any signed-in caller";
  return access.scopes.length > 0 ? `${groups}, with scope ${access.scopes.join(" or ")}` : groups;
}

/**
 * Explains the refusal of a caller who belongs to none of `groups`.
 *
 * @param callerGroups the groups in the caller's token.
 */
export type GroupRefusal = (groups: readonly string[], callerGroups: readonly string[]) => string;

export const nameGroups: GroupRefusal = (groups) =>
  `Only members of ${groups.join(" or ")} may call this endpoint`;
