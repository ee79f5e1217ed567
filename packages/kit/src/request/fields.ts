/** Forms and queries share this limit, because reading costs work for each field. */
import { parse } from "node:querystring";
import { ApiError } from "../errors/api-error.ts";

export const MAX_FIELDS = 1000;

/** Whether the text has more `name=value` pairs than the limit. Counting is much cheaper than decoding. */
export function hasTooManyFields(encoded: string): boolean {
  let fields = 0;
  for (const _ of encoded.matchAll(/[^&]+/g)) {
    fields += 1;
    if (fields > MAX_FIELDS) return true;
  }
  return false;
}

/**
 * Parses a query into an object: a repeated field is an array. Node's parser alone would drop fields after
 * the thousandth.
 *
 * @throws ApiError 001414
 */
export function parseQuery(query: string | null | undefined): ReturnType<typeof parse> {
  if (query && hasTooManyFields(query)) {
    throw new ApiError("001414", { reason: `The query has more than ${MAX_FIELDS} fields` });
  }
  return parse(query ?? "", "&", "=", { maxKeys: 0 });
}
