/**
 * What no sample announces: vantages that fell silent, targets that were paused, removed, or left without a vantage.
 */
import type { Incident } from "../wire/incident.ts";
import { isPaused } from "../wire/target.ts";
import type { Agenda } from "./agenda.ts";
import type { AlertOptions } from "./alert.ts";
import { closeIncident } from "./close.ts";
import { readFacts } from "./facts.ts";
import { silenceWatch } from "./silence.ts";
import { votersOf } from "./timing.ts";

const SWEEP_MS = 10_000;
const OPEN_LIMIT = 1000;

export type Sweeper = {
  /** The next sweep happens, however short ago the last was. */
  soon(): void;
  /** Puts paused targets on the agenda. @returns Incidents it stored. */
  sweep(todo: Pick<Agenda, "changed">): Promise<Incident[]>;
};

/** Sweeps at most every SWEEP_MS. */
export function sweeperOf(options: Pick<AlertOptions, "store" | "registry" | "clock">): Sweeper {
  const { store, registry, clock } = options;
  const silence = silenceWatch(store);
  let sweptMonoMs = Number.NEGATIVE_INFINITY;
  return {
    soon() {
      sweptMonoMs = Number.NEGATIVE_INFINITY;
    },
    async sweep(todo) {
      if (clock.monoMs() - sweptMonoMs < SWEEP_MS) return [];
      sweptMonoMs = clock.monoMs();
      const facts = await readFacts(store, registry, clock.nowMs());
      const stored = await silence.sweep(facts, clock.monoMs());
      const open = await store.incidents.list({ open: true, limit: OPEN_LIMIT });
      for (const incident of open.filter((one) => one.subject === "target")) {
        const target = await registry.targets.find(incident.target);
        const watched = target && votersOf(target, facts.vantages).some((voter) => voter.active);
        if (watched && isPaused(target, Math.floor(facts.nowMs / 1000))) todo.changed(target.id);
        if (!watched) stored.push(await closeIncident(store, incident, target, facts));
      }
      return stored;
    },
  };
}
