/**
 * Incidents nobody can judge any more: their target was removed, or no vantage is left that measures it.
 *
 * They end where they stand, and the end is told to whoever was told of the beginning.
 */
import type { Store } from "../store/store.ts";
import type { Incident, Transition } from "../wire/incident.ts";
import type { Target } from "../wire/target.ts";
import { addressed } from "./audience.ts";
import { composeTarget } from "./compose.ts";
import type { Facts } from "./facts.ts";
import { messagesFor } from "./message.ts";
import { draftFrom, type Recorded } from "./reconcile.ts";
import { beliefOf, lastTold } from "./record.ts";
import { classOf, NO_BELIEF } from "./rules.ts";
import { votersOf } from "./timing.ts";

/**
 * Ends an open incident of a target.
 *
 * @param target null = removed; the incident has kept its name.
 */
export async function closeIncident(
  store: Pick<Store, "incidents">,
  recorded: Recorded,
  target: Target | null,
  facts: Facts,
): Promise<Incident> {
  const nowS = Math.floor(facts.nowMs / 1000);
  const last = lastTold([recorded]);
  const told = last !== null && classOf(beliefOf(last.transition)) !== null;
  const ended: Transition = {
    kind: "ended",
    class: recorded.class,
    tick: Math.max(nowS, recorded.transitions.at(-1)?.tick ?? nowS),
    atMs: facts.nowMs,
    told,
    evidence: [],
    belief: NO_BELIEF,
    reason: target ? "unwatched" : "removed",
  };
  const base = draftFrom(recorded).incident;
  const named = target ?? {
    id: recorded.target,
    name: recorded.name ?? recorded.target,
    url: "",
    recipients: null,
  };
  const own = facts.recipients.filter((id) => named.recipients?.includes(id) ?? true);
  const {
    incident,
    told: [said],
  } = addressed(
    { ...base, toS: Math.max(nowS, base.fromS + 1), transitions: [...base.transitions, ended] },
    new Set([ended]),
    { own, all: facts.recipients },
  );
  const messages = said
    ? messagesFor(
        composeTarget(incident, said, {
          target: named,
          carriers: facts.carriers,
          vantages: facts.vantages,
          voters: target ? votersOf(target, facts.vantages) : [],
        }),
        said.toldTo ?? [],
        facts.nowMs,
      )
    : [];
  await store.incidents.transition(incident, recorded.version, messages);
  return incident;
}
