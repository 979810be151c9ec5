/**
 * A set of whole numbers kept as sorted, disjoint ranges: acknowledged sequence numbers, ticks that have their sample.
 *
 * Both grow at one end, so there are few ranges however many numbers. Arithmetic only; bounds are inclusive.
 */

/** [from, to], both in the set. */
export type Range = readonly [from: number, to: number];

export type Ranges = {
  has(n: number): boolean;
  add(from: number, to?: number): void;
  remove(from: number, to?: number): void;
  /** Ascending; a copy. */
  list(): Range[];
  /** Forgets the lowest ranges until at most `count` are left. */
  keep(count: number): void;
};

/** @param initial Any ranges, overlapping or not; ones that run backwards are left out. */
export function rangesOf(initial: readonly Range[] = []): Ranges {
  let ranges: Range[] = [];

  const add = (from: number, to = from): void => {
    if (to < from) return;
    const last = ranges.at(-1);
    if (last && from > last[0] && from <= last[1] + 1) {
      ranges[ranges.length - 1] = [last[0], Math.max(last[1], to)];
      return;
    }
    const apart = ranges.filter(([a, b]) => b < from - 1 || a > to + 1);
    const joined = ranges.filter(([a, b]) => b >= from - 1 && a <= to + 1);
    const low = Math.min(from, ...joined.map(([a]) => a));
    const high = Math.max(to, ...joined.map(([, b]) => b));
    ranges = [...apart, [low, high] as const].sort((x, y) => x[0] - y[0]);
  };

  for (const [from, to] of initial) add(from, to);
  return {
    add,
    has: (n) => ranges.some(([a, b]) => a <= n && n <= b),
    remove(from, to = from) {
      ranges = ranges.flatMap(([a, b]): Range[] => {
        if (b < from || a > to) return [[a, b]];
        const left: Range[] = a < from ? [[a, from - 1]] : [];
        return b > to ? [...left, [to + 1, b]] : left;
      });
    },
    list: () => [...ranges],
    keep(count) {
      if (ranges.length > count) ranges = ranges.slice(ranges.length - count);
    },
  };
}
