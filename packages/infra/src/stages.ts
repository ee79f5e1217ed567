/** The settings of stages in code: what differs between them stands in one file, which a pull request shows. */
import type { settings as kitSettings, OwnSettings } from "@lambda-express-api/kit/config.ts";
import type { DECIDED_HERE, settingsTable } from "./settings.ts";

/** As it is written in code: a list as a list, a number as a number. */
type Written<Value> = Value extends number | string
  ? Value
  : Value extends readonly string[]
    ? readonly string[]
    : string;

type SettingsOf<Table> = {
  // Of an API whose settings are not known by name, any name would do.
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
 * The settings of each stage, under the names of their variables. A secret has no place here.
 *
 * @typeParam TheApi whose own settings can be written too.
 * @example
 * export const stages: Stages<typeof api> = { production: { MEMORY_MEGABYTES: 1024, DOMAIN_NAME: "api.example.com" } };
 */
export type Stages<TheApi extends { readonly settings: OwnSettings }> = Readonly<
  Record<string, SettingsOf<typeof settingsTable & KitSettings & TheApi["settings"]>>
>;

/** The same, whatever API it is of. */
export type AnyStages = Readonly<
  Record<string, Readonly<Record<string, number | string | readonly string[] | undefined>>>
>;

/** The file of a project that has them, beside its `sst.config.ts`. */
export const STAGES_FILE = "stages.ts";

/** What the file says for a stage, as variables would. */
export function writtenFor(stage: string, stages: AnyStages): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(stages[stage] ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "object" ? value.join(",") : String(value)]],
    ),
  );
}
