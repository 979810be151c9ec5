/**
 * The generations that a transaction works on, by number and in the order they were taken: asked for every sample, so that
 * a Map would cost more than what is asked.
 */
import type { Working } from "./rings.ts";

const FIRST_NUMBERS = 1_024;

export class Hands {
  /** By generation: its place in `all`, counted from 1; 0 = it has none. */
  private places = new Int32Array(FIRST_NUMBERS);
  private held: Working[] = [];

  /** In the order they were taken. */
  get all(): readonly Working[] {
    return this.held;
  }

  /** Null = it is in nobody's hands. */
  of(id: number): Working | null {
    const place = this.places[id] ?? 0;
    return place === 0 ? null : (this.held[place - 1] ?? null);
  }

  /** @param one Of a generation that was not here. */
  take(one: Working): void {
    if (one.id >= this.places.length) {
      const larger = new Int32Array((one.id + 1) * 2);
      larger.set(this.places);
      this.places = larger;
    }
    this.held.push(one);
    this.places[one.id] = this.held.length;
  }

  drop(id: number): void {
    const left = this.held.filter((one) => one.id !== id);
    this.clear();
    for (const one of left) this.take(one);
  }

  clear(): void {
    for (const { id } of this.held) this.places[id] = 0;
    this.held = [];
  }
}
