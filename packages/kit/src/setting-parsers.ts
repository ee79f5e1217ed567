/** Parsers of settings. Each gives `undefined` for a text that is not what it takes. */

/**
 * Not a bare function type: TypeScript leaves calls of generic functions that return one to the end, and then the
 * `middleware` of an API does not know its settings.
 */
type Parser<Value> = ((text: string) => Value | undefined) & { readonly name: string };

export const oneOf =
  <const Values extends readonly string[]>(...values: Values): Parser<Values[number]> =>
  (text) =>
    values.find((value) => value === text);

export const wholeNumber = (minimum: number, maximum: number) => (text: string) =>
  /^\d{1,6}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum ? Number(text) : undefined;

export const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);

/** A list, separated by commas, of items that all pass. */
export function listOf(isItem: (item: string) => boolean) {
  return (text: string): readonly string[] | undefined => {
    const items = text.split(",").map((item) => item.trim());
    return items.every((item) => item !== "" && isItem(item)) ? items : undefined;
  };
}
