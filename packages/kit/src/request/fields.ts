/** Forms and queries have the same fields, and the same limit: what reads a field does work for each of them. */
import { parse } from "node:querystring";
import { ApiError } from "../errors/api-error.ts";

export const MAX_FIELDS = 1000;

/** Whether `name=value` pairs that `&` separates are more than are read. Counting is much cheaper than decoding them. */
export function hasTooManyFields(encoded: string): boolean {
  let fields = 0;
  for (const _ of encoded.matchAll(/[^&]+/g)) {
    fields += 1;
    if (fields > MAX_FIELDS) return true;
  }
  return false;
}

/**
 * Makes an object of a query: a repeated field is an array. Node's parser alone would leave out what comes after the
 * thousandth field.
 *
 * @throws ApiError 001414
 */
export function parseQuery(query: string | null | undefined): ReturnType<typeof parse> {
  if (query && hasTooManyFields(query)) {
    throw new ApiError("001414", { reason: `The query has more than ${MAX_FIELDS} fields` });
  }
  return parse(query ?? "", "&", "=", { maxKeys: 0 });
}
