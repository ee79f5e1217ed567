/**
 * What the alias remembers of its releases, in its description: a move and its record are one call, which happens or
 * does not, and the alias's revision id guards both. Only what has passed its check is ever written here.
 */

export interface AliasRecord {
  /** Versions that all callers got, the present one first and what it replaced after it. */
  readonly released: readonly string[];
  /** Versions that passed their check and were taken back. */
  readonly takenBack: readonly string[];
  /** The version that is getting some of the calls, and when whoever watches it will be done. */
  readonly canary?: { readonly version: string; readonly until: string } | undefined;
}

/** Where callers go: the alias without its revision. */
export interface AliasTarget {
  readonly version: string;
  /** Parts of one, by version; the rest of the calls go to `version`. */
  readonly weights: Readonly<Record<string, number>>;
  readonly description: string;
}

/** Lambda's limit on a description. */
const MAX_DESCRIPTION_LENGTH = 256;

const VERSIONS = "(\\d+(?: \\d+)*)";
const RECORD = new RegExp(
  `^Released: ${VERSIONS}\\.(?: Taken back: ${VERSIONS}\\.)?(?: Canary: (\\d+) until (\\S+Z)\\.)?$`,
);

/** Reads a description. One that somebody else wrote is an empty record. */
export function readRecord(description: string): AliasRecord {
  const [, released, takenBack, version, until] = RECORD.exec(description) ?? [];
  return {
    released: released?.split(" ") ?? [],
    takenBack: takenBack?.split(" ") ?? [],
    ...(version && until && { canary: { version, until } }),
  };
}

/** Writes a description. Where there is no room the oldest are forgotten, first of what was taken back. */
export function writeRecord({ released, takenBack, canary }: AliasRecord): string {
  if (released.length === 0) return "";
  const text = [
    `Released: ${released.join(" ")}.`,
    ...(takenBack.length > 0 ? [`Taken back: ${takenBack.join(" ")}.`] : []),
    ...(canary ? [`Canary: ${canary.version} until ${canary.until}.`] : []),
  ].join(" ");
  if (text.length <= MAX_DESCRIPTION_LENGTH) return text;
  return takenBack.length > 0
    ? writeRecord({ released, takenBack: takenBack.slice(0, -1), canary })
    : writeRecord({ released: released.slice(0, -1), takenBack, canary });
}

/** Whether a version has passed its check. */
export function hasPassed({ released, takenBack }: AliasRecord, version: string): boolean {
  return released.includes(version) || takenBack.includes(version);
}

/** All callers go to a version that was just checked. */
export function releasedTo(record: AliasRecord, version: string): AliasTarget {
  const others = (versions: readonly string[]) => versions.filter((other) => other !== version);
  return everybodyTo({
    released: [version, ...others(record.released)],
    takenBack: others(record.takenBack),
  });
}

/** Some callers go to a version that was just checked. */
export function canaryOf(
  record: AliasRecord & { readonly released: readonly [string, ...string[]] },
  canary: { readonly version: string; readonly until: string; readonly percent: number },
): AliasTarget {
  const { version, until, percent } = canary;
  return {
    version: record.released[0],
    weights: { [version]: percent / 100 },
    description: writeRecord({ ...record, canary: { version, until } }),
  };
}

/** All callers go back to where they came from before a canary, whether it is over or failed. */
export function withoutCanary({ released, takenBack, canary }: AliasRecord): AliasTarget {
  const undone = canary && !released.includes(canary.version) ? [canary.version] : [];
  return everybodyTo({
    released,
    takenBack: [...undone, ...takenBack.filter((version) => !undone.includes(version))],
  });
}

/**
 * All callers go to a version of the record. What came after it was taken back, and what was taken back is the present
 * one again.
 */
export function rolledBackTo(record: AliasRecord, version: string): AliasTarget {
  const index = record.released.indexOf(version);
  if (index === -1) return releasedTo(record, version);
  return everybodyTo({
    released: record.released.slice(index),
    takenBack: [...record.released.slice(0, index), ...record.takenBack],
  });
}

function everybodyTo(record: {
  readonly released: readonly string[];
  readonly takenBack: readonly string[];
}): AliasTarget {
  return { version: record.released[0] ?? "", weights: {}, description: writeRecord(record) };
}

export function isSameTarget(a: AliasTarget, b: AliasTarget): boolean {
  const weights = (target: AliasTarget) => JSON.stringify(Object.entries(target.weights).sort());
  return a.version === b.version && a.description === b.description && weights(a) === weights(b);
}
