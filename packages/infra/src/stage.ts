/** What is true of a stage, by name, so that nobody compares its name in the middle of something else. */

export interface StageFacts {
  /** People depend on it: it is protected from removal, keeps its data, and its logs for longer. */
  readonly isPermanent: boolean;
}

const PERMANENT_STAGES = ["production", "prod", "staging"];

export function stageFacts(stage: string): StageFacts {
  return { isPermanent: PERMANENT_STAGES.includes(stage) };
}
