/** What is true of a stage, before its settings are read: `app()` of `sst.config.ts` asks for it. */
import { type AnyStages, writtenFor } from "./stages.ts";

export interface StageFacts {
  /** People depend on it: it is protected from removal, keeps its data, and its logs for longer. */
  readonly isPermanent: boolean;
  /** For every resource, beside SST's own. */
  readonly tags: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PERMANENT_STAGES = ["production", "prod", "staging"];

/**
 * @param environment where `PERMANENT` and `TAGS` count before what `stages` say.
 */
export function stageFacts(stage: string, stages: AnyStages = {}, environment: Environment = {}): StageFacts {
  const written = writtenFor(stage, stages);
  const permanent = environment.PERMANENT || written.PERMANENT;
  return {
    isPermanent: permanent ? permanent === "on" : PERMANENT_STAGES.includes(stage),
    // A wrong one is refused when the settings are read.
    tags: parseTags(environment.TAGS || written.TAGS || "") ?? {},
  };
}

/** Resource Groups Tagging API, "Tag": characters and lengths; `aws:` is AWS's own. A comma would end a tag here. */
const TAG = /^(?!aws:)([\p{L}\p{N} _.:/+@-]{1,128})=([\p{L}\p{N} _.:/=+@-]{0,256})$/iu;
/** An object at S3 has ten tags, and two are SST's (S3 user guide, "Object tags"). */
const MAX_TAGS = 8;

/** Reads `team=orders,cost-center=42`. Gives `undefined` for what is not a list of tags. */
export function parseTags(text: string): Readonly<Record<string, string>> | undefined {
  if (text === "") return {};
  const found = text.split(",").map((tag) => TAG.exec(tag.trim()));
  if (found.length > MAX_TAGS) return undefined;
  const tags = found.flatMap((match) => (match?.[1] ? [[match[1], match[2] ?? ""] as const] : []));
  return tags.length === found.length ? Object.fromEntries(tags) : undefined;
}
