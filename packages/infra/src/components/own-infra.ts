/** Resources that an owner creates in `infra.ts`, next to `sst.config.ts`, and gives to the API. */
import type { Api } from "@lambda-express-api/kit";
import type { Settings } from "../settings.ts";
import { secretEnvironment } from "./environment.ts";
import type { OwnRights } from "./function-args.ts";
import type { LambdaApi } from "./lambda-api.ts";

export interface OwnInfra extends OwnRights {
  /** Values of the API's settings that are `fromInfra`: `{ ORDERS_TABLE: orders.name }`. */
  readonly environment?: Readonly<Record<string, $util.Input<string>>>;
  /** A network for function, jobs and container. They then reach the internet only through a NAT, which is billed by the hour. */
  readonly vpc?: sst.aws.Vpc;
  /** Called with the API, to start its jobs: `(api) => mails.subscribe(api.job("send-mails"))`. */
  readonly jobs?: (api: LambdaApi) => void;
}

/**
 * Returns the API's variables: its settings, with the secret ones marked, and the values of `infra.ts`.
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
        `The setting ${name} of src/api.ts is fromInfra, but infra.ts returns no value for it; add one, for example environment: { ${name}: orders.name }.`,
      );
  return { ...settings.environment, ...secretEnvironment(settings.secretEnvironment), ...environment };
}
