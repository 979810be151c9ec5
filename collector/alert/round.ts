/**
 * One round of the evaluator: holds the lease, sweeps what no sample announces, judges what is due, settles its marks.
 *
 * A target that cannot be judged is logged and stops nobody else; its marks come back when their claim runs out.
 */
import { randomUUID } from "node:crypto";
import type { Store } from "../store/store.ts";
import type { AlteredEvent } from "../wire/event.ts";
import type { Incident } from "../wire/incident.ts";
import type { Agenda, Job } from "./agenda.ts";
import type { AlertOptions } from "./alert.ts";
import { endAltered } from "./altered/evidence.ts";
import { closeIncident } from "./close.ts";
import { dueMarks } from "./due-marks.ts";
import { type Evaluated, evaluateTarget } from "./evaluate.ts";
import type { Facts } from "./facts.ts";
import { glance } from "./glance.ts";
import { sweeperOf } from "./sweep.ts";
import { viewOf } from "./view.ts";

const LEASE_MS = 30_000;

export type RoundWorker = {
  /** The next round sweeps, however short ago the last did. */
  sweepSoon(): void;
  /** Never throws: what failed is logged and comes again. */
  round(): Promise<void>;
  /** Gives the lease back. */
  release(): Promise<void>;
};

/** The work of an evaluator, without its timers. */
export function roundWorker(options: AlertOptions, todo: Agenda): RoundWorker {
  const { store, registry, clock, log, live } = options;
  let lease: { token: number; untilMonoMs: number } | null = null;

  const lead = async (): Promise<boolean> => {
    const nowMono = clock.monoMs();
    if (lease && lease.untilMonoMs - nowMono > LEASE_MS / 2) return true;
    const token = await store.claims.take("alert", holder, clock.nowMs(), LEASE_MS);
    lease = token === null ? null : { token, untilMonoMs: nowMono + LEASE_MS };
    return lease !== null;
  };
  const holder = options.holder ?? randomUUID();
  const sweeper = sweeperOf(options);
  const announce = async (incidents: readonly Incident[]) => {
    if (incidents.length === 0) return;
    const vantages = await registry.vantages.list();
    for (const incident of incidents) {
      live.publish({ type: "incident", incident: await viewOf(incident, registry, { vantages }) });
    }
  };
  const announceEvents = (events: readonly AlteredEvent[]) => {
    for (const { kind, target, vantage } of events) live.publish({ type: "event", kind, target, vantage });
  };
  const settle = (id: string, { waiting }: Evaluated): number => {
    if (waiting) todo.wait(id, waiting.tick, waiting.untilMs);
    else todo.judged(id);
    return waiting?.tick ?? Number.POSITIVE_INFINITY;
  };
  const judge = async ({ target: id, news }: Job, facts: Facts): Promise<number> => {
    try {
      const target = await registry.targets.find(id);
      if (!target) {
        await announce(await closeAll(store, id, facts));
        announceEvents(await endAltered(store.events, id, facts.nowMs));
        return Number.POSITIVE_INFINITY;
      }
      const evaluated = await evaluateTarget(store, target, facts, news);
      await announce(evaluated.stored);
      announceEvents(evaluated.events);
      return settle(id, evaluated);
    } catch (error) {
      log.error({ target: id, err: error }, "a target could not be judged");
      return Number.NEGATIVE_INFINITY;
    }
  };
  const glanceAll = async (jobs: readonly Job[], facts: Facts): Promise<(number | null)[]> => {
    // One that is not readable is left to `judge`, which says so.
    const targets = await Promise.all(
      jobs.map(({ target }) => registry.targets.find(target).catch(() => null)),
    );
    const asked = jobs.flatMap(({ news }, i) => {
      const target = targets[i];
      return target && news ? [{ target, news }] : [];
    });
    const found = await glance(store, asked, facts).catch((error: unknown) => {
      // One that cannot be read must not stop the others: each is judged by itself.
      log.warn({ err: error }, "targets could not be looked at together");
      return [];
    });
    const byTarget = new Map(asked.map(({ target }, i) => [target.id, found[i] ?? null]));
    return jobs.map(({ target }) => {
      const evaluated = byTarget.get(target) ?? null;
      return evaluated === null ? null : settle(target, evaluated);
    });
  };
  const judgeDue = dueMarks(options, { todo, glance: glanceAll, judge, lead });
  return {
    sweepSoon: () => sweeper.soon(),
    async round() {
      try {
        if (!(await lead())) return;
        await announce(await sweeper.sweep(todo));
        await judgeDue();
      } catch (error) {
        log.error({ err: error }, "a round of the evaluator failed; it comes again");
      }
    },
    async release() {
      if (lease) await store.claims.release("alert", lease.token);
      lease = null;
    },
  };
}

async function closeAll(store: Store, target: string, facts: Facts): Promise<Incident[]> {
  const open = await store.incidents.list({ target, open: true, limit: 100 });
  const closed: Incident[] = [];
  for (const incident of open.filter((one) => one.subject === "target")) {
    closed.push(await closeIncident(store, incident, null, facts));
  }
  return closed;
}
