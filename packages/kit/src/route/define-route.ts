/**
 * The definition of an endpoint, from which everything else is made: the Express route with its validation,
 * the OpenAPI operation, the gateway's route, the admin listing, the access table and the access tests.
 *
 * Schemas are made by functions that receive zod, so that a request without validation never loads it
 * (docs/decisions/0002-route-definitions.md).
 */
import type { RequestHandler } from "express";
import type * as zod from "zod";
import type { Config, Features } from "../config.ts";
import type { CatalogueEntry, ErrorCode } from "../errors/catalogue.ts";
import type { Log } from "../log.ts";
import type { WithSharedStore } from "../shared-store/shared-store.ts";
import { type Access, type Authenticated, type GuardedHandler, ONE_KIND_OF_CALLER } from "./access.ts";
import type { MediaType } from "./media-types.ts";

export type Zod = typeof zod;

/** The methods that an endpoint may have. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export type Method = (typeof METHODS)[number];

/**
 * The schemas of a request's parts. Parts without a schema do not reach the handler, except path variables.
 */
export interface RequestSchemas {
  readonly params?: zod.ZodObject;
  readonly query?: zod.ZodObject;
  /** Names in any case. */
  readonly headers?: zod.ZodObject;
  readonly cookies?: zod.ZodObject;
  readonly body?: zod.ZodType;
}

export interface ResponseContract {
  readonly description: string;
  /** Without one, the answer has no body: a redirect, a 204. A 200 always has one. */
  readonly schema?: zod.ZodType;
  /**
   * A body that is sent in pieces, instead of a schema; `contentType` says what it is. Behind an HTTP API,
   * which cannot stream, a finite one is collected first, up to 6 MB. An endless one, such as server-sent
   * events, needs `only: "container"`.
   */
  readonly stream?: "finite" | "endless";
  /**
   * Default: `application/json`. Any other type is sent unchanged: a string or bytes. For another type of
   * JSON, such as `application/hal+json`, a reply with a value also has the header `content-type`.
   */
  readonly contentType?: string;
  /** Alternative answers, by content type. A reply of such a type names it in its `content-type` header. */
  readonly alternatives?: Readonly<Record<string, zod.ZodType>>;
}

/** One contract for each success status. Error answers come from the catalogue. */
export interface ResponseContracts {
  readonly [status: number]: ResponseContract;
}

/**
 * An API's declarations besides its endpoints: its settings, services and error codes, as handlers see them.
 */
export interface ApiTypes {
  readonly settings: object;
  readonly services: object;
  readonly errorCode: string;
}

/** The types of an API without declarations. */
export interface KitTypes extends ApiTypes {
  readonly settings: Readonly<Record<never, never>>;
  readonly services: Readonly<Record<never, never>>;
  readonly errorCode: ErrorCode;
}

/** What an endpoint may ask about its own API. */
export interface ApiFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The kit's error codes and its own. */
  readonly errors: Readonly<Record<string, CatalogueEntry>>;
  /** Every enabled endpoint, sorted by path. */
  endpoints(): Promise<readonly Route[]>;
}

/** A trace, by W3C Trace Context. */
export interface Trace {
  readonly traceId: string;
  /** `traceparent`, and `tracestate` where the caller sent one. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The input that every handler gets, whatever the endpoint. */
export interface HandlerContext<Types extends ApiTypes = KitTypes> {
  readonly requestId: string;
  readonly clientIp: string;
  /** The public path of this API's root: `""`, `/express` (mapping key) or `/mvp` (stage). */
  readonly basePath: string;
  /** The public origin of this API: `https://api.example.com`. */
  readonly origin: string;
  /** Aborts when the deadline has passed or the caller has gone. */
  readonly signal: AbortSignal;
  /** Writes lines that carry the ids of the request. */
  readonly log: Log;
  /** The request's trace. Send its `headers` along with calls to other services. */
  readonly trace: Trace;
  /**
   * `fetch` with the trace's headers and the request's signal, which aborts it when the answer is no longer
   * needed.
   */
  readonly fetch: typeof fetch;
  readonly config: Config<Types["settings"]>;
  /** Each service as a promise: `const pool = await services.pool`. */
  readonly services: Types["services"];
  readonly api: ApiFacts;
}

type Variables<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Greedy}+` ? Greedy : Name) | Variables<Rest>
  : never;

type Parsed<Schemas extends RequestSchemas, Path extends string> = {
  readonly [Part in keyof Schemas]: Schemas[Part] extends zod.ZodType ? zod.output<Schemas[Part]> : never;
} & (Schemas extends { readonly params: zod.ZodObject }
  ? unknown
  : { readonly params: { readonly [Name in Variables<Path>]: string } });

export type HandlerInput<
  Schemas extends RequestSchemas,
  Path extends string,
  Types extends ApiTypes = KitTypes,
  Raw extends boolean = false,
> = Parsed<Schemas, Path> &
  HandlerContext<Types> &
  (Raw extends true
    ? {
        /** The original body; empty if there is none. */
        readonly rawBody: Uint8Array;
      }
    : unknown);

/** A cookie to set, with safe defaults. */
export interface Cookie {
  readonly name: string;
  /** Any text: it is encoded. */
  readonly value: string;
  /** 0 deletes the cookie. Default: it ends with the browser's session. */
  readonly maxAgeSeconds?: number;
  /** Default: the API's own, or `/` for a name that begins with `__Host-`. */
  readonly path?: string;
  readonly domain?: string;
  /** Default: `lax`. */
  readonly sameSite?: "lax" | "strict" | "none";
  /** Whether scripts of a page cannot read it. Default: true. */
  readonly httpOnly?: boolean;
  /** Default: true. Browsers take `http://localhost` for secure. */
  readonly secure?: boolean;
}

/** What an answer may have besides its status and its body. */
export interface ReplyDetails {
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly Cookie[];
  /** The file name under which a browser stores the body, in any language; `inline` displays it instead. */
  readonly file?: { readonly name: string; readonly disposition?: "attachment" | "inline" };
}

/** A handler's result: one of the contract's statuses, with its body. */
export type HandlerReply<Contracts extends ResponseContracts> = {
  [Status in keyof Contracts]: { readonly status: Status } & ReplyDetails & BodyOf<Contracts[Status]>;
}[keyof Contracts];

/** A Web stream, a Node stream or an async iterator, of text or bytes. */
export type StreamBody = AsyncIterable<string | Uint8Array>;

type BodyOf<Contract> = Contract extends { readonly stream: "finite" | "endless" }
  ? { readonly body: StreamBody }
  : SchemaBodyOf<Contract>;

type SchemaBodyOf<Contract> = Contract extends { readonly schema: infer Schema extends zod.ZodType }
  ? undefined extends zod.input<Schema>
    ? { readonly body?: zod.input<Schema> | AlternativeBody<Contract> }
    : { readonly body: zod.input<Schema> | AlternativeBody<Contract> }
  : { readonly body?: undefined };

type AlternativeBody<Contract> = Contract extends {
  readonly alternatives: infer Schemas extends Readonly<Record<string, zod.ZodType>>;
}
  ? zod.input<Schemas[keyof Schemas]>
  : never;

export interface Deprecation {
  /** The day from which it is deprecated: `2026-05-01`, at midnight UTC. */
  readonly since: string;
  /** The day from which it may be gone. */
  readonly sunset?: string;
  /** The path of its replacement: `/v2/orders/{orderId}`, with no variables besides the endpoint's own. */
  readonly successor?: string;
}

export interface RouteContract<
  Path extends string,
  Schemas extends RequestSchemas,
  Contracts,
  Code extends string = string,
  Raw extends boolean = boolean,
> {
  /** Verb and noun; also the name of the file, and the gateway's operation name. */
  readonly operationId: string;
  readonly method: Method;
  /** In OpenAPI's and API Gateway's form: `/v1/orders/{orderId}`, `/v1/files/{path+}`. */
  readonly path: Path;
  /** One sentence. */
  readonly summary: string;
  readonly description?: string;
  /** Whether the gateway gets a route for HEAD too. For GET only; the app itself always answers HEAD. */
  readonly head?: true;
  /** The feature that enables the endpoint; without one it is always enabled. */
  readonly feature?: keyof Features;
  /** Where the endpoint exists: not in Lambda, and without a route at the gateway. Default: everywhere. */
  readonly only?: "container";
  /** The kit's own use of the endpoint. */
  readonly role?: Role;
  /**
   * Express handlers that run after the access check and before the body is read: `use: [rateLimit(...)]`.
   */
  readonly use?: readonly RequestHandler[];
  readonly request?: (z: Zod) => Schemas;
  /**
   * The accepted media types of the body, or ranges such as `text/*`. Default: JSON.
   *
   * JSON (and types that end with `+json`), lines of JSON and forms are parsed, text is a string; all of it
   * is UTF-8. Other types have no schema: take them as `rawBody`.
   */
  readonly consumes?: readonly [MediaType, ...MediaType[]];
  /** Whether the handler also gets the body's bytes as `rawBody`: to verify a signature, or to store them. */
  readonly rawBody?: Raw;
  /** Lists of the query that come as one value, `?fields=a,b`. Others are repeated: `?tag=a&tag=b`. */
  readonly commaSeparated?: readonly string[];
  /** Default: 1 MiB. */
  readonly bodyLimitBytes?: number;
  /**
   * Whether callers may, or must, send the header `Idempotency-Key`, with which a repeated request gets the
   * answer of the first one. Needs the API's service `sharedStore`.
   */
  readonly idempotency?: "required" | "optional";
  /** Deprecates the endpoint: answers, document and pages say so, and each call is logged. */
  readonly deprecated?: Deprecation;
  readonly responses: (z: Zod) => Contracts;
  /**
   * `cache-control` of its answers, unless an answer sets its own. Default: `no-store`. Errors are never
   * cached.
   */
  readonly cacheControl?: string;
  /** Whether its answers get an entity tag, so that callers who have the content get 304. For GET only. */
  readonly etag?: true;
  /**
   * Where `METRICS_NAMESPACE` is set: whether the endpoint has its own latency metric, which costs money
   * every month.
   */
  readonly metrics?: boolean;
  /** Codes that the handler itself may throw, besides those of every endpoint of its kind. */
  readonly errors?: readonly Code[];
}

/**
 * - `health`: the health check of containers and releases
 * - `token`, `refresh`: the OAuth 2.0 endpoints through which the docs pages sign in
 * - `docs`: describes the API itself; lists of endpoints show it last
 */
export type Role = "health" | "token" | "refresh" | "docs";

/** What the rest of the program knows about an endpoint. */
export interface Route extends Omit<RouteContract<string, RequestSchemas, ResponseContracts>, "method"> {
  /** `ANY` for a mounted router. */
  readonly method: Method | "ANY";
  readonly access: Access;
  /** Is called with the caller if the access rule requires one. */
  readonly handler: (
    input: Record<string, unknown> & HandlerContext & Partial<Authenticated>,
  ) => Promise<RouteReply>;
}

export interface RouteReply extends ReplyDetails {
  readonly status: number;
  readonly body?: unknown;
}

/**
 * Defines an endpoint: the contract first, then who may call it and what it does.
 *
 * @throws TypeError for a path that API Gateway would refuse.
 * @example
 * export const getOrder = defineRoute({
 *   operationId: "getOrder",
 *   method: "GET",
 *   path: "/v1/orders/{orderId}",
 *   summary: "Gets an order.",
 *   responses: (z) => ({ 200: { description: "The order.", schema: z.object({ orderId: z.string() }) } }),
 * }).handler(auth({ groups: ["STAFF"] }, async ({ params }) => ({ status: 200, body: params })));
 */
export const defineRoute: RouteDefiner<KitTypes> = (contract) => {
  checkPath(contract.operationId, contract.path);
  for (const property of ["head", "etag"] as const)
    if (contract[property] && contract.method !== "GET")
      throw new TypeError(`${contract.operationId} is ${contract.method}; only GET can have ${property}`);
  if (contract.idempotency && SAFE_METHODS.has(contract.method))
    throw new TypeError(
      `${contract.operationId}: a ${contract.method} changes nothing, so it needs no idempotency; leave it out`,
    );
  return {
    handler(guarded, ...others: readonly unknown[]) {
      // Types check this too, but their message does not say what to write.
      if (others.length > 0) throw new TypeError(`${contract.operationId}: ${ONE_KIND_OF_CALLER}`);
      if (typeof guarded?.access !== "object") {
        throw new TypeError(
          `${contract.operationId} does not say who may call it: wrap its handler in auth({ groups: [...] }, ...), apiKey({ scopes: [...] }, ...) or anyone(...)`,
        );
      }
      const { operationId, cacheControl = "" } = contract;
      if (guarded.access.type !== "public" && /\b(public|s-maxage)\b/i.test(cacheControl))
        throw new TypeError(
          `${operationId} identifies its caller, but ${cacheControl} lets caches share its responses; use private`,
        );
      // The parsed input has the schemas' types because the same schemas parsed it.
      const handler = guarded.handler as unknown as Route["handler"];
      return { ...contract, access: guarded.access, handler };
    },
  };
};

/** An HTTP API answers all at once: an endless stream works in the container only. */
type WhereStreamsAre<Contracts extends ResponseContracts> = {
  [Status in keyof Contracts]: Contracts[Status] extends { readonly stream: "endless" } ? true : never;
}[keyof Contracts] extends never
  ? unknown
  : { readonly only: "container" };

/** `defineRoute` for the endpoints of an API with its own settings, services and error codes. */
export type RouteDefiner<Types extends ApiTypes> = <
  const Path extends string,
  Contracts extends ResponseContracts,
  Schemas extends RequestSchemas = Record<never, never>,
  const Raw extends boolean = false,
>(
  contract: RouteContract<Path, Schemas, Contracts, Types["errorCode"], Raw> &
    WhereStreamsAre<Contracts> &
    (Types["services"] extends WithSharedStore ? unknown : { readonly idempotency?: NeedsSharedStore }),
) => {
  handler(guarded: GuardedHandler<HandlerInput<Schemas, Path, Types, Raw>, HandlerReply<Contracts>>): Route;
};

/** The compiler's message where an API has no such service. */
interface NeedsSharedStore {
  readonly needs: "the service sharedStore, in defineApi({ services: { sharedStore } })";
}

/** RFC 9110, section 9.2.1. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

const LITERAL = /^[A-Za-z0-9._~-]+$/;
const VARIABLE = /^\{[A-Za-z_][A-Za-z0-9_]*\}$/;
const GREEDY_VARIABLE = /^\{[A-Za-z_][A-Za-z0-9_]*\+\}$/;

/** API Gateway: a variable is one whole segment; a greedy one comes last. */
function checkPath(operationId: string, path: string): void {
  const segments = path.replace(/\/$/, "").split("/").slice(1);
  const wellFormed =
    path.startsWith("/") &&
    segments.every(
      (segment, index) =>
        LITERAL.test(segment) ||
        VARIABLE.test(segment) ||
        (GREEDY_VARIABLE.test(segment) && index === segments.length - 1),
    );
  if (!wellFormed) {
    throw new TypeError(
      `${operationId}: API Gateway does not accept the path ${path}; write it like /v1/orders/{orderId}`,
    );
  }
}
