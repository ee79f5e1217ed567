/** Converts a JSON Schema of an OpenAPI 3.1 document to a TypeScript type. */

export type Json = Readonly<Record<string, unknown>>;

export interface Type {
  readonly text: string;
  /** A union or an intersection, which needs parentheses inside another type. */
  readonly isJoined?: boolean;
}

/** Returns the type of a component by name. */
export type Refer = (name: string) => Type;

const UNKNOWN: Type = { text: "unknown" };
const NEVER: Type = { text: "never" };

/** Keywords that determine a value's type. */
const STRUCTURE = [
  ..."$ref type enum const anyOf oneOf allOf not".split(" "),
  ..."properties required additionalProperties patternProperties propertyNames items prefixItems".split(" "),
];

/** Keywords that describe a value, or narrow it in ways that TypeScript cannot express. */
const OTHERS = [
  ..."title description default example examples deprecated readOnly writeOnly externalDocs discriminator".split(
    " ",
  ),
  ..."$comment xml format pattern multipleOf contentEncoding contentMediaType uniqueItems".split(" "),
  ..."minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength minItems maxItems".split(" "),
  ..."minProperties maxProperties".split(" "),
];

const KNOWN = new Set([...STRUCTURE, ...OTHERS]);

/**
 * Writes the type of a schema.
 *
 * @param where the schema's place, for the error.
 * @throws TypeError with the name of an unsupported keyword, because `unknown` would hide callers' mistakes.
 */
export function typeOf(schema: unknown, where: string, refer: Refer): Type {
  if (schema === false) return NEVER;
  if (!isSchema(schema)) return UNKNOWN;
  for (const keyword of Object.keys(schema))
    if (!KNOWN.has(keyword) && !keyword.startsWith("x-"))
      throw new TypeError(
        `${where}: the client's types cannot express the keyword "${keyword}"; describe the value without it, or use a custom keyword named "x-${keyword}"`,
      );
  const { $ref, anyOf, oneOf, allOf, not } = schema;
  if (not !== undefined) {
    if (isSchema(not) && Object.keys(not).length === 0) return NEVER;
    throw new TypeError(
      `${where}: the client's types cannot express "not"; describe the value with another schema`,
    );
  }
  const each = (list: unknown) => (list as readonly unknown[]).map((part) => typeOf(part, where, refer));
  return joined("&", [
    ...($ref === undefined ? [] : [refer(referredName($ref))]),
    valueType(schema, where, refer),
    ...[anyOf, oneOf].filter((list) => list !== undefined).map((list) => joined("|", each(list))),
    ...(allOf === undefined ? [] : each(allOf)),
  ]);
}

/** A doc comment and a line break; empty if there is no text. */
export function docComment(paragraphs: readonly unknown[], isDeprecated: boolean): string {
  const text = paragraphs.filter((paragraph) => typeof paragraph === "string" && paragraph !== "");
  const lines = [...text, ...(isDeprecated ? ["@deprecated"] : [])]
    .join("\n\n")
    .replaceAll("*/", "*\\/")
    .split("\n");
  if (lines.join("") === "") return "";
  if (lines.length === 1) return `/** ${lines[0]} */\n`;
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}

/** A type of named members, each of which may have several lines. */
export function block(members: readonly string[]): string {
  if (members.length === 0) return "{}";
  return `{\n${members.map((member) => `${member};`.replaceAll(/^(?=.)/gm, "  ")).join("\n")}\n}`;
}

/** A member's name, quoted if it is not an identifier. */
export function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** The type from the schema's own keywords, without those that combine schemas. */
function valueType(schema: Json, where: string, refer: Refer): Type {
  if ("const" in schema) return { text: JSON.stringify(schema.const) };
  if (schema.enum !== undefined) return literals(schema.enum as readonly unknown[]);
  const { type } = schema;
  if (Array.isArray(type))
    return joined(
      "|",
      type.map((one) => valueType({ ...schema, type: one }, where, refer)),
    );
  switch (type) {
    case "string":
      return { text: isBinary(schema) ? "Blob" : "string" };
    case "integer":
    case "number":
      return { text: "number" };
    case "boolean":
    case "null":
      return { text: type };
    case "array":
      return arrayType(schema, where, refer);
    case "object":
      return objectType(schema, where, refer);
    case undefined:
      if ("items" in schema || "prefixItems" in schema) return arrayType(schema, where, refer);
      return "properties" in schema || "required" in schema || "additionalProperties" in schema
        ? objectType(schema, where, refer)
        : UNKNOWN;
    default:
      throw new TypeError(`${where}: unknown JSON Schema type ${JSON.stringify(type)}`);
  }
}

function literals(values: readonly unknown[]): Type {
  return joined(
    "|",
    values.map((value) => ({ text: JSON.stringify(value) })),
  );
}

/** A file in a form, or a binary body. */
function isBinary({ format, contentEncoding }: Json): boolean {
  return format === "binary" || contentEncoding === "binary";
}

function arrayType(schema: Json, where: string, refer: Refer): Type {
  const { items = true, prefixItems, minItems = 0 } = schema;
  const rest = items === false ? undefined : inParentheses(typeOf(items, `${where}[]`, refer));
  if (prefixItems === undefined) return { text: rest === undefined ? "[]" : `${rest}[]` };
  const first = (prefixItems as readonly unknown[]).map((item, index) => {
    const text = inParentheses(typeOf(item, `${where}[${index}]`, refer));
    return index < Number(minItems) ? text : `${text}?`;
  });
  return { text: `[${[...first, ...(rest === undefined ? [] : [`...${rest}[]`])].join(", ")}]` };
}

function objectType(schema: Json, where: string, refer: Refer): Type {
  const { patternProperties = {}, propertyNames, additionalProperties } = schema;
  const required = (schema.required ?? []) as readonly string[];
  const names = namesOf(propertyNames);
  const described = (schema.properties ?? {}) as Json;
  const properties: Json = {
    ...described,
    ...Object.fromEntries(
      [...(names ?? []), ...required]
        .filter((name) => !Object.hasOwn(described, name))
        .map((name) => [name, additionalProperties ?? true]),
    ),
  };
  const types = Object.entries(properties).map(
    ([name, property]) => [name, property, typeOf(property, `${where}.${name}`, refer)] as const,
  );
  const members = types.map(([name, property, type]) => {
    const { description, deprecated, readOnly } = isSchema(property) ? property : ({} as Json);
    const isOptional = !required.includes(name);
    return `${docComment([description], deprecated === true)}${readOnly === true ? "readonly " : ""}${memberName(name)}${isOptional ? "?" : ""}: ${type.text}`;
  });
  const isOpen = members.length === 0 && schema.properties === undefined && additionalProperties !== false;
  const others = [
    ...Object.values(patternProperties as Json),
    ...(names === undefined && (additionalProperties ?? isOpen) !== false
      ? [additionalProperties ?? true]
      : []),
  ].map((other) => typeOf(other, `${where}.*`, refer));
  if (others.length > 0) {
    const isOptional = types.some(([name]) => !required.includes(name));
    // TypeScript requires an index signature to include the types of the named members.
    const value = joined("|", [
      ...others,
      ...types.map(([, , type]) => type),
      ...(isOptional ? [{ text: "undefined" }] : []),
    ]);
    members.push(`[name: string]: ${value.text}`);
  }
  if (members.length === 0) return { text: "Record<string, never>" };
  return { text: block(members) };
}

/** The allowed names of an object's members, if the schema lists them. */
function namesOf(propertyNames: unknown): readonly string[] | undefined {
  if (!isSchema(propertyNames)) return undefined;
  if ("const" in propertyNames) return [String(propertyNames.const)];
  return propertyNames.enum as readonly string[] | undefined;
}

function referredName(reference: unknown): string {
  const [, name] = /^#\/components\/schemas\/([^/]+)$/.exec(String(reference)) ?? [];
  if (name === undefined)
    throw new TypeError(`The reference ${reference} does not lead to a schema in the document`);
  return decodeURIComponent(name);
}

/** A union or an intersection, without duplicates and members that change nothing. */
function joined(operator: "|" | "&", types: readonly Type[]): Type {
  const [neutral, absorbing] = operator === "|" ? ["never", "unknown"] : ["unknown", "never"];
  const distinct = [...new Map(types.map((type) => [type.text, type])).values()];
  if (distinct.some(({ text }) => text === absorbing)) return { text: absorbing };
  const rest = distinct.filter(({ text }) => text !== neutral);
  const [first] = rest;
  if (first === undefined) return { text: neutral };
  if (rest.length === 1) return first;
  return { text: rest.map(inParentheses).join(` ${operator} `), isJoined: true };
}

function inParentheses({ text, isJoined }: Type): string {
  return isJoined ? `(${text})` : text;
}

function isSchema(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
