export interface Summary {
  readonly samples: number;
  readonly firstQuartile: number;
  readonly median: number;
  readonly thirdQuartile: number;
}

/**
 * The value below which `share` of the numbers lie, interpolated linearly (Hyndman and Fan's type 7).
 *
 * @throws RangeError without numbers.
 */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  if (below === undefined || above === undefined) throw new RangeError("No numbers to summarise");
  return below + (above - below) * (position - Math.floor(position));
}

/** Median and quartiles. @throws RangeError without numbers. */
export function summarise(numbers: readonly number[]): Summary {
  return {
    samples: numbers.length,
    firstQuartile: quantile(numbers, 0.25),
    median: quantile(numbers, 0.5),
    thirdQuartile: quantile(numbers, 0.75),
  };
}

/** The same values in random order (Fisher and Yates). */
export function shuffled<Thing>(things: readonly Thing[], random: () => number = Math.random): Thing[] {
  const left = [...things];
  return things.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}
