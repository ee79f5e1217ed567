import type { Request } from "express";
import { replyFault } from "./check-reply.ts";
import type {
  RequestSchemas,
  ResponseContract,
  ResponseContracts,
  Route,
  RouteReply,
} from "./define-route.ts";
import { bodyKindOf, isJson } from "./media-types.ts";
import { type BodyReader, createBodyReader, parseBody, type ReceivedBody } from "./read-body.ts";
import { parseRequest } from "./validate.ts";

const DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024;

/** Values of these are text, like a query's. */
const TEXT_KINDS: ReadonlySet<string> = new Set(["form", "multipart", "text"]);

/** How an endpoint's schemas are applied to a request. zod is loaded when the first one is needed. */
export interface RouteSchemas {
  /**
   * Reads a request.
   *
   * @param params the original path variables.
   * @returns `parts`: `params`, the parts that have schemas (`query`, `headers`, `cookies`, `body`), and
   *   `rawBody` if the endpoint asks for it; and the body before its schema has changed it.
   * @throws ApiError 001400, 002400, 001413 or 001415
   */
  readRequest(
    request: Request,
    params: Readonly<Record<string, string>>,
  ): Promise<{ readonly parts: Readonly<Record<string, unknown>>; readonly sentBody: unknown }>;
  /** @throws Error when the response breaks its contract. */
  demandContract(reply: RouteReply): Promise<void>;
  /** The contract's content types for text, bytes or a stream. */
  contractOf(reply: RouteReply): Promise<ResponseContract | undefined>;
}

/**
 * @param demandsDocumentable whether schemas that cannot be documented as they are validated are an error,
 *   for development and tests: `generate` and the builds refuse them too.
 */
export function createRouteSchemas(route: Route, demandsDocumentable: boolean): RouteSchemas {
  let schemas: Promise<{ request: RequestSchemas; responses: ResponseContracts }> | undefined;
  let readBody: BodyReader | undefined;

  async function make() {
    const z = await import("zod");
    if (!demandsDocumentable) return { request: route.request?.(z) ?? {}, responses: route.responses(z) };
    const { makeSchemas, routeFaults } = await import("./schema-faults.ts");
    const made = makeSchemas(route, z);
    const [fault] = routeFaults(route, made);
    if (fault) throw new TypeError(fault);
    return made;
  }

  function load() {
    schemas ??= make();
    return schemas;
  }

  return {
    async readRequest(request, params) {
      const wanted = route.request ? (await load()).request : {};
      readBody ??= createBodyReader(
        route.consumes ?? ["application/json"],
        route.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
      );
      const { headers } = request;
      const query = route.commaSeparated
        ? (await import("./comma-separated.ts")).withCommaSeparated(
            request.query,
            request.url.split("?").slice(1).join("?"),
            route.commaSeparated,
          )
        : request.query;
      const cookies = wanted.cookies && (await import("./cookies.ts")).readCookies(headers.cookie);
      const received = wanted.body || route.rawBody ? await readBody(request) : undefined;
      const body = wanted.body && received ? await parseBody(received, headers["content-type"]) : undefined;
      const isText = TEXT_KINDS.has(bodyKindOf(received?.mediaType ?? ""));
      const parsed = parseRequest(wanted, { params, query, headers, cookies, body, isText });
      if (!received || !route.rawBody) return { parts: parsed, sentBody: body };
      const rawBody = bytesOf(received, route);
      return { parts: { ...parsed, rawBody }, sentBody: body ?? rawBody };
    },

    async demandContract(reply) {
      const fault = replyFault((await load()).responses, reply);
      if (fault) throw new Error(`The response of ${route.operationId} breaks its contract: ${fault}`);
    },

    async contractOf({ status }) {
      const contract = (await load()).responses[status];
      if (contract?.contentType === undefined || !isJson(contract.contentType)) return contract;
      // The default, which writes a string as JSON.
      const { contentType: _, ...others } = contract;
      return others;
    },
  };
}

/** @throws Error for the log: what middleware has parsed cannot become the original bytes again. */
function bytesOf({ bytes }: ReceivedBody, { operationId }: Route): Uint8Array {
  if (bytes) return bytes;
  throw new Error(
    `${operationId} asks for rawBody, and middleware has parsed the body before it; let that middleware skip this path`,
  );
}
