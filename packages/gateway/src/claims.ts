// Claims as the gateway passes them on: a flat map of strings in Go's printed form (docs/behaviour.md §4.4).

import { InvalidTokenError } from "./jwt.ts";

/** Text to be printed unchanged, such as a number as written in the token: 2^53 + 1 must not be rounded. */
class Literal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * `payload` is the JSON text of a token's claims. Null claims are left out. Throws InvalidTokenError for
 * claims that are nested deeper than JSON.parse with a reviver supports, about 2,500 levels.
 */
export function flattenClaims(payload: string): Record<string, string> {
  const claims = parseWithLiterals(payload) as Record<string, unknown>;
  const names = Object.keys(claims).filter((name) => claims[name] !== null);
  return Object.fromEntries(names.sort().map((name) => [name, goFormat(claims[name])]));
}

/**
 * What Go's `%v` prints: `[a b]`, `map[key:value]` with sorted keys, `<nil>` inside a list or an object.
 * Iterative, so that neither time nor stack grows faster than the token, however deeply it is nested.
 */
function goFormat(value: unknown): string {
  const printed: string[] = [];
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (next === null) printed.push("<nil>");
    else if (next instanceof Literal) printed.push(next.text);
    else if (typeof next === "object") left.push(...partsOf(next as object).reverse());
    else printed.push(String(next));
  }
  return printed.join("");
}

function partsOf(value: object): unknown[] {
  if (Array.isArray(value)) {
    const items = value.flatMap((item, index) => (index === 0 ? [item] : [blank, item]));
    return [new Literal("["), ...items, new Literal("]")];
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const items = entries.flatMap(([key, item], index) => [
    new Literal(`${index === 0 ? "" : " "}${key}:`),
    item,
  ]);
  return [new Literal("map["), ...items, new Literal("]")];
}

const blank = new Literal(" ");

// The type library does not know the third argument of a reviver yet.
type Reviver = (key: string, value: unknown) => unknown;

function parseWithLiterals(json: string): unknown {
  const revive = (_key: string, value: unknown, context: { source?: string }): unknown =>
    typeof value === "number" ? new Literal(context.source ?? String(value)) : value;
  try {
    return JSON.parse(json, revive as Reviver);
  } catch (cause) {
    throw new InvalidTokenError("token is malformed", { cause });
  }
}
