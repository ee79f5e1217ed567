/**
 * A function beside the API, started by a queue, a schedule or a topic. It shares the API's settings and
 * services.
 */
import type { DefinedApi } from "../api.ts";
import { type Config, loadConfig, type OwnSettings, type ParsedSettings, secretValues } from "../config.ts";
import { createLog, type Log, withoutSecrets } from "../log.ts";
import { TraceContext } from "../request/request-ids.ts";
import { createServices, type ServiceDefinitions, type Services } from "../services.ts";
import type { InvocationContext } from "./event-adapter.ts";
import { writeLine } from "./write-line.ts";

export interface JobTools<Settings, Definitions> {
  readonly config: Config<ParsedSettings<Settings>>;
  /** Each line has the ids of the invocation and of its trace. */
  readonly log: Log;
  /** Each is a promise, made once per instance: `await services.pool`. */
  readonly services: Services<Definitions>;
}

export interface JobOptions {
  /** Default: the process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: JSON lines on stdout. */
  readonly log?: Log;
  /** Replacements for the API's services, for tests. */
  readonly services?: Readonly<Record<string, unknown>>;
}

/**
 * Makes the handler of a function beside the API.
 *
 * A failure is logged and thrown again, so that Lambda counts it, and a queue delivers the messages once
 * more.
 *
 * @param run gets the original event, and the same config, log and services as an endpoint's handler.
 * @throws ConfigError when the environment is wrong, or `RUNTIME` is not `LAMBDA`.
 * @example
 * export const handler = createJob(api, async (event: SQSEvent, { services }) => {
 *   const mailer = await services.mailer;
 *   for (const { body } of event.Records) await mailer.send(JSON.parse(body));
 * });
 */
export function createJob<
  Settings extends OwnSettings,
  Definitions extends ServiceDefinitions,
  Code extends string,
  Event,
  Result,
>(
  api: DefinedApi<Settings, Definitions, Code>,
  run: (event: Event, tools: JobTools<Settings, Definitions>) => Promise<Result>,
  {
    environment = process.env,
    log = createLog(withoutSecrets(writeLine, secretValues(environment, api.settings))),
    services: replaced = {},
  }: JobOptions = {},
): (event: Event, context: Pick<InvocationContext, "awsRequestId">) => Promise<Result> {
  const config = loadConfig(environment, { runtime: "LAMBDA", settings: api.settings });
  const { services } = createServices(api.services, { config, log, replaced });

  return async (event, { awsRequestId }) => {
    // Lambda sets it for each invocation ("Defined runtime environment variables").
    const { traceId } = new TraceContext({ "x-amzn-trace-id": environment._X_AMZN_TRACE_ID }, awsRequestId);
    const ownLog = log.with({ requestId: awsRequestId, lambdaRequestId: awsRequestId, traceId });
    try {
      return await run(event, {
        config: config as unknown as Config<ParsedSettings<Settings>>,
        log: ownLog,
        services: services as Services<Definitions>,
      });
    } catch (error) {
      ownLog.error("job failed", { error });
      throw error;
    }
  };
}
