/** Stage settings in code: one file has all differences between stages, for review in pull requests. */
import type { settings as kitSettings, OwnSettings } from "@lambda-express-api/kit/config.ts";
import type { DECIDED_HERE, settingsTable } from "./settings.ts";

/** A setting's value in code: lists as arrays, numbers as numbers. */
type Written<Value> = Value extends number | string
  ? Value
  : Value extends readonly string[]
    ? readonly string[]
    : string;

type SettingsOf<Table> = {
  // If the API's settings are not typed, any name is accepted.
  readonly [Name in keyof Table as string extends Name
    ? never
    : Table[Name] extends { readonly secret: true } | { readonly fromInfra: true }
      ? never
      : Name]?: Table[Name] extends { parse(text: string): infer Value }
    ? Written<Exclude<Value, undefined>>
    : never;
};

type KitSettings = Omit<typeof kitSettings, (typeof DECIDED_HERE)[number]>;

/**
 * The settings of each stage, under the names of their variables. Secrets are refused.
 *
 * @typeParam TheApi the API, whose own settings are included.
 * @example
 * export const stages: Stages<typeof api> = { production: { MEMORY_MEGABYTES: 1024, DOMAIN_NAME: "api.example.com" } };
 */
export type Stages<TheApi extends { readonly settings: OwnSettings }> = Readonly<
  Record<string, SettingsOf<typeof settingsTable & KitSettings & TheApi["settings"]>>
>;

/** The stages of any API. */
export type AnyStages = Readonly<
  Record<string, Readonly<Record<string, number | string | readonly string[] | undefined>>>
>;

/** The project's file with the stages, beside its `sst.config.ts`. */
export const STAGES_FILE = "stages.ts";

/** The file's settings for a stage, as variables. */
export function writtenFor(stage: string, stages: AnyStages): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(stages[stage] ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "object" ? value.join(",") : String(value)]],
    ),
  );
}
