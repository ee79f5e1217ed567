/** What an owner makes beside the API, in `infra.ts` next to `sst.config.ts`, and hands to it. */
import type { Api } from "@lambda-express-api/kit";
import type { Settings } from "../settings.ts";
import { secretEnvironment } from "./environment.ts";
import type { OwnRights } from "./function-args.ts";
import type { LambdaApi } from "./lambda-api.ts";

export interface OwnInfra extends OwnRights {
  /** Names and URLs, under the variables of the API's settings that are `fromInfra`: `{ ORDERS_TABLE: orders.name }`. */
  readonly environment?: Readonly<Record<string, $util.Input<string>>>;
  /** A network for function, jobs and container. They then reach the internet through a NAT alone, which is paid by the hour. */
  readonly vpc?: sst.aws.Vpc;
  /** Is called with the API, for what is started beside it: `(api) => mails.subscribe(api.job("send-mails"))`. */
  readonly jobs?: (api: LambdaApi) => void;
}

/**
 * Gives the variables of the API: those of its settings, the secret ones marked, and those of `infra.ts`.
 *
 * @throws Error if `infra.ts` has no value for a setting that is `fromInfra`.
 */
export function apiEnvironment(
  api: Pick<Api, "settings">,
  settings: Pick<Settings, "environment" | "secretEnvironment">,
  { environment = {} }: OwnInfra = {},
): Record<string, $util.Input<string>> {
  for (const [name, { fromInfra, optional }] of Object.entries(api.settings))
    if (fromInfra && !optional && environment[name] === undefined)
      throw new Error(
        `The setting ${name} of src/api.ts is fromInfra, and infra.ts gives no value; return it there, e.g. environment: { ${name}: orders.name }.`,
      );
  return { ...settings.environment, ...secretEnvironment(settings.secretEnvironment), ...environment };
}
