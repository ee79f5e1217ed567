/** Checks whether everything one JSON Schema allows is also allowed by another, and reports where it is not. */
import { isDeepStrictEqual } from "node:util";

export type Json = Readonly<Record<string, unknown>>;

/** Old requests must still be accepted, and old callers must still understand new answers. */
export type Direction = "request" | "answer";

/** A schema, and the document that resolves its references. */
export interface Side {
  readonly document: Json;
  readonly schema: unknown;
}

export interface Fault {
  /** `body.lines[].article` */
  readonly field: string;
  readonly message: string;
}

/** Upper limits, each with its lower limit. */
const MAXIMA = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
const MINIMA = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];

/** Keywords that do not restrict values. */
const ANNOTATIONS = new Set(
  "title description default example examples deprecated readOnly writeOnly externalDocs xml discriminator $comment $id $schema $defs".split(
    " ",
  ),
);

/** Keywords with a rule. Any other keyword must not change. */
const COMPARED = new Set([
  ...[...ANNOTATIONS, ...MAXIMA, ...MINIMA],
  ..."type enum const properties required items additionalProperties".split(" "),
]);

/**
 * Says how a schema's change breaks callers: a request's new schema has to allow all that the old one did, and an answer's
 * new schema may allow only what the old one did, apart from new fields, which callers ignore.
 *
 * @param field the name of what the schemas describe.
 */
export function compareSchemas(direction: Direction, before: Side, after: Side, field: string): Fault[] {
  return compare(direction, before, after, field, []);
}

function compare(
  direction: Direction,
  before: Side,
  after: Side,
  field: string,
  outer: readonly string[],
): Fault[] {
  // A schema that refers to itself was compared one level up.
  const pair = JSON.stringify([before.schema, after.schema]);
  if (outer.includes(pair)) return [];
  const within = [...outer, pair];
  const isRequest = direction === "request";
  const [narrow, wide] = isRequest ? [before, after] : [after, before];
  const wideVariants = variantsOf(wide);
  const narrowVariants = variantsOf(narrow).flatMap((variant) =>
    wideVariants.length > 1 && valuesOf(variant)
      ? (valuesOf(variant) ?? []).map((value) => ({ ...variant, enum: [value] }))
      : [variant],
  );
  return narrowVariants.flatMap((inner) => {
    const attempts = wideVariants.map((outside) =>
      isRequest
        ? compareVariants(
            direction,
            { ...before, schema: inner },
            { ...after, schema: outside },
            field,
            within,
          )
        : compareVariants(
            direction,
            { ...before, schema: outside },
            { ...after, schema: inner },
            field,
            within,
          ),
    );
    // The variant with the fewest faults is most likely the one that was changed.
    return attempts.sort((a, b) => a.length - b.length)[0] ?? [];
  });
}

/** Compares two variants, which have no references, unions or lists of types. */
function compareVariants(
  direction: Direction,
  before: Side,
  after: Side,
  field: string,
  outer: readonly string[],
): Fault[] {
  const old = before.schema as Json;
  const now = after.schema as Json;
  const isRequest = direction === "request";
  const [narrow, wide] = isRequest ? [old, now] : [now, old];
  const fault = (at: string, message: string): Fault => ({ field: at, message });
  const inner = (was: unknown, is: unknown, at: string) =>
    compare(direction, { ...before, schema: was }, { ...after, schema: is }, at, outer);

  if (wide.type !== undefined && narrow.type !== wide.type) {
    const isInteger = narrow.type === "integer" && wide.type === "number";
    const values = valuesOf(narrow);
    const fits =
      isInteger || (narrow.type === undefined && values?.every((value) => typeof value === wide.type));
    if (!fits) return [fault(field, `was ${old.type ?? "any type"} and is now ${now.type ?? "any type"}`)];
  }
  const faults: Fault[] = [];
  const allowed = valuesOf(wide);
  if (allowed) {
    const values = valuesOf(narrow);
    const others = values?.filter((value) => !allowed.some((one) => isDeepStrictEqual(one, value)));
    const how = isRequest ? "no longer accepts" : "may now be";
    if (!others) faults.push(fault(field, `${how} a value outside ${JSON.stringify(allowed)}`));
    else if (others.length > 0)
      faults.push(fault(field, `${how} ${others.map((value) => JSON.stringify(value)).join(", ")}`));
  }
  for (const name of MAXIMA) if (exceeds(narrow[name], wide[name], 1)) faults.push(changed(name));
  for (const name of MINIMA) if (exceeds(narrow[name], wide[name], -1)) faults.push(changed(name));
  for (const name of new Set([...Object.keys(narrow), ...Object.keys(wide)])) {
    if (COMPARED.has(name) || name.startsWith("x-") || isDeepStrictEqual(narrow[name], wide[name])) continue;
    // The request now needs less, or the answer now promises more.
    if (wide[name] === undefined && ["pattern", "format", "multipleOf", "uniqueItems"].includes(name))
      continue;
    faults.push(changed(name));
  }

  const oldFields = (old.properties ?? {}) as Json;
  const newFields = (now.properties ?? {}) as Json;
  const oldRequired = (old.required ?? []) as readonly string[];
  const newRequired = (now.required ?? []) as readonly string[];
  for (const [name, schema] of Object.entries(oldFields)) {
    if (Object.hasOwn(newFields, name)) faults.push(...inner(schema, newFields[name], `${field}.${name}`));
    else faults.push(fault(`${field}.${name}`, "is removed"));
  }
  const [few, many] = isRequest ? [oldRequired, newRequired] : [newRequired, oldRequired];
  for (const name of many.filter((one) => !few.includes(one))) {
    // A field removed from an answer was reported above.
    if (!isRequest && Object.hasOwn(oldFields, name) && !Object.hasOwn(newFields, name)) continue;
    faults.push(fault(`${field}.${name}`, isRequest ? "is now required" : "may now be missing"));
  }
  if (old.items !== undefined || now.items !== undefined)
    faults.push(...inner(old.items ?? true, now.items ?? true, `${field}[]`));
  const [oldOthers, newOthers] = [old.additionalProperties ?? true, now.additionalProperties ?? true];
  if (newOthers === false) {
    if (isRequest && oldOthers !== false) faults.push(fault(field, "no longer accepts unknown fields"));
    if (!isRequest && isSchema(oldOthers)) faults.push(fault(`${field}.*`, "is removed"));
  } else if (oldOthers !== false && (isSchema(oldOthers) || isSchema(newOthers))) {
    faults.push(...inner(oldOthers, newOthers, `${field}.*`));
  }
  return faults;

  function changed(name: string): Fault {
    const [was, is] = [old[name], now[name]].map((value) =>
      value === undefined ? "not set" : JSON.stringify(value),
    );
    return fault(field, `${name} was ${was} and is now ${is}`);
  }
}

/** The alternatives of a schema: from `anyOf` and `oneOf`, and one for each type in a list. */
function variantsOf(side: Side): Json[] {
  const { anyOf, oneOf, ...rest } = resolve(side);
  const union = (anyOf ?? oneOf) as readonly unknown[] | undefined;
  if (union) {
    const both = anyOf && oneOf ? { ...rest, oneOf } : rest;
    return union.flatMap((schema) =>
      variantsOf({
        document: side.document,
        schema: { ...both, allOf: [...((both.allOf ?? []) as []), schema] },
      }),
    );
  }
  if (Array.isArray(rest.type)) return rest.type.map((type) => ({ ...rest, type }));
  return [rest];
}

/** The schema without references and `allOf`. */
function resolve({ document, schema }: Side): Json {
  if (schema === false) return { not: {} };
  if (!isSchema(schema)) return {};
  const { $ref, allOf, ...own } = schema;
  const parts = [
    ...(typeof $ref === "string" ? [target(document, $ref)] : []),
    ...((allOf ?? []) as unknown[]),
  ];
  return parts.reduce<Json>((joined, part) => join(joined, resolve({ document, schema: part })), own);
}

/** Merges two schemas. A keyword with different values in both is kept for an exact comparison. */
function join(one: Json, other: Json): Json {
  const joined: Record<string, unknown> = { ...other, ...one };
  for (const name of Object.keys(one).filter((key) => key in other && !ANNOTATIONS.has(key))) {
    if (isDeepStrictEqual(one[name], other[name])) continue;
    if (name === "required") joined[name] = [...new Set([...(one[name] as []), ...(other[name] as [])])];
    else if (name === "properties") joined[name] = joinFields(one[name] as Json, other[name] as Json);
    else joined[`also ${name}`] = other[name];
  }
  return joined;
}

function joinFields(one: Json, other: Json): Json {
  const shared = Object.keys(one).filter((name) => Object.hasOwn(other, name));
  const both = shared.map((name) => [name, { allOf: [one[name], other[name]] }] as const);
  return { ...one, ...other, ...Object.fromEntries(both) };
}

/** Resolves a reference within the document. Throws if its target does not exist. */
export function target(document: Json, reference: string): unknown {
  const names = reference.replace(/^#\//, "").split("/");
  const found = names.reduce<unknown>(
    (at, name) =>
      isSchema(at) ? at[decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~")] : undefined,
    document,
  );
  if (!reference.startsWith("#/") || found === undefined)
    throw new Error(`The reference ${reference} does not exist in the document.`);
  return found;
}

function isSchema(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function valuesOf(schema: Json): readonly unknown[] | undefined {
  return "const" in schema ? [schema.const] : (schema.enum as readonly unknown[] | undefined);
}

/** Whether one limit is looser than another. */
function exceeds(limit: unknown, other: unknown, sign: 1 | -1): boolean {
  if (typeof other !== "number") return false;
  return typeof limit !== "number" || limit * sign > other * sign;
}
