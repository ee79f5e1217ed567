/**
 * The message for a signed-in caller who belongs to none of an endpoint's groups.
 *
 * @param groups of the endpoint's access rule.
 * @param callerGroups the groups in the caller's token.
 */
export function groupRefusal(groups: readonly string[], callerGroups: readonly string[]): string {
  return callerGroups.length === 0
    ? "The endpoint has authorization check and the caller does not belong to any groups"
    : `Only [${groups.map((group) => `'${group}'`).join(", ")}] can access this endpoint`;
}
