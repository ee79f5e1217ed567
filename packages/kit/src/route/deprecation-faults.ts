import type { Route } from "./define-route.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const PATH = /^(\/([\w.~-]+|\{\w+\+?\}))+$/;

/** Finds mistakes in an endpoint's deprecation. */
export function deprecationFaults({
  path,
  deprecated,
}: Pick<Route, "path" | "deprecated">): readonly string[] {
  if (!deprecated) return [];
  const { since, sunset, successor } = deprecated;
  const wrongDays = Object.entries({ since, sunset }).filter(([, day]) => day !== undefined && !isDay(day));
  const unknown = [...(successor?.matchAll(/\{\w+\+?\}/g) ?? [])].filter(([name]) => !path.includes(name));
  return [
    ...wrongDays.map(([name, day]) => `deprecated.${name} is "${day}"; write a day like 2026-05-01`),
    // RFC 9745, section 4.
    ...(sunset !== undefined && sunset < since
      ? [`the sunset ${sunset} is before ${since}, the day of its deprecation`]
      : []),
    ...(successor !== undefined && !PATH.test(successor)
      ? [`the successor "${successor}" is not a path; write one like /v2/orders/{orderId}`]
      : []),
    ...(successor === path ? [`the successor ${successor} is the deprecated path itself`] : []),
    ...unknown.map(([name]) => `its successor ${successor} has ${name}, which is not in ${path}`),
  ];
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  return DAY.test(day) && Date.parse(day) > 0 && new Date(day).toISOString().startsWith(day);
}

/** Finds successors that are neither an endpoint of the API nor below one of its routers. */
export function successorFaults(
  routes: readonly Pick<Route, "operationId" | "deprecated">[],
  { paths, prefixes }: { readonly paths: readonly string[]; readonly prefixes: readonly string[] },
): readonly string[] {
  const known = new Set(paths.map(withoutNames));
  return routes.flatMap(({ operationId, deprecated: { successor } = {} }) => {
    const isKnown =
      successor === undefined ||
      known.has(withoutNames(successor)) ||
      prefixes.some((prefix) => `${successor}/`.startsWith(`${prefix}/`));
    return isKnown ? [] : [`${operationId}: the API has no endpoint ${successor}, the successor of this one`];
  });
}

const withoutNames = (path: string) => path.replaceAll(/\{\w+(\+?)\}/g, "{$1}");
