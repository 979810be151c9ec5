/**
 * Spans that were replayed against the events on record: which events to write so that the record says the same.
 *
 * The id is the carrier's first tick, so the same news is one event whoever finds it. What later samples no longer show
 * is withdrawn (toS = atS). Pure.
 */
import { type AlteredEvent, isWithdrawnEvent } from "../../wire/event.ts";
import type { Span } from "./replay.ts";

/** What was going on after a tick, by the record; null = nothing. */
export function carriedAt(
  recorded: readonly AlteredEvent[],
  carrier: string,
  tick: number,
): AlteredEvent | null {
  const covering = recorded.filter(
    (event) => event.carrier === carrier && event.atS <= tick && (event.toS === null || event.toS > tick),
  );
  return covering.sort((a, b) => a.atS - b.atS)[0] ?? null;
}

export type Stretch = {
  readonly target: string;
  /** The record is compared after this tick and never touched before. */
  readonly afterTick: number;
  readonly lastTick: number;
  readonly nowMs: number;
};

/** @returns Events that differ from the record, oldest first. */
export function reconcileAltered(
  recorded: readonly AlteredEvent[],
  spans: readonly Span[],
  { target, afterTick, lastTick, nowMs }: Stretch,
): AlteredEvent[] {
  const byId = new Map(recorded.map((event) => [event.id, event]));
  const wanted = new Map<string, AlteredEvent>();
  for (const span of spans) {
    const id = `altered/${target}/${span.carrier}/${span.fromS}`;
    const known = byId.get(id);
    const foundS = known?.foundS ?? Math.floor(nowMs / 1000);
    // An end beyond the stretch is not this replay's to say.
    const toS = span.toS === null && known && (known.toS ?? 0) > lastTick ? known.toS : span.toS;
    wanted.set(id, {
      id,
      atS: span.fromS,
      kind: "altered",
      target,
      vantage: null,
      carrier: span.carrier,
      toS,
      foundS,
      differs: [...span.differs],
    });
  }
  const gone = recorded.filter(
    (event) =>
      !wanted.has(event.id) && !isWithdrawnEvent(event) && event.atS > afterTick && event.atS <= lastTick,
  );
  return [...wanted.values(), ...gone.map((event) => ({ ...event, toS: event.atS }))]
    .filter((event) => !isSame(event, byId.get(event.id)))
    .sort((a, b) => a.atS - b.atS || (a.id < b.id ? -1 : 1));
}

function isSame(event: AlteredEvent, known: AlteredEvent | undefined): boolean {
  if (known === undefined) return isWithdrawnEvent(event);
  const textOf = ({ atS, toS, differs }: AlteredEvent) => JSON.stringify([atS, toS, differs]);
  return textOf(event) === textOf(known);
}
