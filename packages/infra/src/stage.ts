/** Properties of a stage that `app()` in `sst.config.ts` needs before the settings are read. */
import { type AnyStages, writtenFor } from "./stages.ts";

export interface StageFacts {
  /** Protects the stage from removal, and keeps its data, and its logs longer. */
  readonly isPermanent: boolean;
  /** Tags of every resource, in addition to SST's. */
  readonly tags: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PERMANENT_STAGES = ["production", "prod", "staging"];

/**
 * @param environment overrides `PERMANENT` and `TAGS` of `stages`.
 */
export function stageFacts(stage: string, stages: AnyStages = {}, environment: Environment = {}): StageFacts {
  const written = writtenFor(stage, stages);
  const permanent = environment.PERMANENT || written.PERMANENT;
  return {
    isPermanent: permanent ? permanent === "on" : PERMANENT_STAGES.includes(stage),
    // Wrong values are refused when the settings are read.
    tags: parseTags(environment.TAGS || written.TAGS || "") ?? {},
  };
}

/** Resource Groups Tagging API, "Tag": characters and lengths; `aws:` is AWS's own. A comma would end a tag here. */
const TAG = /^(?!aws:)([\p{L}\p{N} _.:/+@-]{1,128})=([\p{L}\p{N} _.:/=+@-]{0,256})$/iu;
/** An S3 object can have ten tags, and SST uses two (S3 user guide, "Object tags"). */
const MAX_TAGS = 8;

/** Reads `team=orders,cost-center=42`. Returns `undefined` for anything else. */
export function parseTags(text: string): Readonly<Record<string, string>> | undefined {
  if (text === "") return {};
  const found = text.split(",").map((tag) => TAG.exec(tag.trim()));
  if (found.length > MAX_TAGS) return undefined;
  const tags = found.flatMap((match) => (match?.[1] ? [[match[1], match[2] ?? ""] as const] : []));
  return tags.length === found.length ? Object.fromEntries(tags) : undefined;
}
