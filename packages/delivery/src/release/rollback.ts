/** Takes a release back: the alias leads again to a version that had passed its check. */
import { type AliasRecord, hasPassed, readRecord, rolledBackTo, withoutCanary } from "./alias-record.ts";
import type { Alias } from "./aws.ts";
import { ReleaseError } from "./release-error.ts";
import { step, type World } from "./world.ts";

export interface RollbackOptions {
  readonly stage: string;
  /** Default: what callers had before; with a canary, what the other callers have. */
  readonly to?: string | undefined;
}

/**
 * Moves all callers back, and ends a canary.
 *
 * The version is not checked again: it has served callers, and who goes back is in a hurry.
 *
 * @throws ReleaseError that says which step failed, and why.
 */
export async function rollback({ stage, to }: RollbackOptions, world: World): Promise<void> {
  const { aws, progress, now } = world;
  const startedAt = now();
  const { alias, record, version } = await step(world, "look", async () => {
    const alias = await aws.readAlias();
    const record = readRecord(withoutCanary(readRecord(alias.description)).description);
    const version = to ?? before(alias, record);
    if (!hasPassed(record, version)) throw new ReleaseError(neverPassed(version, record));
    // It may have been deleted since.
    await aws.readFunction(version);
    return [{ alias, record, version }, `callers are on version ${describe(alias)}`];
  });
  if (version === alias.version && Object.keys(alias.weights).length === 0) {
    progress.say(`All callers are on version ${version} already: nothing to take back.`);
    return;
  }
  await step(world, "move", async () => [
    await aws.moveAlias(alias, rolledBackTo(record, version)),
    `all callers get version ${version}`,
  ]);
  const took = Math.round((now() - startedAt) / 1000);
  progress.say(`Version ${version} is live for all callers, ${took} s after the start.`);
  if (alias.version !== version && hasPassed(record, alias.version))
    progress.say(`To undo this: npm run rollback -- --stage ${stage} --to ${alias.version}`);
}

function before({ version, weights }: Alias, { released }: AliasRecord): string {
  const isDivided = Object.keys(weights).length > 0;
  const index = released.indexOf(version);
  const found = isDivided && index !== -1 ? version : released[index + 1];
  if (found === undefined)
    throw new ReleaseError(`There is no release before version ${version} to go back to.`);
  return found;
}

function neverPassed(version: string, { released, takenBack }: AliasRecord): string {
  const known = [...released, ...takenBack];
  const choice = known.length > 0 ? `, e.g. --to ${known[0]}` : "";
  return `No release has checked version ${version}; choose one of ${known.join(", ") || "none"}${choice}.`;
}

function describe({ version, weights }: Alias): string {
  return [version, ...Object.keys(weights)].join(" and ");
}
