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
  const wrongDays = Object.entries({ since, sunset }).filter(
    ([, day]) => day !== undefined && !(DAY.test(day) && Date.parse(day) > 0),
  );
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
    ...unknown.map(([name]) => `its successor ${successor} has ${name}, which is not in ${path}`),
  ];
}
