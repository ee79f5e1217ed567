import type * as zod from "zod";
import type { ResponseContract, ResponseContracts, RouteReply } from "./define-route.ts";
import { isJson } from "./media-types.ts";
import { isStream } from "./reply.ts";

/**
 * Compares a handler's response with its contract. A field that the schema does not mention is a fault too,
 * because it may leak data.
 *
 * @returns what is wrong, or `undefined`.
 */
export function replyFault(contracts: ResponseContracts, reply: RouteReply): string | undefined {
  const contract = contracts[reply.status];
  if (!contract) return `the status ${reply.status} is not in the contract`;
  if (contract.stream || isStream(reply.body)) {
    if (contract.stream && isStream(reply.body)) return undefined;
    return contract.stream
      ? `the response ${reply.status} is not a stream`
      : "a stream is not in the contract";
  }
  if (!contract.schema)
    return asSent(reply.body) == null ? undefined : `the response ${reply.status} has no body`;
  const schema = schemaFor(contract, reply.headers?.["content-type"]);
  if (!schema) return `the content type ${reply.headers?.["content-type"]} is not in the contract`;
  const body = asSent(reply.body);
  if (needsHeader(contract, reply))
    return `a body that is neither text nor bytes needs the header content-type: ${contract.contentType}`;
  const result = schema.safeParse(body);
  if (!result.success) {
    return result.error.issues
      .map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`)
      .join("; ");
  }
  const undeclared = undeclaredFields(schema, body, "");
  return undeclared.length > 0 ? `not in the schema: ${undeclared.join(", ")}` : undefined;
}

/** A value is sent as `application/json`: reading the contract first would load zod. */
function needsHeader({ contentType }: ResponseContract, { body, headers }: RouteReply): boolean {
  if (contentType === undefined || isJson(contentType) || headers?.["content-type"]) return false;
  return typeof body !== "string" && !(body instanceof Uint8Array);
}

/** JSON leaves out an undefined field, and turns an undefined item into null. */
function asSent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => asSent(item ?? null));
  if (!isObject(value) || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, asSent(field)]));
}

function schemaFor(
  { contentType = "application/json", schema, alternatives }: ResponseContract,
  given = contentType,
): zod.ZodType | undefined {
  return given === contentType ? schema : alternatives?.[given];
}

/**
 * The fields of a valid value that its schema does not mention. For a union, the option that mentions most of
 * them counts.
 */
function undeclaredFields(schema: zod.core.$ZodType, value: unknown, path: string): readonly string[] {
  const { def } = (schema as zod.core.$ZodTypes)._zod;
  const ofFields = (schemaOf: (name: string) => zod.core.$ZodType | undefined) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, field]) => {
      const place = path ? `${path}.${name}` : name;
      const declared = schemaOf(name);
      return declared ? undeclaredFields(declared, field, place) : [place];
    });
  const ofItems = (schemaOf: (index: number) => zod.core.$ZodType | null | undefined) =>
    (Array.isArray(value) ? value : []).flatMap((item, index) => {
      const declared = schemaOf(index);
      return declared ? undeclaredFields(declared, item, `${path}[${index}]`) : [];
    });

  switch (def.type) {
    case "object":
      return ofFields((name) => (Object.hasOwn(def.shape, name) ? def.shape[name] : def.catchall));
    case "record":
      return ofFields(() => def.valueType);
    case "array":
      return ofItems(() => def.element);
    case "tuple":
      return ofItems((index) => def.items[index] ?? def.rest);
    case "union":
      return fewest(
        def.options
          .filter((option) => (option as zod.ZodType).safeParse(value).success)
          .map((option) => undeclaredFields(option, value, path)),
      );
    case "intersection": {
      const [left, right] = [def.left, def.right].map((side) => undeclaredFields(side, value, path));
      return [...new Set([...within(left, right), ...within(right, left)])];
    }
    case "lazy":
      return undeclaredFields(def.getter(), value, path);
    default:
      return "innerType" in def ? undeclaredFields(def.innerType, value, path) : [];
  }
}

function fewest(found: readonly (readonly string[])[]): readonly string[] {
  return found.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/** The places that equal others, or are inside of them. */
function within(places: readonly string[] = [], others: readonly string[] = []): readonly string[] {
  return places.filter((place) =>
    others.some((other) => place === other || place.startsWith(`${other}.`) || place.startsWith(`${other}[`)),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
