// Claims as the gateway hands them over: a flat map of strings in Go's printed form (docs/behaviour.md §4.4).

/** A number as it is written in the token: `exp` must stay `1718722804`, and 2^53 + 1 must not be rounded. */
class NumberLiteral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `payload` is the JSON text of a token's claims. Null claims are left out. */
export function flattenClaims(payload: string): Record<string, string> {
  const claims = parseWithNumberLiterals(payload) as Record<string, unknown>;
  const names = Object.keys(claims).filter((name) => claims[name] !== null);
  return Object.fromEntries(names.sort().map((name) => [name, goFormat(claims[name])]));
}

/** What Go's `%v` prints: `[a b]`, `map[key:value]` with sorted keys, `<nil>` inside of a list or an object. */
function goFormat(value: unknown): string {
  if (value === null) return "<nil>";
  if (value instanceof NumberLiteral) return value.text;
  if (Array.isArray(value)) return `[${value.map(goFormat).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${goFormat(item)}`).join(" ")}]`;
}

// The type library does not know the third argument of a reviver yet.
type Reviver = (key: string, value: unknown) => unknown;

function parseWithNumberLiterals(json: string): unknown {
  const revive = (_key: string, value: unknown, context: { source?: string }): unknown =>
    typeof value === "number" ? new NumberLiteral(context.source ?? String(value)) : value;
  return JSON.parse(json, revive as Reviver);
}
