/** Writes a JSON text that fits a schema. Values that the schema does not say are shell variables. */
import type { z } from "zod";

export type Part = z.core.JSONSchema.BaseSchema;

/** The value that a schema names itself: its example, its only value, or the first of its values. */
export function namedValue({ example, examples, const: only, enum: values }: Part): unknown {
  return [example, examples?.[0], only, values?.[0]].find((value) => value !== undefined);
}

/** `orderId` is `$ORDER_ID`. */
export function variable(name: string): string {
  return `$${name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|\W/g, "_").toUpperCase()}`;
}

/**
 * The JSON text. A string's variable is in quotes; a number's is not.
 *
 * @param root has the definitions to which `part` refers.
 * @param name of the variable.
 * @param outer the references around `part`.
 * @returns `undefined` for a part that contains itself.
 */
export function jsonSample(
  root: Part,
  name: string,
  part: Part = root,
  outer: readonly string[] = [],
): string | undefined {
  const named = namedValue(part);
  if (named !== undefined) return JSON.stringify(named);
  const inside = (inner: unknown, innerName = name) =>
    jsonSample(root, innerName, (typeof inner === "object" ? inner : {}) as Part, outer);
  const { $ref: reference, anyOf, oneOf, allOf } = part;
  if (reference !== undefined) {
    if (outer.includes(reference)) return undefined;
    const target =
      reference === "#"
        ? root
        : (root.$defs?.[decodeURI(reference.replace("#/$defs/", "")).replaceAll("~1", "/")] ?? {});
    return jsonSample(root, name, target, [...outer, reference]);
  }
  if (part.type === undefined && allOf) return inside(merged(allOf as Part[]));
  const choices = anyOf ?? oneOf;
  if (part.type === undefined && choices)
    return choices.map((choice) => inside(choice)).find((text) => text !== undefined);
  switch (part.type) {
    case "integer":
    case "number":
      return variable(name);
    case "boolean":
      return "true";
    case "null":
      return "null";
    case "array": {
      const items = part.prefixItems ?? Array(Math.max(1, part.minItems ?? 1)).fill(part.items);
      return `[${items.flatMap((item) => inside(item) ?? []).join(",")}]`;
    }
    case "object": {
      const fields = (part.required ?? []).map((field) => {
        return `${JSON.stringify(field)}:${inside(part.properties?.[field], field) ?? "null"}`;
      });
      return `{${fields.join(",")}}`;
    }
    default:
      return JSON.stringify(variable(name));
  }
}

/** The fields of an intersection. */
function merged(parts: readonly Part[]): Part {
  return {
    ...parts[0],
    required: parts.flatMap(({ required = [] }) => required),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
  };
}
