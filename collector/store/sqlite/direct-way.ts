/** The short way of a batch's samples (direct.ts), with what has to be asked only once for a batch. */
import { FUTURE_LIMIT_S, LATE_WINDOW_S, LONGEST_S } from "../../archive/layout.ts";
import { isOfAddress } from "../series.ts";
import type { epochsOf } from "./epochs.ts";
import { FLAG } from "./log-record.ts";
import { type Batch, CLAMPED, WORD, WORDS } from "./packed.ts";
import type { Working } from "./rings.ts";
import { type Ids, SingleIds } from "./single-ids.ts";
import type { WriterShapes } from "./writer-shapes.ts";
import type { OpenStates } from "./writer-states.ts";
import type { Tally } from "./writer-tally.ts";

type Parts = {
  readonly tally: Tally;
  readonly states: OpenStates;
  readonly sets: Pick<WriterShapes, "isBusy">;
  readonly epochs: Pick<ReturnType<typeof epochsOf>, "areNew">;
};

/** Samples of a vantage that went this way. */
type Counted = { readonly vantage: string; stored: number; late: number; clamped: number };

/** What holds for all samples of a batch. */
type Common = {
  readonly batch: Batch;
  readonly epochs: readonly number[];
  /** By number of the vantage. */
  readonly ids: readonly Ids[];
  readonly counts: readonly Counted[];
  /** Whether any of its samples may go the short way. */
  readonly isShort: boolean;
  /** Whether its samples make due marks. */
  readonly isMarking: boolean;
  readonly from: number;
  readonly until: number;
};

export function directWay({ tally, states, sets, epochs }: Parts) {
  const singles = new SingleIds();
  let common: Common | null = null;

  /** 0 = not known. */
  const idAt = ({ batch: { words }, ids }: Common, i: number): number => {
    const at = i * WORDS;
    return ids[words[at + WORD.vantage] ?? 0]?.at(words[at + WORD.name] ?? 0) ?? 0;
  };
  const addOne = ({ batch, epochs, ids, isMarking, from, until }: Common, i: number): boolean => {
    const { words, places, names } = batch;
    const at = i * WORDS;
    const tick = places[i * 2] ?? 0;
    const name = words[at + WORD.name] ?? 0;
    const id = ids[words[at + WORD.vantage] ?? 0]?.at(name) ?? 0;
    if (id === 0 || tick < from || tick > until || states.has(id)) return false;
    const mark = isMarking && !isOfAddress(names[name] ?? "");
    return states.direct.add(id, batch, at, tick, epochs[words[at + WORD.epoch] ?? 0] ?? 0, mark);
  };
  const count = ({ batch, counts, isMarking }: Common, i: number): void => {
    const at = i * WORDS;
    const flags = batch.words[at + WORD.flags] ?? 0;
    const of = counts[batch.words[at + WORD.vantage] ?? 0];
    if (!of) return;
    of.stored += 1;
    if (isMarking && !(flags & FLAG.live)) of.late += 1;
    if (flags & CLAMPED) of.clamped += 1;
  };
  return {
    begin(batch: Batch, epochNumbers: readonly number[], nowS: number, history: boolean): void {
      common = {
        batch,
        epochs: epochNumbers,
        ids: batch.vantages.map((vantage) => singles.of(batch.names, vantage)),
        counts: batch.vantages.map((vantage) => ({ vantage, stored: 0, late: 0, clamped: 0 })),
        // What a record refers to has to be on disk before its block is shown, and rows have to be of their newest set.
        isShort: !epochs.areNew() && !sets.isBusy(),
        isMarking: !history,
        from: nowS - (history ? LONGEST_S : LATE_WINDOW_S),
        until: nowS + FUTURE_LIMIT_S,
      };
    },
    /** @returns false when the sample has to go the longer way. */
    add(i: number): boolean {
      if (!common?.isShort || !addOne(common, i)) return false;
      count(common, i);
      return true;
    },
    /** The one generation that a sample's series has, in hands from now on; null = that is not known, or its step is another. */
    only(i: number, stepS: number): Working | null {
      const id = common ? idAt(common, i) : 0;
      const one = id === 0 ? null : states.of(id);
      return one?.state.stepS === stepS ? one : null;
    },
    /** A sample went the longer way. @param found Numbers of its series' generations. */
    known(i: number, found: readonly number[]): void {
      if (!common) return;
      const { words } = common.batch;
      const at = i * WORDS;
      common.ids[words[at + WORD.vantage] ?? 0]?.set(words[at + WORD.name] ?? 0, found);
    },
    end(): void {
      for (const { vantage, stored, late, clamped } of common?.counts ?? [])
        if (stored > 0) tally.stored(vantage, stored, late, clamped);
      common = null;
    },
    /** Series have other numbers. */
    forget: () => singles.clear(),
  };
}
