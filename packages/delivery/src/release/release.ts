/**
 * Brings code to callers: look, build, upload, publish a version, check it while nobody sees it, and only then move the
 * alias. Whatever happens on the way, the alias leads to versions that have passed their check
 * (docs/decisions/0015-releases.md).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AliasRecord, readRecord, releasedTo, withoutCanary } from "./alias-record.ts";
import type { Alias, FunctionState } from "./aws.ts";
import { type Canary, releaseByCanary } from "./canary.ts";
import { checkVersion } from "./check-version.ts";
import { type Package, pack } from "./pack.ts";
import { packageFolder } from "./permissions.ts";
import { interference, ReleaseError } from "./release-error.ts";
import type { ReleaseTarget } from "./release-target.ts";
import { waitUntilReady } from "./wait-until-ready.ts";
import { step, type World } from "./world.ts";

export interface ReleaseOptions {
  readonly stage: string;
  /** Without it all callers get the new version at once. */
  readonly canary?: Canary | undefined;
  /** Says what it would do, and changes nothing. */
  readonly dryRun: boolean;
}

export interface ReleaseWorld extends World {
  readonly target: ReleaseTarget;
}

/** A canary whose watcher has not come back by now is left over. */
const CANARY_GRACE_MILLISECONDS = 60_000;

/**
 * Releases what is built.
 *
 * @throws ReleaseError that says which step failed, why, and where callers are.
 */
export async function release(options: ReleaseOptions, world: ReleaseWorld): Promise<void> {
  const { aws, progress, now } = world;
  const startedAt = now();
  const before = await step(world, "look", async () => {
    const alias = await aws.readAlias();
    return [alias, `callers are on version ${alias.version}`];
  });
  const built = await step(world, "build", () => build(world.target));
  if (options.dryRun) return rehearse(options, world, built, before);
  try {
    const { alias, record } = await settle(options.stage, world, before);
    const next = await publish(world, built);
    if (next.version === alias.version && record.released[0] === alias.version) {
      progress.say(`Version ${next.version} is this code, and all callers have it: nothing to release.`);
      return;
    }
    if (record.takenBack.includes(next.version))
      progress.say(`Version ${next.version} was taken back before, and this is the same code.`);
    await step(world, "check", async () => {
      const verdict = await checkVersion(aws, next, seconds(now()), world.target);
      if ("fault" in verdict)
        throw new ReleaseError(`Version ${next.version} is not fit for callers: ${verdict.fault}.`);
      return [verdict, `version ${next.version} answered ${verdict.calls} calls as it should`];
    });
    await move(options, world, { alias, record, version: next.version });
    const took = Math.round((now() - startedAt) / 1000);
    progress.say(`Version ${next.version} is live for all callers, ${took} s after the start.`);
    if (record.released[0] !== undefined)
      progress.say(
        `To go back to version ${record.released[0]}: npm run rollback -- --stage ${options.stage}`,
      );
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    throw new ReleaseError(`${error.message}\n${await whereCallersAre(options.stage, world)}`);
  }
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
      `No folder can be made in ${tmpdir()}; set TMPDIR to one that can be written, e.g. TMPDIR=/tmp.`,
    );
  }
}

/** Ends what another release has left behind, and learns whether one can go back to where callers are. */
async function settle(
  stage: string,
  world: ReleaseWorld,
  alias: Alias,
): Promise<{ alias: Alias; record: AliasRecord }> {
  const { aws, now, target } = world;
  const record = readRecord(alias.description);
  if (Object.keys(alias.weights).length > 0) {
    const rollback = `npm run rollback -- --stage ${stage}`;
    if (!record.canary || !(record.canary.version in alias.weights)) {
      throw new ReleaseError(
        `The alias divides its callers (${describeWeights(alias)}), and no release did that; wait until whoever did it is done, or end it with: ${rollback}`,
      );
    }
    const { version, until } = record.canary;
    if (now() < Date.parse(until) + CANARY_GRACE_MILLISECONDS) {
      throw new ReleaseError(
        `Another release watches version ${version} until ${until}; wait for it, or end it with: ${rollback}`,
      );
    }
    return step(world, "repair", async () => {
      const repaired = await aws.moveAlias(alias, withoutCanary(record));
      return [
        { alias: repaired, record: readRecord(repaired.description) },
        `nobody watched version ${version} any more; all callers are on version ${repaired.version}`,
      ];
    });
  }
  if (record.released[0] === alias.version) return { alias, record };
  return step(world, "previous", async () => {
    const others = (versions: readonly string[]) => versions.filter((version) => version !== alias.version);
    const verdict = await checkVersion(aws, await aws.readFunction(alias.version), seconds(now()), target);
    return "fault" in verdict
      ? [
          { alias, record: { released: [], takenBack: others([...record.released, ...record.takenBack]) } },
          `one cannot go back to version ${alias.version}: ${verdict.fault}`,
        ]
      : [
          {
            alias,
            record: {
              released: [alias.version, ...others(record.released)],
              takenBack: others(record.takenBack),
            },
          },
          `one can go back to version ${alias.version}`,
        ];
  });
}

/** Makes a version of what was built. What is there already is neither brought nor made again. */
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
    if (held.codeSha256 === expected) return [held, "not needed, the function holds this code"];
    await aws.updateCode(key, expected, held);
    const updated = await waitUntilReady(world);
    if (updated.codeSha256 !== expected) throw interference(`changed ${aws.functionName}`);
    if (updated.failure !== undefined)
      throw new ReleaseError(`Lambda does not take the code: ${updated.failure}`);
    return [updated, "the function holds the code"];
  });
  return step(world, "publish", async () => {
    const published = await aws.publish(expected, current.revisionId);
    return [await waitUntilReady(world, published.version), `version ${published.version}`];
  });
}

async function move(
  options: ReleaseOptions,
  world: World,
  { alias, record, version }: { alias: Alias; record: AliasRecord; version: string },
): Promise<void> {
  const { canary, stage } = options;
  const [previous, ...earlier] = record.released;
  if (canary && previous === alias.version) {
    const comparable = { ...record, released: [previous, ...earlier] as const };
    await step(world, "canary", () =>
      releaseByCanary(canary, world, { alias, record: comparable, version, stage }),
    );
    return;
  }
  if (canary)
    world.progress.say(
      `Version ${alias.version} is nothing to fall back to: no canary, all callers at once.`,
    );
  await step(world, "move", async () => [
    await world.aws.moveAlias(alias, releasedTo(record, version)),
    `all callers get version ${version}`,
  ]);
}

/** What a release would do, as far as it can be seen without doing it. */
async function rehearse(
  { canary }: ReleaseOptions,
  { aws, progress }: World,
  { zip, contentHash }: Package,
  alias: Alias,
): Promise<void> {
  const uploaded = await aws.readPackage(keyOf(aws.functionName, contentHash));
  const { codeSha256 } = await aws.readFunction();
  progress.say(
    uploaded === undefined
      ? `Would upload ${Math.ceil(zip.length / 1024)} kB, and update the function's code.`
      : codeSha256 === uploaded
        ? "Would upload nothing: the function holds this code."
        : "Would upload nothing, and update the function's code.",
  );
  progress.say(
    canary
      ? `Would publish a version, check it, give it ${canary.percent} % of the calls of version ${alias.version} for ${canary.minutes} min, and then all.`
      : `Would publish a version, check it, and move all callers from version ${alias.version} to it.`,
  );
}

async function whereCallersAre(stage: string, { aws }: World): Promise<string> {
  try {
    const alias = await aws.readAlias();
    return Object.keys(alias.weights).length > 0
      ? `Callers are divided: ${describeWeights(alias)}; end that with: npm run rollback -- --stage ${stage} --to ${alias.version}`
      : `Callers are on version ${alias.version}.`;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return `Where callers are cannot be seen now: ${error.message}`;
  }
}

function describeWeights({ version, weights }: Alias): string {
  const parts = Object.entries(weights).map(
    ([other, weight]) => `version ${other} gets ${Math.round(weight * 100)} %`,
  );
  return [...parts, `version ${version} the rest`].join(", ");
}

function keyOf(functionName: string, contentHash: string): string {
  return `${packageFolder(functionName)}${contentHash}.zip`;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
