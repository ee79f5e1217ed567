/** Finds the changes of an OpenAPI 3.1 document that break callers. docs/guides/contract.md has a table of the rules. */
import { isDeepStrictEqual } from "node:util";
import { compareSchemas, type Direction, type Fault, type Json, target } from "./compare-schemas.ts";

export interface BreakingChange extends Fault {
  /** `GET /v1/orders/{orderId}` */
  readonly operation: string;
}

interface Operation {
  readonly document: Json;
  readonly name: string;
  readonly path: string;
  readonly definition: Json;
  readonly shared: readonly unknown[];
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** Names each change that breaks callers, by operation and field. */
export function compareDocuments(before: Json, after: Json): BreakingChange[] {
  const now = operationsOf(after);
  return [...operationsOf(before)].flatMap(([key, old]) => {
    const current = now.get(key);
    const faults = current
      ? [...compareAccess(old, current), ...compareInputs(old, current), ...compareAnswers(old, current)]
      : [{ field: "operation", message: "is removed" }];
    // Two variants of a union may have the same fault.
    const distinct = new Map(faults.map((fault) => [JSON.stringify(fault), fault]));
    return [...distinct.values()].map((fault) => ({ operation: old.name, ...fault }));
  });
}

/** By method and path. Callers never see the name of a path variable. */
function operationsOf(document: Json): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, item] of Object.entries(record(document.paths)))
    for (const method of METHODS) {
      const definition = record(item)[method];
      if (definition === undefined) continue;
      const shared = list(record(item).parameters);
      const name = `${method.toUpperCase()} ${path}`;
      found.set(name.replaceAll(/\{[^}]*\}/g, "{}"), {
        document,
        name,
        path,
        definition: record(definition),
        shared,
      });
    }
  return found;
}

function compareAccess(old: Operation, now: Operation): Fault[] {
  const faults: Fault[] = [];
  const allowed = requirementsOf(now);
  const isKept = requirementsOf(old).every((had) =>
    allowed.some((asks) =>
      Object.entries(asks).every(
        ([scheme, scopes]) =>
          Object.hasOwn(had, scheme) && list(scopes).every((scope) => list(had[scheme]).includes(scope)),
      ),
    ),
  );
  if (!isKept)
    faults.push({ field: "security", message: "requires a credential or a scope that callers may not have" });
  for (const scheme of new Set(requirementsOf(old).flatMap((requirement) => Object.keys(requirement)))) {
    const [was, is] = [old, now].map(({ document }) => credential(document, scheme));
    if (isKept && is !== undefined && !isDeepStrictEqual(was, is))
      faults.push({ field: `security ${scheme}`, message: "is sent differently" });
  }
  const groups = groupsOf(now);
  const refused = groupsOf(old)?.filter((group) => !groups?.includes(group));
  if (groups && !refused) faults.push({ field: "groups", message: `are now required: ${groups.join(", ")}` });
  else if (groups && refused && refused.length > 0)
    faults.push({ field: "groups", message: `no longer lets in ${refused.join(", ")}` });
  return faults;
}

/** One for each way to authenticate; `{}` is a caller without credentials. */
function requirementsOf({ document, definition }: Operation): Json[] {
  const requirements = list(definition.security ?? document.security).map(record);
  return requirements.length > 0 ? requirements : [{}];
}

/** Where and how a credential is sent; undefined for an unknown scheme. */
function credential(document: Json, scheme: string): unknown {
  const definition = record(record(document.components).securitySchemes)[scheme];
  if (definition === undefined) return undefined;
  const { type, name, in: place, scheme: http } = record(definition);
  return { type, name, place, http };
}

/** The groups of `x-access`. A caller needs one of them. */
function groupsOf({ definition }: Operation): readonly unknown[] | undefined {
  const { groups } = record(definition["x-access"]);
  return list(groups).length > 0 ? list(groups) : undefined;
}

function compareInputs(old: Operation, now: Operation): Fault[] {
  const faults: Fault[] = [];
  const [was, is] = [parametersOf(old), parametersOf(now)];
  for (const [key, parameter] of was) {
    const current = is.get(key);
    const field = `${parameter.in} ${parameter.name}`;
    if (!current) {
      faults.push({ field, message: "is removed" });
      continue;
    }
    if (current.required === true && parameter.required !== true)
      faults.push({ field, message: "is now required" });
    for (const name of ["style", "explode"])
      if (parameter[name] !== current[name])
        faults.push({ field, message: `is serialized differently: ${name}` });
    faults.push(...compareContents("request", old, now, parameter, current, field));
  }
  for (const [key, { in: place, name, required }] of is)
    if (required === true && !was.has(key))
      faults.push({ field: `${place} ${name}`, message: "is now required" });

  const [oldBody, newBody] = [bodyOf(old), bodyOf(now)];
  if (oldBody && !newBody) faults.push({ field: "body", message: "is removed" });
  if (newBody?.required === true && oldBody?.required !== true)
    faults.push({ field: "body", message: "is now required" });
  if (oldBody && newBody) faults.push(...compareContents("request", old, now, oldBody, newBody, "body"));
  return faults;
}

/** Headers are keyed by lower-case name, path variables by position. */
function parametersOf({ document, definition, path, shared }: Operation): Map<string, Json> {
  const places = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
  const parameters = [...shared, ...list(definition.parameters)].map((one) => followed(document, one));
  return new Map(
    parameters.map((parameter) => {
      const { in: place, name } = parameter;
      const key = place === "header" ? String(name).toLowerCase() : name;
      return [`${place} ${place === "path" ? places.indexOf(String(name)) : key}`, parameter];
    }),
  );
}

function bodyOf({ document, definition }: Operation): Json | undefined {
  return definition.requestBody === undefined ? undefined : followed(document, definition.requestBody);
}

function compareAnswers(old: Operation, now: Operation): Fault[] {
  const faults: Fault[] = [];
  const [was, is] = [record(old.definition.responses), record(now.definition.responses)];
  for (const status of Object.keys(is).filter((one) => /^[123]/.test(one)))
    if (!Object.hasOwn(was, status)) faults.push({ field: status, message: "is a new success status" });
  for (const [status, response] of Object.entries(was)) {
    if (!Object.hasOwn(is, status)) {
      faults.push({ field: status, message: "is removed" });
      continue;
    }
    const [before, after] = [followed(old.document, response), followed(now.document, is[status])];
    faults.push(...compareContents("answer", old, now, before, after, `${status} body`));
    const headers = new Map(
      Object.entries(record(after.headers)).map(([name, one]) => [name.toLowerCase(), one]),
    );
    for (const [name, header] of Object.entries(record(before.headers))) {
      const field = `${status} header ${name}`;
      const current = headers.get(name.toLowerCase());
      if (current === undefined) {
        faults.push({ field, message: "is removed" });
        continue;
      }
      const [had, has] = [followed(old.document, header), followed(now.document, current)];
      if (had.required === true && has.required !== true)
        faults.push({ field, message: "may now be missing" });
      faults.push(...compareContents("answer", old, now, had, has, field));
    }
  }
  return faults;
}

/** The schema of a parameter, header or body, or one schema for each media type. */
function compareContents(
  direction: Direction,
  old: Operation,
  now: Operation,
  before: Json,
  after: Json,
  field: string,
): Fault[] {
  const schemas = (was: unknown, is: unknown) =>
    compareSchemas(
      direction,
      { document: old.document, schema: was ?? true },
      { document: now.document, schema: is ?? true },
      field,
    );
  const content = record(after.content);
  return [
    ...schemas(before.schema, after.schema),
    ...Object.entries(record(before.content)).flatMap(([type, media]) =>
      Object.hasOwn(content, type)
        ? schemas(record(media).schema, record(content[type]).schema)
        : [{ field, message: `is no longer ${type}` }],
    ),
  ];
}

function followed(document: Json, value: unknown): Json {
  const { $ref } = record(value);
  return typeof $ref === "string" ? followed(document, target(document, $ref)) : record(value);
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
