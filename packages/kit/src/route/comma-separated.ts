import * as querystring from "node:querystring";

/**
 * Reads query lists that come as one value: `fields=a,b` (OpenAPI's style `form` without `explode`). A comma
 * written as `%2C` belongs to an item (RFC 6570, section 3.2.8).
 *
 * @param query the parsed query.
 * @param encoded the original query.
 * @returns the query, in which the named lists are arrays.
 */
export function withCommaSeparated(
  query: Readonly<Record<string, unknown>>,
  encoded: string,
  names: readonly string[],
): Record<string, unknown> {
  const lists = new Map<string, string[]>();
  for (const pair of encoded.split("&")) {
    const [name = "", ...rest] = pair.split("=");
    const known = decode(name);
    if (!names.includes(known)) continue;
    const items = rest.join("=");
    const list = lists.get(known) ?? [];
    if (items !== "") list.push(...items.split(",").map(decode));
    lists.set(known, list);
  }
  return Object.fromEntries([...Object.entries(query), ...lists]);
}

function decode(text: string): string {
  return querystring.unescape(text.replaceAll("+", " "));
}
