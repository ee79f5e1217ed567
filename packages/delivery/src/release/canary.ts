/** Some callers get the new version first. It falls back by itself, also when it cannot see how they fare. */
import { ALIAS_NAME } from "@lambda-express-api/infra/names.ts";
import {
  type AliasRecord,
  type AliasTarget,
  canaryOf,
  isSameTarget,
  readRecord,
  releasedTo,
  withoutCanary,
} from "./alias-record.ts";
import type { Alias } from "./aws.ts";
import { interference, ReleaseError } from "./release-error.ts";
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
/** Until CloudWatch knows what happened in the last minute. */
const LAG_MILLISECONDS = MINUTE_MILLISECONDS;
const ATTEMPTS_TO_FALL_BACK = 5;

/**
 * Gives a version that has passed its check a part of the calls, and all of them when none of those has failed.
 *
 * A failure is what Lambda counts in `Errors`: a crash, a time-out. CloudWatch knows of it after a minute or so, which
 * is why it watches for a minute longer than it was asked to.
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
  const endsAt = startedAt + minutes * MINUTE_MILLISECONDS + LAG_MILLISECONDS;
  const since = new Date(startedAt - (startedAt % MINUTE_MILLISECONDS));
  const look = () => aws.readTraffic(version, since, new Date(now() + MINUTE_MILLISECONDS));
  const divided = canaryOf(record, { version, until: new Date(endsAt).toISOString(), percent });
  const released = releasedTo(record, version);

  // Who may not see the metric learns it before a caller is asked to bear anything.
  await look();
  let verdict: string | undefined;
  try {
    await aws.moveAlias(alias, divided);
    for (;;) {
      await wait(Math.min(LOOK_AGAIN_MILLISECONDS, Math.max(0, endsAt - now())), signal);
      stopIfAsked(signal);
      const present = await aws.readAlias();
      if (!isSameTarget(present, divided)) throw interference(`moved the alias ${ALIAS_NAME}`);
      const { calls, errors } = await look();
      const passed = Math.min(minutes, Math.round((now() - startedAt) / MINUTE_MILLISECONDS));
      progress.say(
        `canary   ${passed} of ${minutes} min: version ${version} had ${calls} calls, ${errors} failed`,
      );
      if (errors > 0) throw new ReleaseError(`${errors} of ${calls} calls of version ${version} failed.`);
      if (now() < endsAt) continue;
      const found = calls > 0 ? `none of ${calls} calls failed` : "nobody called it: this proves nothing";
      verdict = `${found}; all callers get version ${version}`;
      return [await aws.moveAlias(present, released), verdict];
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const present = await fallBack(world, divided, stage, why);
    // The last move may have happened, though nobody was told.
    if (verdict !== undefined && isSameTarget(present, released)) return [present, verdict];
    throw error;
  }
}

/**
 * Ends a canary, and leaves an alias alone that is not divided by it: it never was, or somebody has moved it since.
 * Tries more than once: there is nobody else who would do it.
 *
 * @returns where callers are.
 */
async function fallBack(
  { aws, progress, wait }: World,
  divided: AliasTarget,
  stage: string,
  why: string,
): Promise<Alias> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // It is read again, because the answer to the move that divided it may have been lost.
      const present = await aws.readAlias();
      if (!isSameTarget(present, divided)) return present;
      const undone = await aws.moveAlias(present, withoutCanary(readRecord(divided.description)));
      progress.say(`canary   fell back to version ${undone.version}`);
      return undone;
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      if (attempt === ATTEMPTS_TO_FALL_BACK) {
        throw new ReleaseError(
          `${why} Falling back failed too: ${error.message} If callers are divided, end that with: npm run rollback -- --stage ${stage} --to ${divided.version}`,
        );
      }
      await wait(LOOK_AGAIN_MILLISECONDS / 10);
    }
  }
}
