import type * as zod from "zod";
import type { ResponseContract, ResponseContracts, RouteReply } from "./define-route.ts";

/**
 * Compares what a handler answered with what its contract promises. A field that the schema does not mention counts as
 * a fault too: that is how things leak.
 *
 * @returns what is wrong, or `undefined`.
 */
export function replyFault(contracts: ResponseContracts, reply: RouteReply): string | undefined {
  const contract = contracts[reply.status];
  if (!contract) return `the status ${reply.status} is not in the contract`;
  const schema = schemaFor(contract, reply.headers?.["content-type"]);
  if (!schema) return `the content type ${reply.headers?.["content-type"]} is not in the contract`;
  const result = schema.safeParse(reply.body);
  if (!result.success) {
    return result.error.issues
      .map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`)
      .join("; ");
  }
  // Bytes have no fields, but as many keys as there are of them.
  if (reply.body instanceof Uint8Array) return undefined;
  const undeclared = undeclaredFields(reply.body, result.data, "");
  return undeclared.length > 0 ? `not in the schema: ${undeclared.join(", ")}` : undefined;
}

function schemaFor(
  { contentType = "application/json", schema, alternatives }: ResponseContract,
  given = contentType,
): zod.ZodType | undefined {
  return given === contentType ? schema : alternatives?.[given];
}

function undeclaredFields(given: unknown, parsed: unknown, path: string): string[] {
  if (Array.isArray(given) && Array.isArray(parsed)) {
    return given.flatMap((item, index) => undeclaredFields(item, parsed[index], `${path}[${index}]`));
  }
  if (!isObject(given) || !isObject(parsed)) return [];
  return Object.keys(given).flatMap((name) => {
    const place = path ? `${path}.${name}` : name;
    if (given[name] === undefined) return [];
    return Object.hasOwn(parsed, name) ? undeclaredFields(given[name], parsed[name], place) : [place];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
