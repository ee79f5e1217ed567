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

/** What is wrong with the form of the file's export, a sentence for each mistake. sst does not check its types. */
export function faultsOfStages(stages: unknown): string[] {
  if (!isRecord(stages))
    return [`${STAGES_FILE} must export an object named stages: export const stages = { dev: {} };`];
  return Object.entries(stages).flatMap(([stage, written]) => {
    if (!isRecord(written))
      return [`${STAGES_FILE} sets the stage ${stage} to ${kindOf(written)}; use an object: ${stage}: {}`];
    return Object.entries(written).flatMap(([name, value]) =>
      isWritten(value)
        ? []
        : [
            `${STAGES_FILE} sets ${name} for ${stage} to ${kindOf(value)}; use a string, a number or a list of strings.`,
          ],
    );
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWritten(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  return ["undefined", "string", "number"].includes(typeof value);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list that contains values other than strings";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The file's settings for a stage, as variables. */
export function writtenFor(stage: string, stages: AnyStages): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(stages[stage] ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : String(value)]],
    ),
  );
}
