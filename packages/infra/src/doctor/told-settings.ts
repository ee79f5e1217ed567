/** The settings of a stage and the source of each. */
import type { Api } from "@lambda-express-api/kit";
import { identityPreset } from "@lambda-express-api/kit/identity/identity-preset.ts";
import { apiSettings, DEFAULT_STAGE_NAME, defaultOf, settingsTable } from "../settings.ts";
import { stageFacts } from "../stage.ts";
import { type Source, sourcedEnvironment } from "../stage-environment.ts";

export interface ToldSetting {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** Returns the settings that have a value, in the order of docs/settings.md, without secrets. */
export function toldSettings(
  stage: string,
  { settings: own }: Pick<Api, "settings">,
  sources: readonly Source[],
): readonly ToldSetting[] {
  const sourced = sourcedEnvironment(sources);
  const environment = Object.fromEntries(Object.entries(sourced).map(([name, { value }]) => [name, value]));
  const { follows, sources: followed } = identityPreset(environment);
  const facts = stageFacts(stage, {}, environment);
  const settings = Object.entries({ ...Object.fromEntries(apiSettings(own)), ...settingsTable });

  return settings.flatMap(([name, setting]): ToldSetting[] => {
    const secret = "secret" in setting && setting.secret;
    const tell = (value: string, source: string) => [{ name, value: secret ? "(secret)" : value, source }];
    if ("fromInfra" in setting && setting.fromInfra) return tell("(known after deployment)", "infra.ts");
    const said = sourced[name];
    if (said) return tell(said.value, said.source);
    const following = follows[name];
    if (following !== undefined)
      return tell(following, `derived from ${followed[name] ?? "IDENTITY_PROVIDER"}`);
    const byDefault = name === "AWS_API_GW_STAGE_NAME" ? DEFAULT_STAGE_NAME : defaultOf(setting, facts);
    return byDefault === undefined ? [] : tell(byDefault, "default");
  });
}
