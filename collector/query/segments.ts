/**
 * The ticks of a range: which instants a target was measured at, one segment per step it had.
 *
 * Pure. A step change opens a new generation; a segment lasts from a generation's first tick to the next one's.
 * All carriers of a target share these ticks, so that their states can be laid side by side.
 */
import type { Generation } from "../store/store.ts";

/** Ticks firstTick + i * stepS for 0 <= i < count; `offset` is the index of the first among all of the range. */
export type Segment = {
  readonly stepS: number;
  readonly firstTick: number;
  readonly count: number;
  readonly offset: number;
};

/** A time from which one step held. */
export type StepSpan = { readonly fromS: number; readonly toS: number; readonly stepS: number };

/**
 * Which step held when, without gaps, over [fromS, toS).
 *
 * A target that went back to an earlier step has one generation with a younger one inside: the younger one holds there.
 *
 * @param generations Of one target, any vantages; a step holds from its first tick to its last, whoever measured.
 * @param stepS The step when there is no generation at all.
 */
export function stepSpans(
  generations: readonly Generation[],
  stepS: number,
  fromS: number,
  toS: number,
): StepSpan[] {
  const held = heldSteps(generations);
  const inside = held.flatMap((one) => [one.fromS, one.toS]).filter((at) => at > fromS && at < toS);
  const starts = [...new Set([fromS, ...inside])].sort((a, b) => a - b);
  const spans: StepSpan[] = [];
  for (const [i, startS] of starts.entries()) {
    const last = spans.at(-1);
    const step = stepAt(held, startS) ?? last?.stepS ?? held[0]?.stepS ?? stepS;
    const endS = starts[i + 1] ?? toS;
    if (last?.stepS === step) spans[spans.length - 1] = { ...last, toS: endS };
    else spans.push({ fromS: startS, toS: endS, stepS: step });
  }
  return spans.filter((span) => span.toS > span.fromS);
}

/** From the first tick of each step to the end of its last, oldest first. */
function heldSteps(generations: readonly Generation[]): StepSpan[] {
  const held = new Map<number, StepSpan>();
  for (const { stepS, openedTick, lastTick } of generations) {
    const known = held.get(stepS);
    held.set(stepS, {
      stepS,
      fromS: Math.min(openedTick, known?.fromS ?? openedTick),
      toS: Math.max(lastTick + stepS, known?.toS ?? 0),
    });
  }
  return [...held.values()].sort((a, b) => a.fromS - b.fromS);
}

/** The youngest step that holds at an instant; undefined in a gap, where the one before goes on. */
function stepAt(held: readonly StepSpan[], atS: number): number | undefined {
  const holding = held.filter((one) => one.fromS <= atS && atS < one.toS).at(-1);
  return (
    holding ??
    held
      .filter((one) => one.toS <= atS)
      .sort((a, b) => a.toS - b.toS)
      .at(-1)
  )?.stepS;
}

/** The ticks of each span; fromS <= tick < toS. */
export function segmentsOf(spans: readonly StepSpan[]): Segment[] {
  let offset = 0;
  return spans.map(({ fromS, toS, stepS }) => {
    const firstTick = Math.ceil(fromS / stepS) * stepS;
    const count = Math.max(0, Math.ceil((toS - firstTick) / stepS));
    const segment = { stepS, firstTick, count, offset };
    offset += count;
    return segment;
  });
}

/** How many ticks all segments have. */
export function tickCount(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.count, 0);
}

/** Indices (among all of the range) of a segment's ticks with fromS <= tick < toS, as [first, end). */
export function indexRange(segment: Segment, fromS: number, toS: number): [number, number] {
  const { firstTick, stepS, count, offset } = segment;
  const at = (instantS: number) => Math.min(count, Math.max(0, Math.ceil((instantS - firstTick) / stepS)));
  return [offset + at(fromS), offset + at(toS)];
}
