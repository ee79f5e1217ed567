import type { Route } from "../route/define-route.ts";

/** The order of endpoints on the docs pages: by path, and those of the docs pages themselves last. */
export function byPurpose(a: Route, b: Route): number {
  return rank(a) - rank(b) || (a.path < b.path ? -1 : Number(a.path > b.path));
}

function rank({ role }: Route): number {
  return role === "docs" ? 1 : 0;
}
