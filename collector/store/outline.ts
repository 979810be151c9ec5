/**
 * Samples of many targets in columns: enough to see that nothing is wrong with them, without their details.
 *
 * What the evaluator asks first, for every tick that has news, and judges failures by: `states` costs twenty times as
 * much, and is read where answers have to be compared. Entries are in no order but that those of a series follow one another.
 */
import type { Sample } from "../wire/sample.ts";

/** A target's own series, all vantages, all steps: ticks with fromS <= tick <= toS. */
export type OutlineQuery = {
  readonly target: string;
  readonly fromS: number;
  readonly toS: number;
  /** Whether values are wanted too. */
  readonly values: boolean;
  /** Whether status and length of what was answered are wanted too. */
  readonly answers: boolean;
};

export type Outlines = {
  /** Series at one step, in the order of the targets asked for; those that hold nothing are absent. */
  readonly series: {
    /** Place of its target among those asked for. */
    readonly asked: Uint32Array;
    readonly vantages: readonly string[];
    readonly stepsS: Uint32Array;
    /** Its newest tick, wherever that is. */
    readonly lastTicks: Float64Array;
    /** Its samples end before this entry; they begin where those of the series before end. */
    readonly ends: Uint32Array;
  };
  readonly ticks: Float64Array;
  /** As OUTLINE_STATES has them. */
  readonly states: Uint8Array;
  /** ms; NaN = unknown. */
  readonly skewsMs: Float64Array;
  /** 1 = received in time. */
  readonly lives: Uint8Array;
  /** Which text of `texts` the sample says. */
  readonly said: Uint32Array;
  /**
   * Each once: JSON of what is no plain number in a sample's details, the address left out, as `d`; how it failed as
   * `f`, and why it is unknown as `u`. Parts that say nothing may be absent.
   */
  readonly texts: readonly string[];
  /** Of an up sample a bit for each metric that has a value, in METRICS order; 0 of others and where none were asked for. */
  readonly present: Uint8Array;
  /** Eight per sample in METRICS order, integers (us, bytes/s); 0 where there is no value. */
  readonly values: Uint32Array;
  /** Status of what was answered; 0 = there was no answer, its details were dropped, or nobody asked. */
  readonly statuses: Uint16Array;
  /** Its decoded length; NaN likewise. */
  readonly bodiesBytes: Float64Array;
};

export const OUTLINE_STATES = ["up", "down", "suspect", "unknown"] as const satisfies Sample["state"][];

export type Outlining = (asked: readonly OutlineQuery[]) => Promise<Outlines>;
