/** Converts text (a path, a query, headers, a form) to the types in its schema. */
import type * as zod from "zod";

type Schema = zod.core.$ZodType;

/** As JSON writes numbers (RFC 8259, section 6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** RFC 3339, section 5.6, in capitals. The pattern does not check whether the month has the day. */
export const DATE_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Converts text, also in fields and lists.
 *
 * @returns the value for the schema to parse. Text that does not match the wanted type stays text, which the
 *   schema refuses.
 */
export function readText(schema: Schema, given: unknown): unknown {
  if (given === undefined) return undefined;
  const { def } = (schema as zod.core.$ZodTypes)._zod;
  switch (def.type) {
    case "number":
      return readNumber(given) ?? (def.coerce ? Number.NaN : given);
    case "boolean":
      return readBoolean(given) ?? given;
    case "date":
      return readDate(given) ?? (def.coerce ? new Date(Number.NaN) : given);
    case "enum":
    case "literal":
      return readOneOf(schema._zod.values, given);
    case "array":
      return listOf(given).map((item) => readText(def.element, item));
    case "tuple":
      return listOf(given).map((item, index) => readItem(def.items[index] ?? def.rest, item));
    case "union":
      return readUnion(def.options, given);
    case "intersection":
      return readText(def.right, readText(def.left, given));
    case "object":
      return readFields(given, (name) => (Object.hasOwn(def.shape, name) ? def.shape[name] : undefined));
    case "record":
      return readFields(given, () => def.valueType);
    case "lazy":
      return readText(def.getter(), given);
    case "pipe":
      return readText(def.in, given);
    default:
      return "innerType" in def ? readText(def.innerType, given) : given;
  }
}

function readNumber(given: unknown): number | undefined {
  if (typeof given === "number") return given;
  return typeof given === "string" && NUMBER.test(given) ? Number(given) : undefined;
}

function readBoolean(given: unknown): boolean | undefined {
  return given === "true" || (given === "false" ? false : undefined);
}

function readDate(given: unknown): Date | undefined {
  if (given instanceof Date) return given;
  if (typeof given !== "string" || !DATE_TIME.test(given)) return undefined;
  // `Date` reads the 30th of February as the 2nd of March.
  const day = given.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) ? new Date(given) : undefined;
}

function readOneOf(values: ReadonlySet<unknown> | undefined, given: unknown): unknown {
  if (!values || values.has(given)) return given;
  return [readNumber(given), readBoolean(given)].find((value) => values.has(value)) ?? given;
}

/** `?tag=a` is a list of one where a list is expected. */
function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [given];
}

function readItem(schema: Schema | null | undefined, given: unknown): unknown {
  return schema ? readText(schema, given) : given;
}

/** The first matching option, as in zod. */
function readUnion(options: readonly Schema[], given: unknown): unknown {
  for (const option of options) {
    const read = readText(option, given);
    if ((option as zod.ZodType).safeParse(read).success) return read;
  }
  return given;
}

function readFields(given: unknown, schemaOf: (name: string) => Schema | undefined): unknown {
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, readItem(schemaOf(name), value)]),
  );
}
