/** The columns of outlines, filled by an engine entry by entry. */
import { METRICS } from "../wire/metric.ts";
import type { Outlines } from "./outline.ts";

const M = METRICS.length;
const FIRST_SAMPLES = 1_024;

/** What of a sample goes into its columns. */
export type OutlineEntry = {
  /** Place in OUTLINE_STATES. */
  readonly state: number;
  readonly skewMs: number;
  readonly present: number;
  /** Looked at where `present` says so. */
  readonly values: Uint32Array;
  /** 0 = none. */
  readonly status: number;
  /** NaN = none. */
  readonly bodyBytes: number;
};

export class OutlineColumns {
  private samples = 0;
  private ticks = new Float64Array(FIRST_SAMPLES);
  private states = new Uint8Array(FIRST_SAMPLES);
  private skewsMs = new Float64Array(FIRST_SAMPLES);
  private lives = new Uint8Array(FIRST_SAMPLES);
  private said = new Uint32Array(FIRST_SAMPLES);
  private present = new Uint8Array(FIRST_SAMPLES);
  private values = new Uint32Array(FIRST_SAMPLES * M);
  private statuses = new Uint16Array(FIRST_SAMPLES);
  private bodiesBytes = new Float64Array(FIRST_SAMPLES);
  private readonly numbers = new Map<string, number>();
  private readonly asked: number[] = [];
  private readonly vantages: string[] = [];
  private readonly stepsS: number[] = [];
  private readonly lastTicks: number[] = [];
  private readonly ends: number[] = [];

  /** The number of a text. */
  text(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }

  /** A sample of the series that is told next. */
  sample(tick: number, entry: OutlineEntry, said: number, live: boolean): void {
    const { state, skewMs, present, values } = entry;
    const at = this.samples;
    if (at === this.ticks.length) this.grow();
    this.samples += 1;
    this.ticks[at] = tick;
    this.states[at] = state;
    this.skewsMs[at] = skewMs;
    this.lives[at] = live ? 1 : 0;
    this.said[at] = said;
    this.present[at] = present;
    this.statuses[at] = entry.status;
    this.bodiesBytes[at] = entry.bodyBytes;
    for (let m = 0; present >> m !== 0; m += 1)
      this.values[at * M + m] = (present >> m) & 1 ? (values[m] ?? 0) : 0;
  }

  /** The series of the samples since the one before. */
  series(asked: number, vantage: string, stepS: number, lastTick: number): void {
    this.asked.push(asked);
    this.vantages.push(vantage);
    this.stepsS.push(stepS);
    this.lastTicks.push(lastTick);
    this.ends.push(this.samples);
  }

  taken(): Outlines {
    const { samples } = this;
    return {
      series: {
        asked: Uint32Array.from(this.asked),
        vantages: this.vantages,
        stepsS: Uint32Array.from(this.stepsS),
        lastTicks: Float64Array.from(this.lastTicks),
        ends: Uint32Array.from(this.ends),
      },
      ticks: this.ticks.slice(0, samples),
      states: this.states.slice(0, samples),
      skewsMs: this.skewsMs.slice(0, samples),
      lives: this.lives.slice(0, samples),
      said: this.said.slice(0, samples),
      texts: [...this.numbers.keys()],
      present: this.present.slice(0, samples),
      values: this.values.slice(0, samples * M),
      statuses: this.statuses.slice(0, samples),
      bodiesBytes: this.bodiesBytes.slice(0, samples),
    };
  }

  private grow(): void {
    const length = this.samples * 2;
    const larger = <A extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(made: A, from: A): A => {
      made.set(from);
      return made;
    };
    this.ticks = larger(new Float64Array(length), this.ticks);
    this.states = larger(new Uint8Array(length), this.states);
    this.skewsMs = larger(new Float64Array(length), this.skewsMs);
    this.lives = larger(new Uint8Array(length), this.lives);
    this.said = larger(new Uint32Array(length), this.said);
    this.present = larger(new Uint8Array(length), this.present);
    this.statuses = larger(new Uint16Array(length), this.statuses);
    this.bodiesBytes = larger(new Float64Array(length), this.bodiesBytes);
    this.values = larger(new Uint32Array(length * M), this.values);
  }
}
