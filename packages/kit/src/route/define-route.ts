/**
 * An endpoint's definition. Everything else comes from it: the Express route with its validation, the OpenAPI operation, the
 * gateway's route, the admins' list, the access table and the access tests.
 *
 * Schemas are functions that receive zod, so a request without validation never loads it
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

/** The methods that an endpoint can have. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export type Method = (typeof METHODS)[number];

/**
 * The schemas for the parts of a request. Except for path variables, parts without a schema do not reach the handler.
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
  /** If omitted, the response has no body, as in a redirect or a 204. A 200 requires a schema. */
  readonly schema?: zod.ZodType;
  /**
   * Sends the body in pieces, without a schema; set `contentType`. HTTP APIs cannot stream, so Lambda collects a finite body
   * first, up to 6 MB. An endless body, such as server-sent events, requires `only: "container"`.
   */
  readonly stream?: "finite" | "endless";
  /**
   * Default: `application/json`. A body of any other type is a string or bytes, which the kit sends unchanged. To send a
   * value as another JSON type, such as `application/hal+json`, also set the reply's `content-type` header.
   */
  readonly contentType?: string;
  /** Alternative responses, by content type. Select one with the reply's `content-type` header. */
  readonly alternatives?: Readonly<Record<string, zod.ZodType>>;
}

/** One contract per success status. Error responses come from the catalogue. */
export interface ResponseContracts {
  readonly [status: number]: ResponseContract;
}

/**
 * What an API declares besides its endpoints: settings, services and error codes, as handlers see them.
 */
export interface ApiTypes {
  readonly settings: object;
  readonly services: object;
  readonly errorCode: string;
}

/** The types for an API without any of these. */
export interface KitTypes extends ApiTypes {
  readonly settings: Readonly<Record<never, never>>;
  readonly services: Readonly<Record<never, never>>;
  readonly errorCode: ErrorCode;
}

/** What a handler can find out about its own API. */
export interface ApiFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The kit's error codes and the API's own. */
  readonly errors: Readonly<Record<string, CatalogueEntry>>;
  /** Every enabled endpoint, sorted by path. */
  endpoints(): Promise<readonly Route[]>;
}

/** A trace (W3C Trace Context). */
export interface Trace {
  readonly traceId: string;
  /** `traceparent`, and `tracestate` if the caller sent it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The input that every handler receives. */
export interface HandlerContext<Types extends ApiTypes = KitTypes> {
  readonly requestId: string;
  readonly clientIp: string;
  /** The public path of this API's root: `""`, `/express` (mapping key) or `/mvp` (stage). */
  readonly basePath: string;
  /** The public origin of this API: `https://api.example.com`. */
  readonly origin: string;
  /** Aborts when the deadline has passed or the caller has gone. */
  readonly signal: AbortSignal;
  /** Adds the request's IDs to each line. */
  readonly log: Log;
  /** The request's trace. Send its `headers` with calls to other services. */
  readonly trace: Trace;
  /**
   * `fetch` with the trace's headers and the request's signal, which aborts the call once the response is no longer needed.
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
        /** The original body, or no bytes if the request has no body. */
        readonly rawBody: Uint8Array;
      }
    : unknown);

/** A cookie to set, with safe defaults. */
export interface Cookie {
  readonly name: string;
  /** Any text. The kit encodes it. */
  readonly value: string;
  /** 0 deletes the cookie. Default: the cookie lasts until the browser session ends. */
  readonly maxAgeSeconds?: number;
  /** Default: the API's own path, or `/` if the name starts with `__Host-`. */
  readonly path?: string;
  readonly domain?: string;
  /** Default: `lax`. */
  readonly sameSite?: "lax" | "strict" | "none";
  /** If true, the page's scripts cannot read the cookie. Default: true. */
  readonly httpOnly?: boolean;
  /** Default: true. Browsers treat `http://localhost` as secure. */
  readonly secure?: boolean;
}

/** What a response can have besides its status and body. */
export interface ReplyDetails {
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly Cookie[];
  /** The file name, in any language, under which browsers save the body. `inline` displays the body instead. */
  readonly file?: { readonly name: string; readonly disposition?: "attachment" | "inline" };
}

/** A handler's result: one of the contract's statuses with its body. */
export type HandlerReply<Contracts extends ResponseContracts> = {
  [Status in keyof Contracts]: { readonly status: Status } & ReplyDetails & BodyOf<Contracts[Status]>;
}[keyof Contracts];

/** A web stream, Node stream or async iterator of text or bytes. */
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
  /** The day, at midnight UTC, from which the endpoint is deprecated: `2026-05-01`. */
  readonly since: string;
  /** The day from which the endpoint may no longer exist. */
  readonly sunset?: string;
  /** The replacement's path: `/v2/orders/{orderId}`. Its variables must exist in the endpoint's own path. */
  readonly successor?: string;
}

export interface RouteContract<
  Path extends string,
  Schemas extends RequestSchemas,
  Contracts,
  Code extends string = string,
  Raw extends boolean = boolean,
> {
  /** A verb and a noun. It is also the file name, and the gateway's operation name. */
  readonly operationId: string;
  readonly method: Method;
  /** In the syntax of OpenAPI and API Gateway: `/v1/orders/{orderId}`, `/v1/files/{path+}`. */
  readonly path: Path;
  /** One sentence. */
  readonly summary: string;
  readonly description?: string;
  /** Adds a HEAD route to the gateway. Only for GET. The app itself always responds to HEAD. */
  readonly head?: true;
  /** The feature that enables the endpoint. Default: the endpoint is always enabled. */
  readonly feature?: keyof Features;
  /** Limits the endpoint to the container, so Lambda and the gateway do not have it. Default: both runtimes. */
  readonly only?: "container";
  /** How the kit itself uses the endpoint. */
  readonly role?: Role;
  /**
   * Express handlers that run after the access check and before the body is read: `use: [rateLimit(...)]`.
   */
  readonly use?: readonly RequestHandler[];
  readonly request?: (z: Zod) => Schemas;
  /**
   * The media types that the body can have, or ranges such as `text/*`. Default: JSON.
   *
   * The kit parses JSON (including types that end in `+json`), JSON Lines and forms, and passes text as a string. All of them
   * must be UTF-8. Other types cannot have a schema: use `rawBody`.
   */
  readonly consumes?: readonly [MediaType, ...MediaType[]];
  /** Passes the body's bytes to the handler as `rawBody`, for example to verify a signature. */
  readonly rawBody?: Raw;
  /** Query parameters whose lists are a single value: `?fields=a,b`. Other lists are repeated: `?tag=a&tag=b`. */
  readonly commaSeparated?: readonly string[];
  /** Default: 1 MiB. */
  readonly bodyLimitBytes?: number;
  /**
   * Whether callers can, or must, send an `Idempotency-Key` header. A repeated request then gets the response to the first
   * one. Requires the API's `sharedStore` service.
   */
  readonly idempotency?: "required" | "optional";
  /** Deprecates the endpoint: responses, the OpenAPI document and the docs pages say so, and each call is logged. */
  readonly deprecated?: Deprecation;
  readonly responses: (z: Zod) => Contracts;
  /**
   * The `cache-control` header for responses that do not set their own. Default: `no-store`. Errors are never cached.
   */
  readonly cacheControl?: string;
  /** Adds an entity tag to responses, so that callers who already have the content get a 304. Only for GET. */
  readonly etag?: true;
  /**
   * Gives the endpoint its own latency metric if `METRICS_NAMESPACE` is set. AWS charges for it every month.
   */
  readonly metrics?: boolean;
  /** The codes that the handler itself can throw, besides those that every such endpoint has. */
  readonly errors?: readonly Code[];
}

/**
 * - `health`: the health check of containers and releases
 * - `token`, `refresh`: the OAuth 2.0 endpoints through which the docs pages sign in
 * - `docs`: describes the API itself, so lists of endpoints show it last
 */
export type Role = "health" | "token" | "refresh" | "docs";

/** What the rest of the program knows about an endpoint. */
export interface Route extends Omit<RouteContract<string, RequestSchemas, ResponseContracts>, "method"> {
  /** `ANY` for a mounted router. */
  readonly method: Method | "ANY";
  readonly access: Access;
  /** Receives the caller if the access rule requires one. */
  readonly handler: (
    input: Record<string, unknown> & HandlerContext & Partial<Authenticated>,
  ) => Promise<RouteReply>;
}

export interface RouteReply extends ReplyDetails {
  readonly status: number;
  readonly body?: unknown;
}

/**
 * Defines an endpoint: first its contract, then who may call it and what it does.
 *
 * @throws TypeError if API Gateway would reject the path.
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

/** An HTTP API sends the whole response at once, so endless streams work only in the container. */
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

/** The compiler shows this text if the API does not have the service. */
interface NeedsSharedStore {
  readonly needs: "the service sharedStore, in defineApi({ services: { sharedStore } })";
}

/** RFC 9110, section 9.2.1. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

const LITERAL = /^[A-Za-z0-9._~-]+$/;
const VARIABLE = /^\{[A-Za-z_][A-Za-z0-9_]*\}$/;
const GREEDY_VARIABLE = /^\{[A-Za-z_][A-Za-z0-9_]*\+\}$/;

/** In API Gateway, a variable is a whole segment, and a greedy variable comes last. */
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
