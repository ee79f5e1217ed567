/** Schemas for the OpenAPI document: JSON Schema 2020-12, by zod's own converter. */
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { DATE_TIME } from "../route/read-text.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schemas that have an id, by id. */
export type Components = Map<string, JsonSchema>;

/** The format that zod's `z.date()` reads and writes: RFC 3339. */
const DATE = { type: "string", format: "date-time", pattern: DATE_TIME.source } as const;
const COMPONENT_NAME = /^[A-Za-z0-9._-]+$/;

/**
 * Converts a schema, and moves its parts that have an id or contain themselves to the components.
 *
 * It describes the input side: a request is parsed, and a response is sent as it was before parsing.
 *
 * @param name of a component that contains itself and has no id.
 * @throws Error for a schema without a JSON Schema form, and for two different schemas with the same id.
 */
export function toJsonSchema(schema: z.ZodType, name: string, components: Components): JsonSchema {
  const ids = new InstanceIds();
  const {
    $schema,
    $defs = {},
    ...root
  } = z.toJSONSchema(schema, {
    io: "input",
    metadata: ids,
    unrepresentable: ({ zodSchema }) => {
      const { type } = zodSchema._zod.def;
      return type === "date" ? { ...DATE } : type === "custom" ? "any" : "throw";
    },
    override: ({ zodSchema, jsonSchema }) => {
      // For zod it is a frozen object, for OpenAPI a field that requests may not have.
      if (ids.get(zodSchema)?.readOnly === undefined) delete jsonSchema.readOnly;
      withoutUntruePatterns(zodSchema, jsonSchema);
      if (isDeepStrictEqual(jsonSchema.propertyNames, { type: "string" })) delete jsonSchema.propertyNames;
    },
  });
  let unnamed = 0;
  const names = new Map(Object.keys($defs).map((key) => [key, ids.idOf(key) ?? `${name}Part${++unnamed}`]));
  const containsItself = JSON.stringify([root, $defs]).includes('"$ref":"#"');
  const rename = (part: unknown) =>
    renameReferences(part, (key) => (key === "" ? name : (names.get(key) ?? key))) as JsonSchema;
  for (const [key, part] of Object.entries($defs))
    addComponent(components, names.get(key) ?? key, rename(part));
  if (!containsItself) return rename(root);
  addComponent(components, name, rename(root));
  return { $ref: `#/components/schemas/${name}` };
}

/**
 * zod checks these formats with other rules than its published patterns, which do not allow a trailing IPv4
 * address.
 */
function withoutUntruePatterns(schema: z.core.$ZodTypes, json: z.core.JSONSchema.BaseSchema): void {
  const { def } = schema._zod;
  const rules = [def, ...(def.checks ?? []).map((check) => check._zod.def)] as {
    format?: string;
    pattern?: RegExp;
  }[];
  for (const { format, pattern } of rules) {
    if (format !== "ipv6" && format !== "cidrv6") continue;
    if (json.pattern === pattern?.source) delete json.pattern;
    json.allOf &&= json.allOf.filter((part) => (part as JsonSchema).pattern !== pattern?.source);
  }
}

/** Functions create schemas, so that one schema has many instances: zod gives each its own id. */
export class InstanceIds extends z.core.$ZodRegistry<z.core.GlobalMeta> {
  readonly #numbers = new Map<z.core.$ZodType, number>();

  override get(schema: z.core.$ZodType): z.core.GlobalMeta | undefined {
    const meta = z.globalRegistry.get(schema);
    if (meta?.id === undefined) return meta;
    const number = this.#numbers.get(schema) ?? this.#numbers.size;
    this.#numbers.set(schema, number);
    return { ...meta, id: `${number}/${meta.id}` };
  }

  /** The owner's id. */
  idOf(key: string): string | undefined {
    return /^\d+\/(.*)$/s.exec(key)?.[1];
  }
}

function addComponent(components: Components, name: string, schema: JsonSchema): void {
  if (!COMPONENT_NAME.test(name))
    throw new Error(`the id ${JSON.stringify(name)} may have letters, digits and . _ - only`);
  const known = components.get(name);
  if (known && !isDeepStrictEqual(known, schema))
    throw new Error(`two schemas that differ have the id ${name}`);
  components.set(name, schema);
}

const REFERENCE = /^#(?:\/\$defs\/(.*))?$/s;

function renameReferences(part: unknown, nameOf: (key: string) => string): unknown {
  if (Array.isArray(part)) return part.map((item) => renameReferences(item, nameOf));
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([keyword, value]) => {
      const reference = keyword === "$ref" && typeof value === "string" ? REFERENCE.exec(value) : null;
      if (!reference) return [keyword, renameReferences(value, nameOf)];
      const key = (reference[1] ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
      return [keyword, `#/components/schemas/${nameOf(key)}`];
    }),
  );
}
