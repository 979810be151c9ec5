/**
 * What ends a measurement: a deadline or its caller. An AbortController without events.
 *
 * One is made for every measurement and every stage listens to it, which in an EventTarget costs as much as reading an
 * answer's head. An AbortController does in its place.
 */

/** The part of an AbortSignal that stages use. */
export type StopSignal = {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", act: () => void, options?: { once: true }): void;
  removeEventListener(type: "abort", act: () => void): void;
};

export type Stop = { readonly signal: StopSignal; abort(reason?: unknown): void };

/** A new one, not yet fired; it fires once. */
export function newStop(): Stop {
  return new OwnStop();
}

class OwnStop implements Stop, StopSignal {
  aborted = false;
  reason: unknown;
  #acts: (() => void)[] = [];

  get signal(): StopSignal {
    return this;
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const acts = this.#acts;
    this.#acts = [];
    for (const act of acts) act();
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(_type: "abort", act: () => void): void {
    if (!this.aborted) this.#acts.push(act);
  }

  removeEventListener(_type: "abort", act: () => void): void {
    // Stages end mostly in the reverse of the order they began in.
    if (this.#acts.at(-1) === act) this.#acts.pop();
    else this.#acts = this.#acts.filter((other) => other !== act);
  }
}
