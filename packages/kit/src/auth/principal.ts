/** The claims of a verified token, with their types as in the token. */
export type Claims = Readonly<Record<string, unknown>>;

/** The caller, however the token was verified. */
export interface Principal {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  readonly claims: Claims;
}

/** A token with more groups than this counts as having none: no honest token has so many. */
const MAX_GROUPS = 500;
const NONE: readonly string[] = Object.freeze([]);

/**
 * Makes the function that turns verified claims into a principal. The same claims give the same principal.
 *
 * @param groupsClaim the claim that holds the groups, taken as one literal key (`cognito:groups`,
 *   `https://example.com/groups`), never as a path.
 */
export function createPrincipals(groupsClaim: string): (claims: Claims) => Principal {
  const principals = new WeakMap<Claims, Principal>();
  return (claims) => {
    const known = principals.get(claims);
    if (known) return known;
    const principal = principalFrom(claims, groupsClaim);
    principals.set(claims, principal);
    return principal;
  };
}

function principalFrom(claims: Claims, groupsClaim: string): Principal {
  return Object.freeze({
    subject: String(claims.sub),
    groups: groupsFrom(Object.hasOwn(claims, groupsClaim) ? claims[groupsClaim] : undefined),
    scopes: scopesFrom(claims.scp ?? claims.scope),
    claims,
  });
}

/**
 * Only an array of strings names groups. A single string does not: the meaning of `"[ADMINS]"`,
 * `"USERS,ADMINS"` or `"NOADMINS"` must not be guessed. Groups are compared exactly: no trimming, case
 * folding or normalisation.
 */
function groupsFrom(claim: unknown): readonly string[] {
  if (!Array.isArray(claim) || claim.length > MAX_GROUPS) return NONE;
  return Object.freeze(claim.filter((group) => typeof group === "string"));
}

/** `scope` is a space-separated string (RFC 8693, section 4.2); some issuers send `scp`, some an array. */
function scopesFrom(claim: unknown): readonly string[] {
  if (typeof claim === "string") return Object.freeze(claim.split(" ").filter((scope) => scope !== ""));
  if (Array.isArray(claim)) return Object.freeze(claim.filter((scope) => typeof scope === "string"));
  return NONE;
}
