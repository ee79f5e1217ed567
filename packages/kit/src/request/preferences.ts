/**
 * Parses a request's `accept` or `accept-encoding`: each name in lower case, with its weight from 0 to 1 (RFC
 * 9110, section 12.4.2). An unreadable weight is 0.
 */
export function preferences(header: string | undefined): ReadonlyMap<string, number> {
  const entries = (header ?? "").split(",").map((part): [string, number] => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
    return [name, /^(0(\.\d*)?|1(\.0*)?)$/.test(weight) ? Number(weight) : 0];
  });
  return new Map(entries.filter(([name]) => name !== ""));
}
