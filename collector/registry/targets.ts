/**
 * Targets as documents: created and edited through one set of rules, paused as intervals, announced when they change.
 *
 * Removing a target removes what is to be measured; what was measured stays in the store under its id.
 */
import { LONGEST_S } from "../archive/layout.ts";
import type { Store } from "../store/store.ts";
import type { TargetPreview } from "../wire/api-overview.ts";
import { Recipient } from "../wire/api-settings.ts";
import { Carrier } from "../wire/carrier.ts";
import type { Clock } from "../wire/clock.ts";
import { InvalidInputError } from "../wire/errors.ts";
import { hostOfUrl } from "../wire/kind.ts";
import { isPaused, type Pause, Target } from "../wire/target.ts";
import { Vantage } from "../wire/vantage.ts";
import type { ChangeBus } from "./changes.ts";
import { documents } from "./documents.ts";
import { newId, type RandomBytes } from "./ids.ts";
import type { Targets } from "./registry.ts";
import { type Examined, examineTarget, type Surroundings } from "./target-rules.ts";

const DAY_S = 86_400;

export type TargetsOptions = {
  readonly store: Pick<Store, "registry">;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly changes: ChangeBus;
  readonly refusesLocally: (url: string) => string | null;
};

/** The targets of a store. */
export function targetsPart(options: TargetsOptions): Targets {
  const { clock, random } = options;
  const docs = documents(options.store.registry, "target", Target, true);
  const around = surroundingsOf(options);
  const nowS = (): number => Math.floor(clock.nowMs() / 1000);

  const accepted = async (input: unknown, exceptId?: string): Promise<Examined & { ok: true }> => {
    const examined = examineTarget(input, await around(nowS()), exceptId);
    if (!examined.ok) throw new InvalidInputError("target", examined.issues, examined.hint ?? undefined);
    return examined;
  };
  const write = async (target: Target, expectedVersion: number): Promise<Target> => {
    const stored = await docs.put(target.id, expectedVersion, target);
    options.changes.publish({ kind: "target", id: stored.id });
    return stored;
  };
  return {
    list: () => docs.list(),
    find: (id) => docs.find(id),
    get: (id) => docs.get(id),
    async create(input) {
      const { input: wanted, group, cadence } = await accepted(input);
      const id = newId(hostOfUrl(wanted.url), random);
      return write({ ...wanted, group, ...cadence, id, createdS: nowS(), pauses: [], version: 0 }, 0);
    },
    async update(id, version, input) {
      const { input: wanted, group, cadence } = await accepted(input, id);
      const { createdS, pauses } = await docs.get(id);
      return write({ ...wanted, group, ...cadence, id, createdS, pauses, version }, version);
    },
    async remove(id, version) {
      await docs.remove(id, version);
      options.changes.publish({ kind: "target", id });
    },
    async pause(id) {
      const target = await docs.get(id);
      if (isPaused(target, nowS())) return target;
      // Pauses older than anything archived say nothing to anybody.
      const kept = target.pauses.filter(({ toS }) => toS === null || toS > nowS() - LONGEST_S);
      return write({ ...target, pauses: [...kept, { fromS: nowS(), toS: null }] }, target.version);
    },
    async resume(id) {
      const target = await docs.get(id);
      if (!isPaused(target, nowS())) return target;
      return write({ ...target, pauses: endedAt(target.pauses, nowS()) }, target.version);
    },
    async preview(input, exceptId) {
      return previewOf(examineTarget(input, await around(nowS()), exceptId));
    },
  };
}

/** Ends the running pause; one that was taken back within its second leaves no trace. */
function endedAt(pauses: readonly Pause[], toS: number): Pause[] {
  return pauses
    .map((pause) => (pause.toS === null || pause.toS > toS ? { ...pause, toS } : pause))
    .filter((pause) => pause.toS === null || pause.toS > pause.fromS);
}

function surroundingsOf(options: TargetsOptions): (nowS: number) => Promise<Surroundings> {
  const { registry } = options.store;
  const carriers = documents(registry, "carrier", Carrier, false);
  const vantages = documents(registry, "vantage", Vantage, true);
  const recipients = documents(registry, "recipient", Recipient, true);
  const targets = documents(registry, "target", Target, true);
  return async (nowS) => ({
    carriers: (await carriers.list()).map((carrier) => carrier.id),
    vantages: await vantages.list(),
    recipients: (await recipients.list()).map((recipient) => recipient.id),
    secrets: (await registry.list("secret")).map(({ id }) => id),
    targets: await targets.list(),
    nowS,
    refusesLocally: options.refusesLocally,
  });
}

function previewOf(examined: Examined): TargetPreview {
  if (!examined.ok) {
    const nothing = {
      target: null,
      group: null,
      stepS: null,
      vantages: [],
      carriers: [],
      measurementsPerDay: null,
    };
    return { ok: false, issues: [...examined.issues], hint: examined.hint, ...nothing };
  }
  const { vantages, cadence } = examined;
  return {
    ok: true,
    issues: [],
    hint: examined.hint,
    target: examined.input,
    group: examined.group,
    stepS: cadence.stepS,
    vantages: vantages.map((vantage) => vantage.id),
    carriers: [...new Set(vantages.map((vantage) => vantage.carrier))],
    measurementsPerDay: (DAY_S / cadence.stepS) * vantages.length,
  };
}
