/** Some callers get the new version first. It falls back by itself, also when it cannot see how they fare. */
import { ALIAS_NAME } from "../names.ts";
import {
  type AliasRecord,
  canaryOf,
  isSameTarget,
  readRecord,
  releasedTo,
  withoutCanary,
} from "./alias-record.ts";
import type { Alias } from "./aws.ts";
import { InterferenceError, interference, ReleaseError } from "./release-error.ts";
import { stopIfAsked, type World } from "./world.ts";

export interface Canary {
  /** Of the calls. */
  readonly percent: number;
  readonly minutes: number;
}

interface Candidate {
  readonly alias: Alias;
  readonly record: AliasRecord & { readonly released: readonly [string, ...string[]] };
  readonly version: string;
  readonly stage: string;
}

const LOOK_AGAIN_MILLISECONDS = 30_000;
const MINUTE_MILLISECONDS = 60_000;
const ATTEMPTS_TO_FALL_BACK = 5;

/**
 * Gives a version that has passed its check a part of the calls, and all of them when none of those has failed.
 *
 * A failure is what Lambda counts in `Errors`: a crash, a time-out. CloudWatch knows of it after a minute or so.
 *
 * @throws ReleaseError after it has fallen back.
 */
export async function releaseByCanary(
  { percent, minutes }: Canary,
  world: World,
  { alias, record, version, stage }: Candidate,
): Promise<readonly [Alias, string]> {
  const { aws, progress, signal, now, wait } = world;
  const startedAt = now();
  const endsAt = startedAt + minutes * MINUTE_MILLISECONDS;
  const since = new Date(startedAt - (startedAt % MINUTE_MILLISECONDS));
  const look = () => aws.readTraffic(version, since, new Date(now() + MINUTE_MILLISECONDS));

  // Who may not see the metric learns it before a caller is asked to bear anything.
  await look();
  const until = new Date(endsAt).toISOString();
  const divided = await aws.moveAlias(alias, canaryOf(record, { version, until, percent }));
  try {
    for (;;) {
      await wait(Math.min(LOOK_AGAIN_MILLISECONDS, Math.max(0, endsAt - now())), signal);
      stopIfAsked(signal);
      if (!isSameTarget(await aws.readAlias(), divided)) throw interference(`moved the alias ${ALIAS_NAME}`);
      const { calls, errors } = await look();
      const passed = Math.round((now() - startedAt) / MINUTE_MILLISECONDS);
      progress.say(
        `canary   ${passed} of ${minutes} min: version ${version} had ${calls} calls, ${errors} failed`,
      );
      if (errors > 0) throw new ReleaseError(`${errors} of ${calls} calls of version ${version} failed.`);
      if (now() < endsAt) continue;
      const moved = await aws.moveAlias(divided, releasedTo(record, version));
      return [moved, `none of ${calls} calls failed; all callers get version ${version}`];
    }
  } catch (error) {
    if (error instanceof InterferenceError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    await fallBack(world, divided, stage, why);
    throw error;
  }
}

/** Tries more than once: there is nobody else who would do it. */
async function fallBack(
  { aws, progress, wait }: World,
  divided: Alias,
  stage: string,
  why: string,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { version } = await aws.moveAlias(divided, withoutCanary(readRecord(divided.description)));
      progress.say(`canary   fell back to version ${version}`);
      return;
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      if (error instanceof InterferenceError)
        throw new ReleaseError(`${why} Nothing was moved: ${error.message}`);
      if (attempt === ATTEMPTS_TO_FALL_BACK) {
        throw new ReleaseError(
          `${why} Falling back failed too: ${error.message} Do it with: npm run rollback -- --stage ${stage}`,
        );
      }
      await wait(LOOK_AGAIN_MILLISECONDS / 10);
    }
  }
}
