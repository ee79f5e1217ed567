/**
 * Decides whether a policy allows a request, as IAM does (IAM user guide, "Policy evaluation logic"). It supports the
 * operators that this project's policies use, `StringEquals`, `StringEqualsIfExists` and `ArnLike`, and throws for others.
 */
import type { Statement } from "./view.ts";

export interface Request {
  readonly action: string;
  readonly resource: string;
  /** The request's context, by condition key. */
  readonly context?: Readonly<Record<string, string>>;
}

/** @throws Error for an unsupported condition. */
export function may(
  statements: readonly Omit<Statement, "role">[],
  { action, resource, context = {} }: Request,
): boolean {
  const effects = statements
    .filter(
      ({ actions, resources, conditions }) =>
        actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
        resources.some((pattern) => matches(pattern, resource)) &&
        Object.entries(conditions).every(([operator, keys]) => holds(operator, keys, context)),
    )
    .map(({ effect }) => effect);
  return effects.includes("Allow") && !effects.includes("Deny");
}

function holds(
  operator: string,
  keys: Readonly<Record<string, string | readonly string[]>>,
  context: Readonly<Record<string, string>>,
): boolean {
  if (!["StringEquals", "StringEqualsIfExists", "ArnLike"].includes(operator))
    throw new Error(`No rule is defined for ${operator}; add it to may.ts.`);
  return Object.entries(keys).every(([key, values]) => {
    const value = context[key];
    if (value === undefined) return operator === "StringEqualsIfExists";
    return [values]
      .flat()
      .some((wanted) => (operator === "ArnLike" ? matches(wanted, value) : wanted === value));
  });
}

/** `*` matches any text and `?` one character; everything else is literal. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}
