/** Parsers of settings. Each returns `undefined` for invalid text. */

/**
 * An object, not a bare function: TypeScript infers calls of generic functions that return a function last,
 * and the `middleware` of an API would then not know its settings.
 */
type Parser<Value> = ((text: string) => Value | undefined) & { readonly name: string };

export const oneOf =
  <const Values extends readonly string[]>(...values: Values): Parser<Values[number]> =>
  (text) =>
    values.find((value) => value === text);

export const wholeNumber = (minimum: number, maximum: number) => (text: string) =>
  /^\d{1,6}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum ? Number(text) : undefined;

export const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);

/** A comma-separated list whose items all pass. */
export function listOf(isItem: (item: string) => boolean) {
  return (text: string): readonly string[] | undefined => {
    const items = text.split(",").map((item) => item.trim());
    return items.every((item) => item !== "" && isItem(item)) ? items : undefined;
  };
}
