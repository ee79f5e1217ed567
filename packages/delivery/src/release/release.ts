/**
 * Releases code: looks at the current state, builds, uploads, publishes a version, checks it, and only then lets AWS move
 * callers. Even after a failure, the alias leads only to checked versions (docs/decisions/0015-releases.md).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TrafficShift } from "@lambda-express-api/infra/traffic-shifts.ts";
import type { Alias, FunctionState } from "./aws.ts";
import { describeCallers, isDivided, whereCallersAre } from "./callers.ts";
import { checkVersion } from "./check-version.ts";
import type { DeploymentGroup } from "./code-deploy.ts";
import { type Package, pack } from "./pack.ts";
import { packageFolder } from "./permissions.ts";
import { interference, ReleaseError } from "./release-error.ts";
import type { ReleaseTarget } from "./release-target.ts";
import { moveCallers } from "./shift.ts";
import { waitUntilReady } from "./wait-until-ready.ts";
import { step, type World } from "./world.ts";

export interface ReleaseOptions {
  readonly stage: string;
  /** Default: the stage's setting. */
  readonly trafficShift?: TrafficShift | undefined;
  /** For a repair while an alarm is on. */
  readonly ignoreAlarms: boolean;
  /** Says what it would do, and changes nothing. */
  readonly dryRun: boolean;
}

export interface ReleaseWorld extends World {
  readonly target: ReleaseTarget;
}

interface Before {
  readonly alias: Alias;
  readonly group: DeploymentGroup;
}

/**
 * Builds and releases the code.
 *
 * @throws ReleaseError that says which step failed, why, and which version callers get.
 */
export async function release(options: ReleaseOptions, world: ReleaseWorld): Promise<void> {
  const { aws, progress, now } = world;
  const startedAt = now();
  const before = await step(world, "look", () => look(options, world));
  const built = await step(world, "build", () => build(world.target));
  if (options.dryRun) return rehearse(options, world, built, before);
  try {
    const next = await publish(world, built);
    const { version } = before.alias;
    if (next.version === version) {
      progress.say(
        `Nothing to release: all traffic already goes to version ${version}, which has this code.`,
      );
      return;
    }
    await step(world, "check", async () => {
      const verdict = await checkVersion(aws, next, Math.floor(now() / 1000), world.target);
      if ("fault" in verdict)
        throw new ReleaseError(`Version ${next.version} failed its check: ${verdict.fault}.`);
      return [verdict, `version ${next.version} responded as expected to ${verdict.calls} requests`];
    });
    await move(options, world, before, next.version);
    const took = Math.round((now() - startedAt) / 1000);
    progress.say(`Version ${next.version} receives all traffic, ${took} s after the release started.`);
    progress.say(`To roll back to version ${version}: npm run rollback -- --stage ${options.stage}`);
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    throw new ReleaseError(`${error.message}\n${await whereCallersAre(world)}`);
  }
}

async function look({ stage }: ReleaseOptions, { aws }: World): Promise<readonly [Before, string]> {
  const alias = await aws.readAlias();
  if (isDivided(alias))
    throw new ReleaseError(
      `${describeCallers(alias)}. Either CodeDeploy is shifting it, or Lambda is preparing provisioned concurrency. Wait until it finishes, or stop it with: npm run rollback -- --stage ${stage}`,
    );
  return [{ alias, group: await aws.readGroup() }, describeCallers(alias)];
}

async function build(target: ReleaseTarget): Promise<readonly [Package, string]> {
  const folder = await makeFolder();
  try {
    await target.build(folder);
    const built = pack(folder);
    return [built, `${Math.ceil(built.zip.length / 1024)} kB, code ${built.contentHash.slice(0, 12)}`];
  } catch (error) {
    throw new ReleaseError(error instanceof Error ? error.message : String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), "release-"));
  } catch {
    throw new ReleaseError(
      `Cannot create a folder in ${tmpdir()}; set TMPDIR to a writable folder, for example TMPDIR=/tmp.`,
    );
  }
}

/** Publishes a version of the build. Skips steps that an earlier release has done. */
async function publish(world: World, { zip, codeSha256, contentHash }: Package): Promise<FunctionState> {
  const { aws } = world;
  const key = keyOf(aws.functionName, contentHash);
  const expected = await step(world, "upload", async () => {
    const uploaded = await aws.readPackage(key);
    if (uploaded !== undefined) return [uploaded, "not needed, the code is unchanged"];
    await aws.writePackage(key, zip, codeSha256);
    return [codeSha256, key];
  });
  const current = await step(world, "update", async () => {
    const held = await waitUntilReady(world);
    if (held.codeSha256 === expected) return [held, "not needed, the function has this code"];
    await aws.updateCode(key, expected, held);
    const updated = await waitUntilReady(world);
    if (updated.codeSha256 !== expected) throw interference(`changed ${aws.functionName}`);
    if (updated.failure !== undefined) throw new ReleaseError(`Lambda rejected the code: ${updated.failure}`);
    return [updated, "the function has the code"];
  });
  return step(world, "publish", async () => {
    const published = await aws.publish(expected, current.revisionId);
    return [await waitUntilReady(world, published.version), `version ${published.version}`];
  });
}

async function move(
  { stage, trafficShift, ignoreAlarms }: ReleaseOptions,
  world: World,
  { alias, group }: Before,
  version: string,
): Promise<void> {
  if (!group.hasSucceeded)
    world.progress.say(
      "A stage's first release shifts all traffic at once, because there is no earlier version to roll back to.",
    );
  await moveCallers(
    stage,
    world,
    { kind: "Release", from: alias.version, to: version },
    {
      trafficShift: group.hasSucceeded ? trafficShift : "AllAtOnce",
      // The placeholder's 503s may have set off an alarm.
      heedsAlarms: group.hasSucceeded && !ignoreAlarms,
      latestId: group.latestId,
    },
  );
}

/** Says what a release would do, as far as it can be known in advance. */
async function rehearse(
  { trafficShift }: ReleaseOptions,
  { aws, progress }: World,
  { zip, contentHash }: Package,
  { alias, group }: Before,
): Promise<void> {
  const uploaded = await aws.readPackage(keyOf(aws.functionName, contentHash));
  const { codeSha256 } = await aws.readFunction();
  progress.say(
    uploaded === undefined
      ? `Would upload ${Math.ceil(zip.length / 1024)} kB and update the function's code.`
      : codeSha256 === uploaded
        ? "Would not upload anything: the function already has this code."
        : "Would not upload anything, but would update the function's code.",
  );
  const shift = group.hasSucceeded ? (trafficShift ?? group.trafficShift) : "AllAtOnce";
  progress.say(
    `Would publish a version, check it, and shift traffic from version ${alias.version} to it: ${shift}.`,
  );
}

function keyOf(functionName: string, contentHash: string): string {
  return `${packageFolder(functionName)}${contentHash}.zip`;
}
