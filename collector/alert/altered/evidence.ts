/**
 * What is on record of altered answers, and altered answers as evidence of an incident.
 *
 * A carrier that fails while its users are answered otherwise than the others' fails by its own network, or by its
 * resolver where it is the lookup: whatever its vantage alone could tell.
 */
import type { Store } from "../../store/store.ts";
import type { AlteredEvent } from "../../wire/event.ts";
import type { CarrierEvidence } from "../../wire/incident.ts";
import type { Voter } from "../window.ts";
import type { Altered } from "./judge.ts";

/** Events of one target that are looked at; what is older is left as it stands. */
const LIMIT = 500;

/** Whether there is anybody to compare with. */
export function comparesCarriers(voters: readonly Voter[]): boolean {
  return new Set(voters.map((voter) => voter.carrier)).size > 1;
}

/** The record of one target, newest first; a target that one carrier alone has ever measured has none. */
export async function recordedAltered(
  events: Store["events"],
  target: string,
  voters: readonly Voter[],
): Promise<AlteredEvent[]> {
  if (!comparesCarriers(voters)) return [];
  return await readAltered(events, target);
}

/** Ends what goes on of a target that was removed. @returns Events as they were stored. */
export async function endAltered(
  events: Store["events"],
  target: string,
  nowMs: number,
): Promise<AlteredEvent[]> {
  const open = (await readAltered(events, target)).filter((event) => event.toS === null);
  const toS = Math.floor(nowMs / 1000);
  const ended = open.map((event) => ({ ...event, toS: Math.max(toS, event.atS + 1) }));
  if (ended.length > 0) await events.put(ended);
  return ended;
}

/** Evidence of a tick, with what differs at each carrier. */
export function evidenced(
  evidence: readonly CarrierEvidence[],
  tick: number,
  { at }: Pick<Altered, "at">,
): CarrierEvidence[] {
  return evidence.map((entry) => {
    const altered = at(tick, entry.carrier);
    if (altered === null) return entry;
    const { failure } = entry;
    if (!failure) return { ...entry, altered: [...altered] };
    const source = failure.phase === "dns" ? ("resolver" as const) : ("network" as const);
    return { ...entry, failure: { ...failure, source }, altered: [...altered] };
  });
}

async function readAltered(events: Store["events"], target: string): Promise<AlteredEvent[]> {
  const found = await events.list({ target, kinds: ["altered"], limit: LIMIT });
  return found.filter((event) => event.kind === "altered");
}
