/** An API as one object: its name, its declarations and its endpoints. */
import type { RequestHandler, Router } from "express";
import { type Config, settings as kitSettings, type OwnSettings, type ParsedSettings } from "./config.ts";
import { ApiError, type ApiErrorOptions } from "./errors/api-error.ts";
import { type CatalogueEntry, catalogue, type ErrorCode } from "./errors/catalogue.ts";
import { lazyRecord } from "./lazy-record.ts";
import { type Access, type GroupRefusal, nameGroups } from "./route/access.ts";
import { defineRoute, type Route, type RouteDefiner } from "./route/define-route.ts";
import { wellFormedHeaders } from "./route/reply.ts";
import type { ServiceDefinitions, Services } from "./services.ts";
import type { LoadTracing } from "./tracing/tracing.ts";

/**
 * The endpoints by method and path (`GET /v1/orders/{orderId}`). Each is a function that loads the endpoint's
 * file, at the first request that needs it.
 */
export type RouteLoaders = Readonly<Record<string, () => Promise<Route>>>;

export type ErrorCodes = Readonly<Record<string, CatalogueEntry>>;

/** A finished Express `Router`, mounted below a path of the API. */
export interface MountedRouter {
  /** A verb and a noun, or the name of the mounted router; the gateway's operation name. */
  readonly operationId: string;
  /**
   * Where it is mounted: `/v1/legacy`. The gateway gets two routes for it: this path and everything below it,
   * for every method.
   */
  readonly prefix: string;
  readonly summary: string;
  /** Who may call it. The caller is checked before the router runs. */
  readonly access: Access;
  readonly router: () => Router | Promise<Router>;
}

export interface ApiDefinition<
  Settings extends OwnSettings,
  Definitions extends ServiceDefinitions,
  Errors extends ErrorCodes,
> {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The API's own environment variables, in addition to the kit's. */
  readonly settings?: Settings & OwnSettings;
  readonly services?: Definitions;
  /** The API's own error codes, in addition to the kit's. */
  readonly errors?: Errors;
  /**
   * The public message for a signed-in caller who belongs to none of an endpoint's groups.
   *
   * Default: names the groups.
   */
  readonly groupRefusal?: GroupRefusal;
  /** Runs on every request, in this order, after CORS and before the routes. Created once per process. */
  readonly middleware?: (tools: {
    readonly config: Config<ParsedSettings<Settings>>;
    readonly services: Services<Definitions>;
  }) => readonly RequestHandler[];
  /**
   * `() => import("@lambda-express-api/kit/tracing")`: loaded only where `OTEL_TRACES_EXPORTER` asks for
   * spans.
   */
  readonly tracing?: LoadTracing;
  /** One list, or several; where two have the same key, the later one counts. */
  readonly routes: RouteLoaders | readonly RouteLoaders[];
  /** Existing routers; they come after the routes. */
  readonly routers?: readonly MountedRouter[];
}

/** What the kit needs from any API, whatever it declares. */
export interface Api {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly settings: OwnSettings;
  readonly services: ServiceDefinitions;
  readonly errors: ErrorCodes;
  readonly groupRefusal: GroupRefusal;
  readonly middleware: (tools: {
    readonly config: Config<never>;
    readonly services: never;
  }) => readonly RequestHandler[];
  readonly tracing?: LoadTracing;
  readonly routes: RouteLoaders;
  readonly routers: readonly MountedRouter[];
}

/**
 * An API with the functions that its endpoints import: `defineRoute` and `ApiError` know its settings,
 * services and error codes.
 */
export interface DefinedApi<Settings, Definitions, Code extends string> extends Api {
  readonly settings: Settings & OwnSettings;
  readonly defineRoute: RouteDefiner<{
    readonly settings: ParsedSettings<Settings>;
    readonly services: Services<Definitions>;
    readonly errorCode: Code;
  }>;
  readonly ApiError: new (code: Code, options: ApiErrorOptions) => ApiError;
}

/**
 * Defines an API.
 *
 * @throws TypeError if the name, version, description or routes are missing, if the kit already has a setting
 *   or an error code of the same name, if an error code is invalid, or if a router's path is invalid or taken.
 */
export function defineApi<
  const Settings extends OwnSettings = Record<never, never>,
  const Definitions extends ServiceDefinitions = Record<never, never>,
  const Errors extends ErrorCodes = Record<never, never>,
>(
  definition: ApiDefinition<Settings, Definitions, Errors>,
): DefinedApi<Settings, Definitions, ErrorCode | (keyof Errors & string)> {
  const {
    settings = {},
    services = {},
    errors = {},
    middleware = () => [],
    routes,
    routers = [],
  } = definition;
  // Types check this too, but their message does not say what to write.
  for (const field of ["name", "version", "description"] as const) {
    if (typeof definition[field] !== "string")
      throw new TypeError(`defineApi needs a text as ${field}; write it like ${field}: "..."`);
  }
  if (typeof routes !== "object")
    throw new TypeError(
      "defineApi needs routes; give it those of src/routes/routes.ts, which npm run generate writes",
    );
  for (const name of Object.keys(settings)) {
    if (Object.hasOwn(kitSettings, name))
      throw new TypeError(`The setting ${name} exists already; give yours another name`);
  }
  for (const [code, entry] of Object.entries<CatalogueEntry>(errors)) {
    if (Object.hasOwn(catalogue, code))
      throw new TypeError(`The error code ${code} exists already; give yours another one`);
    if (!isErrorCode(code, entry))
      throw new TypeError(
        `The error code ${code} needs six digits, a status from 400 to 599, a title and a message`,
      );
    wellFormedHeaders(entry.headers ?? {});
  }
  for (const [index, { operationId, prefix, access }] of routers.entries()) {
    if (access.type === "apiKey" && !Object.hasOwn(services, "apiKeys"))
      throw new TypeError(
        `${operationId} takes API keys; name the store of the keys in services: { apiKeys }`,
      );
    if (routers.findIndex((other) => other.prefix === prefix) < index)
      throw new TypeError(`${operationId}: another router is mounted at ${prefix} already`);
    if (!/^(\/[A-Za-z0-9._~-]+)+$/.test(prefix))
      throw new TypeError(
        `${operationId}: a router cannot be mounted at ${prefix}; write a path like /v1/legacy`,
      );
  }
  return {
    ...definition,
    settings: settings as Settings & OwnSettings,
    services,
    errors: { ...catalogue, ...errors },
    routes: isSeveral(routes) ? joinRoutes(routes) : routes,
    groupRefusal: definition.groupRefusal ?? nameGroups,
    middleware: middleware as Api["middleware"],
    routers,
    defineRoute: defineRoute as unknown as DefinedApi<Settings, Definitions, string>["defineRoute"],
    ApiError,
  };
}

const isErrorCode = (code: string, { status, title, message }: CatalogueEntry): boolean =>
  /^\d{6} [45]\d\d$/.test(`${code} ${status}`) &&
  [title, message].every((text) => text && typeof text === "string");

const isSeveral = (routes: RouteLoaders | readonly RouteLoaders[]): routes is readonly RouteLoaders[] =>
  Array.isArray(routes);

/** Not a copy: a cold start would pay for each endpoint. */
function joinRoutes(lists: readonly RouteLoaders[]): RouteLoaders {
  const byPrecedence = lists.toReversed();
  return lazyRecord(
    (key) => {
      for (const list of byPrecedence) {
        const load = list[key];
        if (load) return load;
      }
      return undefined;
    },
    () => [...new Set(lists.flatMap((list) => Object.keys(list)))],
  );
}
