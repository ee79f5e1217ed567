/**
 * Refuses schemas that a request cannot carry or that the OpenAPI document cannot express, so that all others
 * are documented exactly as they are validated (docs/decisions/0002-route-definitions.md).
 */
import type * as zod from "zod";
import type { RequestSchemas, ResponseContracts, Route, Zod } from "./define-route.ts";
import { deprecationFaults, successorFaults } from "./deprecation-faults.ts";
import { type BodyKind, bodyKindOf } from "./media-types.ts";
import { WITHOUT_BODY } from "./reply.ts";

type Schema = zod.core.$ZodType;
type Def = zod.core.$ZodTypes["_zod"]["def"];

export interface MadeSchemas {
  readonly request: RequestSchemas;
  readonly responses: ResponseContracts;
}

/** A schema of an endpoint, and its place: `query limit`, `body`, `response 200 text/html`. */
export interface Place {
  readonly where: string;
  readonly schema: zod.ZodType;
  readonly carriers: readonly Carrier[];
}

/** How a value is transferred. A raw response has a type other than JSON. */
type Carrier = "path" | "query" | "header" | "cookie" | BodyKind | "response" | "raw response" | "key";

const TEXT: ReadonlySet<Carrier> = new Set([
  "path",
  "query",
  "header",
  "cookie",
  "form",
  "multipart",
  "text",
  "key",
]);
const LISTS_AS_TEXT: ReadonlySet<Carrier> = new Set(["query", "form", "multipart"]);
const MAX_DEPTH = 100;

const UNWRITABLE: Readonly<Partial<Record<Def["type"], string>>> = {
  bigint: "a bigint is neither text nor JSON; use a string of digits",
  catch: "z.catch() accepts anything; use .default()",
  function: "a function is neither text nor JSON",
  map: "a Map is neither text nor JSON; use z.record()",
  nan: "NaN is neither text nor JSON",
  promise: "a promise is neither text nor JSON",
  set: "a Set is neither text nor JSON; use z.array()",
  success: "z.success() accepts anything",
  symbol: "a symbol is neither text nor JSON",
  transform:
    "a transformation without a schema before it accepts anything; begin with the schema of what is sent",
  undefined: "undefined is neither text nor JSON; use .optional() on a field",
  void: "undefined is neither text nor JSON; use .optional() on a field",
};

/** JSON Schema keywords in `.meta()` that could contradict the schema. */
const ASSERTIONS = new Set(
  `$ref additionalProperties allOf anyOf const dependentRequired dependentSchemas enum exclusiveMaximum exclusiveMinimum
   items maxItems maxLength maxProperties maximum minItems minLength minProperties minimum multipleOf not oneOf pattern
   patternProperties prefixItems properties propertyNames required type uniqueItems`.split(/\s+/),
);

/** The checks that JSON Schema has keywords for. */
const LENGTHS = ["min_length", "max_length", "length_equals"];
const KEYWORDS: Readonly<Partial<Record<Def["type"], readonly string[]>>> = {
  string: [...LENGTHS, "string_format"],
  number: ["greater_than", "less_than", "multiple_of", "number_format"],
  array: LENGTHS,
  tuple: LENGTHS,
  file: ["min_size", "max_size", "size_equals", "mime_type"],
};
/** Formats that check more than a pattern, and are known by name. */
const NAMED_FORMATS = new Set(["url", "jwt"]);

/** Where an endpoint has schemas. */
export function placesOf(
  { path, consumes = ["application/json"] }: Pick<Route, "path" | "consumes">,
  { request, responses }: MadeSchemas,
): readonly Place[] {
  const { params, query, headers, cookies, body } = request;
  const answers = Object.entries(responses).flatMap(([status, contract]) =>
    answersOf(contract).map(([type, schema]): Place => {
      const carrier = type.startsWith("application/json") ? "response" : "raw response";
      return { where: `response ${status} ${type}`, schema, carriers: [carrier] };
    }),
  );
  return [
    ...[...path.matchAll(/\{(\w+)\+?\}/g)].flatMap(([, name = ""]) => fieldOf("path", params, name)),
    ...Object.keys(query?.shape ?? {}).flatMap((name) => fieldOf("query", query, name)),
    ...Object.keys(headers?.shape ?? {}).flatMap((name) => fieldOf("header", headers, name)),
    ...Object.keys(cookies?.shape ?? {}).flatMap((name) => fieldOf("cookie", cookies, name)),
    ...(body ? [{ where: "body", schema: body, carriers: consumes.map(bodyKindOf) }] : []),
    ...answers,
  ];
}

function fieldOf(carrier: Carrier, part: zod.ZodObject | undefined, name: string): Place[] {
  const schema = part?.shape[name];
  return schema ? [{ where: `${carrier} ${name}`, schema, carriers: [carrier] }] : [];
}

/** A response's schemas by content type: none for one without a body, such as a redirect. */
export function answersOf({
  schema,
  contentType = "application/json",
  alternatives = {},
}: ResponseContracts[number]): readonly (readonly [type: string, schema: zod.ZodType])[] {
  const hasNoBody = !schema || schema.def.type === "undefined" || schema.def.type === "void";
  return hasNoBody ? [] : [[contentType, schema], ...Object.entries(alternatives)];
}

/** Finds the faults of a schema: one sentence each, which begins with its place. */
export function faultsAt({ where, schema, carriers }: Place): readonly string[] {
  const level = where === "body" || where.startsWith("response ") ? "root" : "field";
  const start = { where, level, path: "", depth: 0, isDescribed: false, isInIntersection: false } as const;
  const found = carriers.flatMap((carrier) => [
    ...faultsIn(schema, { ...start, carrier, walk: { open: new Set(), isEndless: false } }),
  ]);
  return [...new Set(found)];
}

/**
 * Makes the schemas of endpoints, and checks them.
 *
 * @param listed the paths of all endpoints, and the prefixes of the routers.
 * @throws TypeError that names each fault by operation and field.
 */
export async function demandDocumentable(
  routes: readonly Route[],
  listed?: Parameters<typeof successorFaults>[1],
): Promise<void> {
  const z = await import("zod");
  const faults = [
    ...routes.flatMap((route) => routeFaults(route, makeSchemas(route, z))),
    ...(listed ? successorFaults(routes, listed) : []),
  ];
  if (faults.length > 0) throw new TypeError(faults.join("\n"));
}

/**
 * Makes the schemas of an endpoint.
 *
 * @throws TypeError that names the operation if its functions throw or do not return schemas.
 */
export function makeSchemas(
  { operationId, request, responses }: Pick<Route, "operationId" | "request" | "responses">,
  z: Zod,
): MadeSchemas {
  const make = <Made>(what: string, maker: () => Made): Made => {
    try {
      return maker();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new TypeError(`${operationId}: the schemas of its ${what} cannot be made: ${message}`, { cause });
    }
  };
  const made = {
    request: make("request", () => request?.(z) ?? {}),
    responses: make("responses", () => responses(z)),
  };
  const fault = shapeFault(made);
  if (fault) throw new TypeError(`${operationId}: ${fault}`);
  return made;
}

const RESPONSE = '{ 200: { description: "The order.", schema: z.object({ ... }) } }';

/** Without content they would be 204. */
const WITH_BODY = new Set(["200", "203", "206"]);

/** Types check this too, but their message does not say what to write. */
function shapeFault({ request, responses }: MadeSchemas): string | undefined {
  for (const part of ["params", "query", "headers", "cookies"] as const) {
    const schema = request[part];
    if (schema !== undefined && !(isSchema(schema) && schema._zod.def.type === "object"))
      return `${part} must be an object of schemas: request: (z) => ({ ${part}: z.object({ ... }) })`;
  }
  if (request.body !== undefined && !isSchema(request.body))
    return "body must be a schema: request: (z) => ({ body: z.object({ ... }) })";
  const contracts = Object.entries<Partial<ResponseContracts[number]> | undefined>({ ...responses });
  if (contracts.length === 0) return `it must have a response: responses: (z) => (${RESPONSE})`;
  const bare = contracts.find(([status, contract]) => {
    const mayHaveNone =
      contract !== undefined && !contract.schema && (contract.stream || !WITH_BODY.has(status));
    const schemas = [
      ...(mayHaveNone ? [] : [contract?.schema]),
      ...Object.values(contract?.alternatives ?? {}),
    ];
    return !schemas.every(isSchema);
  });
  return bare && `response ${bare[0]} has no schema; give it one: ${RESPONSE}`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && "_zod" in value;
}

/** All faults of an endpoint's schemas, by operation and field. */
export function routeFaults(
  route: Pick<
    Route,
    | "operationId"
    | "path"
    | "consumes"
    | "commaSeparated"
    | "bodyLimitBytes"
    | "only"
    | "idempotency"
    | "deprecated"
  >,
  made: MadeSchemas,
): readonly string[] {
  const faults = [
    ...deprecationFaults(route),
    ...partFaults(route, made.request),
    ...responseFaults(route, made.responses),
    ...placesOf(route, made).flatMap(faultsAt),
  ];
  return faults.map((fault) => `${route.operationId}: ${fault}`);
}

/** Finds the faults of responses as a whole. */
export function responseFaults(
  { only, idempotency }: Pick<Route, "only" | "idempotency">,
  responses: ResponseContracts,
): readonly string[] {
  return Object.entries(responses).flatMap(([status, contract]) => {
    const { stream, schema, contentType } = contract;
    return [
      ...(/^[2-5]\d\d$/.test(status)
        ? []
        : [`response ${status}: it is not a status; use one from 200 to 599`]),
      ...(WITHOUT_BODY.has(Number(status)) && (stream || answersOf(contract).length > 0)
        ? [`response ${status}: a response with this status has no body; remove the schema`]
        : []),
      ...(stream && schema ? [`response ${status}: a stream has no schema; remove the schema`] : []),
      ...(stream && idempotency
        ? [`response ${status}: a stream cannot be kept for an Idempotency-Key`]
        : []),
      ...(stream && !contentType ? [`response ${status}: set the contentType of the stream`] : []),
      ...(stream === "endless" && only !== "container"
        ? [`response ${status}: an HTTP API cannot send an endless stream; set only: "container"`]
        : []),
    ];
  });
}

/** Finds the faults of the body's limit, and of a path's, a query's or the headers' schema as a whole. */
export function partFaults(
  {
    path,
    commaSeparated = [],
    bodyLimitBytes = 1,
  }: Pick<Route, "path" | "commaSeparated" | "bodyLimitBytes">,
  { params, query, headers, cookies }: RequestSchemas,
): readonly string[] {
  const unknown = Object.keys(params?.shape ?? {}).filter(
    (name) => !path.includes(`{${name}}`) && !path.includes(`{${name}+}`),
  );
  const names = Object.keys(headers?.shape ?? {}).map((name) => name.toLowerCase());
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const isLimit = Number.isInteger(bodyLimitBytes) && bodyLimitBytes > 0;
  return [
    ...(isLimit ? [] : [`bodyLimitBytes is ${bodyLimitBytes}; use a number of bytes above 0`]),
    ...unknown.map((name) => `path ${name}: ${path} has no variable of this name`),
    ...twice.map((name) => `header ${name}: it is listed twice; header names are case-insensitive`),
    ...commaSeparated
      .filter((name) => !isList(query?.shape[name]))
      .map((name) => `query ${name}: it is comma-separated, so its schema must be a list`),
    ...(isStrict(cookies) ? ["cookie: browsers send other cookies too; use z.object()"] : []),
    ...(isStrict(headers) ? ["header: callers and gateways send other headers too; use z.object()"] : []),
    ...Object.entries({ path: params, query, header: headers, cookie: cookies }).flatMap(
      ([carrier, schema]) => [...(schema ? wholeFaults(schema).map((fault) => `${carrier}: ${fault}`) : [])],
    ),
  ];
}

function isList(schema: Schema | undefined): boolean {
  if (!schema) return false;
  const { def } = (schema as zod.core.$ZodTypes)._zod;
  return def.type === "array" || def.type === "tuple" || ("innerType" in def && isList(def.innerType));
}

function wholeFaults(schema: zod.ZodObject): string[] {
  const { catchall } = schema.def;
  const takesTyped = catchall && !["never", "unknown", "any"].includes(catchall._zod.def.type);
  return [
    ...(takesTyped ? ["z.catchall() cannot be documented here; name every field"] : []),
    ...(schema.description ? [] : untold(schema).map(untoldSentence)),
  ];
}

const isStrict = (schema: Schema | undefined) =>
  schema !== undefined &&
  "catchall" in schema._zod.def &&
  (schema._zod.def.catchall as Schema | undefined)?._zod.def.type === "never";

interface Spot {
  readonly carrier: Carrier;
  readonly where: string;
  readonly path: string;
  /** Only the root and fields can be optional. */
  readonly level: "root" | "field" | "item";
  readonly depth: number;
  /** Whether a description covers what no keyword can express. */
  readonly isDescribed: boolean;
  readonly isInIntersection: boolean;
  readonly walk: { readonly open: Set<Schema>; isEndless: boolean };
}

function* faultsIn(schema: Schema, spot: Spot): Generator<string> {
  const { walk } = spot;
  if (walk.isEndless || walk.open.has(schema)) return;
  if (spot.depth > MAX_DEPTH) {
    walk.isEndless = true;
    yield `${spot.where} ${spot.path.split(/[.[]/, 1)}: it nests endlessly; define the recursive schema once, with a getter: const node = z.object({ get children() { return z.array(node); } })`;
    return;
  }
  walk.open.add(schema);
  const meta = (schema as zod.ZodType).meta() ?? {};
  const here = {
    ...spot,
    depth: spot.depth + 1,
    isDescribed: spot.isDescribed || meta.description !== undefined,
  };
  const place = spot.path ? `${spot.where} ${spot.path}` : spot.where;
  for (const fault of ownFaults(schema, here, meta)) yield `${place}: ${fault}`;
  yield* innerFaults(schema, here);
  walk.open.delete(schema);
}

function* ownFaults(schema: Schema, spot: Spot, meta: Readonly<Record<string, unknown>>): Generator<string> {
  const { def } = (schema as zod.core.$ZodTypes)._zod;
  const { carrier, level } = spot;
  if (carrier === "bytes") {
    yield "a body of bytes has no schema; set rawBody: true instead";
    return;
  }
  if (carrier === "json lines" && level === "root" && def.type !== "array")
    yield "lines of JSON are a list; use z.array()";
  const isText = TEXT.has(carrier);
  const unwritable = UNWRITABLE[def.type];
  if (unwritable) yield unwritable;
  if (level === "item" && schema._zod.optin !== undefined)
    yield "an item cannot be optional: neither text nor JSON has undefined";
  if (level === "root" && carrier.includes("response") && schema._zod.optin !== undefined)
    yield "a response cannot be optional; use z.undefined() if it has no body";
  if (!spot.isDescribed) yield* untold(schema).map(untoldSentence);
  if (spot.isInIntersection && (changes(schema) || isStrict(schema)))
    yield "an intersection cannot have strict objects or transformed values; use .extend()";
  const contradictions = Object.keys(meta).filter((name) => ASSERTIONS.has(name));
  if (def.type !== "custom" && contradictions.length > 0)
    yield `.meta({ ${contradictions.join(", ")} }) is documented but not checked; express it in the schema itself`;
  yield* flaggedPatterns(schema);

  switch (def.type) {
    case "string":
    case "boolean":
      if (def.coerce) yield `z.coerce.${def.type}() accepts anything; use z.${def.type}()`;
      break;
    case "number":
      if (def.coerce && (!isText || carrier === "key"))
        yield "z.coerce.number() accepts anything; use z.number()";
      if (carrier === "key" && (def.checks?.length || "check" in def))
        yield "a numeric key with a rule cannot be documented; use z.string().regex()";
      break;
    case "date":
      if (carrier.startsWith("json") || carrier === "key") yield "JSON has no dates; use z.iso.datetime()";
      if (def.coerce && carrier.includes("response")) yield "z.coerce.date() accepts anything; use z.date()";
      break;
    case "file":
      if (carrier !== "multipart")
        yield 'a file needs a multipart form; set consumes: ["multipart/form-data"]';
      break;
    case "null":
    case "nullable":
      if (isText) yield "text has no null; use .optional()";
      break;
    case "literal":
      if (def.values.includes(undefined)) yield "undefined is neither text nor JSON; use .optional()";
      if (def.values.some((value) => typeof value === "bigint")) yield "a bigint is neither text nor JSON";
      if (isText && def.values.includes(null)) yield "text has no null; use .optional()";
      break;
    case "array":
    case "tuple":
      if (isText && !LISTS_AS_TEXT.has(carrier)) yield `a ${carrier} has no lists; use a string`;
      else if (isText && level === "item") yield "text has no lists of lists";
      else if (isText && level === "root") yield "a form is an object; name its fields";
      break;
    case "object":
      if (carrier === "text") yield "a text has no fields; use z.string()";
      if (isText && level !== "root") yield "text has no objects; use JSON, or name each field";
      if (Object.getOwnPropertySymbols(def.shape).length > 0) yield "a symbol cannot name a field";
      break;
    case "record":
      if (carrier === "text") yield "a text has no fields; use z.string()";
      if (isText && level !== "root") yield "text has no objects; use JSON, or name each field";
      if (def.mode === "loose")
        yield "z.looseRecord() cannot be documented; use z.record() or z.looseObject()";
      break;
    case "pipe":
      if (carrier.includes("response"))
        yield "a response is sent as the handler returns it; write the schema of the sent value";
      break;
    case "custom":
      if (carrier !== "raw response")
        yield "z.custom() and z.instanceof() cannot be documented; refine a schema that can";
      else if (meta.type === undefined)
        yield "z.custom() and z.instanceof() need .meta({ type }), which is documented";
      break;
  }
}

function* innerFaults(schema: Schema, spot: Spot): Generator<string> {
  const { def } = (schema as zod.core.$ZodTypes)._zod;
  const within = (inner: Schema, step: string, level: Spot["level"]) =>
    faultsIn(inner, {
      ...spot,
      level,
      path: joined(spot.path, step),
      isDescribed: false,
      isInIntersection: false,
    });
  switch (def.type) {
    case "array":
      yield* within(def.element, "[]", "item");
      break;
    case "tuple":
      for (const [index, item] of def.items.entries()) yield* within(item, `[${index}]`, "item");
      if (def.rest) yield* within(def.rest, "[]", "item");
      break;
    case "object":
      for (const [name, field] of Object.entries(def.shape)) yield* within(field, name, "field");
      if (def.catchall && def.catchall._zod.def.type !== "never") yield* within(def.catchall, "*", "field");
      break;
    case "record":
      yield* faultsIn(def.keyType, {
        ...spot,
        carrier: "key",
        level: "item",
        path: joined(spot.path, "(key)"),
      });
      yield* within(def.valueType, "*", "field");
      break;
    case "union":
      for (const option of def.options) yield* faultsIn(option, spot);
      break;
    case "intersection":
      for (const name of sharedFields(def.left, def.right))
        yield `${spot.where} ${joined(spot.path, name)}: both sides of an intersection have it; use .extend()`;
      for (const side of [def.left, def.right]) yield* faultsIn(side, { ...spot, isInIntersection: true });
      break;
    case "lazy":
      yield* faultsIn(def.getter(), spot);
      break;
    case "pipe":
      yield* faultsIn(def.in, spot);
      break;
    default:
      // z.catch() and the like are refused themselves.
      if ("innerType" in def && !UNWRITABLE[def.type]) yield* faultsIn(def.innerType, spot);
  }
}

function sharedFields(left: Schema, right: Schema): string[] {
  const [own, others] = [left, right].map((side) =>
    "shape" in side._zod.def ? Object(side._zod.def.shape) : {},
  );
  return Object.keys(own).filter((name) => Object.hasOwn(others, name));
}

function joined(path: string, step: string): string {
  return path === "" || step.startsWith("[") ? path + step : `${path}.${step}`;
}

/** A schema's rules without a JSON Schema keyword. */
function untold(schema: Schema): string[] {
  const { def } = (schema as zod.core.$ZodTypes)._zod;
  const checks = [
    ...("check" in def ? [schema as unknown as zod.core.$ZodCheck] : []),
    ...(def.checks ?? []),
  ];
  const found = new Set<string>();
  let isChanged = false;
  for (const check of checks) {
    const rule = check._zod.def;
    // z.custom() is described by the type that it needs in its .meta().
    if (def.type === "custom" && check === (schema as unknown)) continue;
    if (rule.check === "overwrite") isChanged = true;
    else if (isChanged) found.add("a check after a change such as .trim()");
    else if (rule.check === "custom") found.add("a refinement");
    else if (!KEYWORDS[def.type]?.includes(rule.check) || !isTold(rule)) found.add(`the check ${rule.check}`);
  }
  if (def.type === "pipe" && def.out._zod.def.type !== "transform")
    found.add("a check after a transformation");
  return [...found];
}

/** Whether a pattern or the format's name expresses the rule. */
function isTold(rule: zod.core.$ZodCheckDef): boolean {
  if (rule.check !== "string_format") return true;
  const { format, pattern, hostname, protocol, alg, position } = rule as unknown as Record<string, unknown>;
  if (NAMED_FORMATS.has(String(format))) return !(hostname || protocol || alg);
  return pattern !== undefined && position === undefined;
}

function untoldSentence(rule: string): string {
  return `${rule} has no form in JSON Schema; describe it in .meta({ description })`;
}

/** JSON Schema reads a pattern like `new RegExp(source, "u")`. */
function* flaggedPatterns(schema: Schema): Generator<string> {
  const { def } = (schema as zod.core.$ZodTypes)._zod;
  const own = "pattern" in def ? [def.pattern] : [];
  const patterns = [
    ...own,
    ...(def.checks ?? []).map((check) => (check._zod.def as { pattern?: unknown }).pattern),
  ];
  for (const pattern of patterns) {
    if (!(pattern instanceof RegExp)) continue;
    if (/[imsvy]/.test(pattern.flags))
      yield `the flags of ${pattern} cannot be documented; write it without them`;
    else if (!isUnicodePattern(pattern.source))
      yield `${pattern} is not valid with the flag u, with which it is documented; write it for that flag`;
  }
}

function isUnicodePattern(source: string): boolean {
  try {
    new RegExp(source, "u");
    return true;
  } catch {
    return false;
  }
}

/** Whether the output may differ from the input. */
function changes(schema: Schema): boolean {
  const { def } = (schema as zod.core.$ZodTypes)._zod;
  return (
    ["pipe", "default", "prefault"].includes(def.type) ||
    (def.checks ?? []).some((check) => check._zod.def.check === "overwrite")
  );
}
