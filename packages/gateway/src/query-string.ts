// Query parameters as in the event: decoded, and joined with `,` if repeated (docs/behaviour.md §1.6).

import { decodePercent } from "./path.ts";

export function parseQueryString(rawQueryString: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, values] of decodeQueryString(rawQueryString)) parameters.set(name, values.join(","));
  return parameters;
}

/** Each parameter with its original text. */
export function decodeQueryString(rawQueryString: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>();
  for (const pair of rawQueryString.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeQuery(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? "" : decodeQuery(pair.slice(equals + 1));
    const earlier = parameters.get(name);
    if (earlier) earlier.push(value);
    else parameters.set(name, [value]);
  }
  return parameters;
}

function decodeQuery(text: string): string {
  return decodePercent(text.replaceAll("+", " "));
}
