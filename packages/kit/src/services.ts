/**
 * Objects that endpoints share and a process creates once: a connection pool, an SDK client, a cache. Each is
 * created at its first use, so that a cold start pays only for the services of its own endpoint.
 */
import type { Config, OwnSettings, ParsedSettings } from "./config.ts";
import { ApiError } from "./errors/api-error.ts";
import type { Log } from "./log.ts";

/** What a service is created from. */
export interface ServiceTools<Settings> {
  readonly config: Config<Settings>;
  readonly log: Log;
  /** Another service, which this one uses. */
  use<Value>(other: ServiceDefinition<Value>): Promise<Value>;
}

export interface ServiceDefinition<Value> {
  readonly create: (tools: ServiceTools<never>) => Value | Promise<Value>;
  readonly close?: ((value: Value) => unknown) | undefined;
}

/** A service of any kind. */
export interface AnyService {
  readonly create: (tools: ServiceTools<never>) => unknown;
  readonly close?: ((value: never) => unknown) | undefined;
}

export type ServiceDefinitions = Readonly<Record<string, AnyService>>;

type ValueOf<Definition> = Definition extends { create: (tools: never) => infer Made }
  ? Awaited<Made>
  : never;

/** The services as handlers and middleware see them: `await services.pool`. */
export type Services<Definitions> = {
  readonly [Name in keyof Definitions]: Promise<ValueOf<Definitions[Name]>>;
};

/** Replacements for some services, for tests. */
export type ReplacedServices<Definitions> = {
  readonly [Name in keyof Definitions]?: ValueOf<Definitions[Name]>;
};

/**
 * Defines a service.
 *
 * @param definition.settings the API's own settings, if `create` reads them.
 * @param definition.create makes it, once per process.
 * @param definition.close ends it when the process drains, after all requests are answered.
 * @example
 * const uploads = service({
 *   settings,
 *   create: ({ config }) => new S3Client({ region: config.settings.UPLOADS_REGION }),
 *   close: (client) => client.destroy(),
 * });
 */
export function service<Value, Settings extends OwnSettings = Record<never, never>>(definition: {
  readonly settings?: Settings;
  readonly create: (tools: ServiceTools<ParsedSettings<Settings>>) => Value | Promise<Value>;
  readonly close?: (value: Value) => unknown;
}): ServiceDefinition<Value> {
  return { create: definition.create, close: definition.close };
}

export interface ServiceSet {
  /** One property per service; reading it returns a promise, and creates the service the first time. */
  readonly services: Readonly<Record<string, Promise<unknown>>>;
  /**
   * Closes the created services in reverse order. One that cannot be closed is logged, and so is one that is
   * not closed after {@link CLOSE_MILLISECONDS}.
   */
  close(): Promise<void>;
}

/** For all services together: a pool whose client is never given back would otherwise wait without end. */
export const CLOSE_MILLISECONDS = 5_000;

/**
 * Makes the services of one process.
 *
 * A service that cannot be created rejects with ApiError 001503 for each request that needs it; the next
 * request tries again.
 *
 * @param replaced replacements for some of them; they are not closed.
 */
export function createServices(
  definitions: ServiceDefinitions,
  { config, log, replaced = {} }: { config: Config; log: Log; replaced?: Readonly<Record<string, unknown>> },
): ServiceSet {
  const pending = new Map<AnyService, Promise<unknown>>();
  const made: { readonly name: string; readonly close: () => unknown }[] = [];
  const names = new Map(Object.entries(definitions).map(([name, definition]) => [definition, name]));
  /** The services that each service has asked for. */
  const uses = new Map<AnyService, Set<AnyService>>();

  const nameOf = (definition: AnyService) => names.get(definition) ?? "a service that the API does not list";

  function get(definition: AnyService): Promise<unknown> {
    const name = nameOf(definition);
    if (Object.hasOwn(replaced, name)) return Promise.resolve(replaced[name]);
    let value = pending.get(definition);
    if (!value) {
      value = create(name, definition);
      pending.set(definition, value);
      value.catch(() => pending.delete(definition));
    }
    return value;
  }

  /** Two services that wait for each other would wait without end. */
  async function use(user: AnyService, used: AnyService): Promise<unknown> {
    const back = wayBetween(used, user, uses);
    if (back) {
      const circle = [user, ...back].map(nameOf).join(" uses ");
      throw new Error(`Services depend on each other in a circle: ${circle}`);
    }
    uses.set(user, new Set(uses.get(user)).add(used));
    return get(used);
  }

  async function create(name: string, definition: AnyService): Promise<unknown> {
    const { create, close } = definition;
    try {
      const value = await create({
        config,
        log,
        use: (other: AnyService) => use(definition, other),
      } as ServiceTools<never>);
      if (close) made.push({ name, close: () => close(value as never) });
      return value;
    } catch (cause) {
      throw new ApiError("001503", {
        reason: "A service behind this API is unavailable; try again later",
        cause: new Error(`The service ${name} cannot be created`, { cause }),
      });
    }
  }

  const services = {};
  for (const [name, definition] of Object.entries(definitions))
    Object.defineProperty(services, name, { enumerable: true, get: () => get(definition) });
  return {
    services,
    async close() {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Error(`It is not closed after ${CLOSE_MILLISECONDS / 1000} seconds`)),
        CLOSE_MILLISECONDS,
      );
      // A service that is still being created is closed too.
      await Promise.race([Promise.allSettled(pending.values()), late.promise]).catch(() => {});
      for (const { name, close } of made.splice(0).reverse()) {
        try {
          await Promise.race([close(), late.promise]);
        } catch (error) {
          log.error("a service cannot be closed", { service: name, error });
        }
      }
      clearTimeout(timer);
    },
  };
}

/** @returns the services from one to another, each of which uses the next; `undefined` if there are none. */
function wayBetween(
  from: AnyService,
  to: AnyService,
  uses: ReadonlyMap<AnyService, ReadonlySet<AnyService>>,
): readonly AnyService[] | undefined {
  if (from === to) return [to];
  for (const next of uses.get(from) ?? []) {
    const rest = wayBetween(next, to, uses);
    if (rest) return [from, ...rest];
  }
  return undefined;
}
