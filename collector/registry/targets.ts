/**
 * Targets as documents: created and edited through one set of rules, paused as intervals, announced when they change.
 *
 * Removing a target removes what is to be measured; what was measured stays in the store under its id.
 */
import * as z from "zod";
import { LONGEST_S } from "../archive/layout.ts";
import { isSameExtras } from "../archive/sets.ts";
import type { Store } from "../store/store.ts";
import type { TargetPreview } from "../wire/api-overview.ts";
import { Recipient } from "../wire/api-settings.ts";
import { extrasOf, NO_EXTRAS } from "../wire/archives.ts";
import { Carrier } from "../wire/carrier.ts";
import type { Clock } from "../wire/clock.ts";
import { InvalidInputError } from "../wire/errors.ts";
import { hostOfUrl } from "../wire/kind.ts";
import { SecretName } from "../wire/request.ts";
import { isPaused, type Pause, Target } from "../wire/target.ts";
import { Vantage } from "../wire/vantage.ts";
import type { ChangeBus } from "./changes.ts";
import { documents } from "./documents.ts";
import { heldDocuments } from "./held-documents.ts";
import { newId, type RandomBytes } from "./ids.ts";
import type { Targets } from "./registry.ts";
import type { NamedSecrets } from "./secrets.ts";
import { type Examined, examineTarget, type Surroundings } from "./target-rules.ts";

const DAY_S = 86_400;

export type TargetsOptions = {
  readonly store: Pick<Store, "registry" | "samples" | "ops">;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly changes: ChangeBus;
  readonly secrets: Pick<NamedSecrets, "values">;
  readonly refusesLocally: (url: string) => string | null;
};

/** The targets of a store. */
export function targetsPart(options: TargetsOptions): Targets & { reshape(): Promise<void> } {
  const { clock, random, store } = options;
  const docs = heldDocuments(options.store.registry, "target", Target);
  const around = surroundingsOf(options, docs.list);
  const nowS = (): number => Math.floor(clock.nowMs() / 1000);

  const accepted = async (input: unknown, exceptId?: string): Promise<Examined & { ok: true }> => {
    const examined = examineTarget(input, await around(nowS(), input), exceptId);
    if (!examined.ok) throw new InvalidInputError("target", examined.issues, examined.hint ?? undefined);
    return examined;
  };
  const write = async (target: Target, expectedVersion: number): Promise<Target> => {
    const stored = await docs.put(target.id, expectedVersion, target);
    options.changes.publish({ kind: "target", id: stored.id });
    return stored;
  };
  /** The archives of its step become what it says; nothing happens when they are. */
  const shape = (target: Target, atS: number): Promise<void> =>
    store.samples.shape(target.id, target.stepS, target.archives ?? null, atS, extrasOf(target));
  return {
    list: () => docs.list(),
    find: (id) => docs.find(id),
    get: (id) => docs.get(id),
    async create(input) {
      const { input: wanted, group, cadence } = await accepted(input);
      const id = newId(hostOfUrl(wanted.url), random);
      const target = { ...wanted, group, ...cadence, id, createdS: nowS(), pauses: [], version: 0 };
      // Before anybody measures it: its series never have other archives.
      if (asksForOwn(target)) await shape(target, 0);
      return write(target, 0);
    },
    async update(id, version, input) {
      const { input: wanted, group, cadence } = await accepted(input, id);
      const { createdS, pauses } = await docs.get(id);
      const stored = await write({ ...wanted, group, ...cadence, id, createdS, pauses, version }, version);
      await shape(stored, nowS());
      return stored;
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
      const examined = examineTarget(input, await around(nowS(), input), exceptId);
      return previewOf(examined, await spaceOf(store.ops, examined));
    },
    /** At start: what an end between a target and its archives left undone. */
    async reshape() {
      const generations = await store.samples.generations();
      const changed = new Set(generations.filter(({ rings }) => rings).map(({ series }) => series.target));
      for (const target of await docs.list())
        if (asksForOwn(target) || changed.has(target.id)) await shape(target, nowS());
    },
  };
}

/** Whether it keeps anything else than the default archives of its step. */
function asksForOwn(target: Target): boolean {
  return target.archives !== undefined || !isSameExtras(extrasOf(target), NO_EXTRAS);
}

/** What a target's series take at full age, everything counted; null = it cannot be said, or not be saved. */
async function spaceOf(
  ops: Pick<Store["ops"], "estimate">,
  examined: Examined,
): Promise<TargetPreview["space"]> {
  if (!examined.ok) return null;
  const { input, cadence, vantages } = examined;
  const { bytesPerSeriesFull } = await ops.estimate(cadence.stepS, input.archives ?? null, extrasOf(input));
  const series = vantages.length * (1 + addressSeries(input));
  return { bytesPerSeries: bytesPerSeriesFull, series, bytes: bytesPerSeriesFull * series };
}

/** Series of single addresses beside a vantage's own, at most. */
function addressSeries({ addresses }: Pick<Target, "addresses">): number {
  if (!addresses || addresses.measure === "one") return 0;
  return addresses.measure === "families" ? 2 : addresses.max;
}

/** Ends the running pause; one that was taken back within its second leaves no trace. */
function endedAt(pauses: readonly Pause[], toS: number): Pause[] {
  return pauses
    .map((pause) => (pause.toS === null || pause.toS > toS ? { ...pause, toS } : pause))
    .filter((pause) => pause.toS === null || pause.toS > pause.fromS);
}

function surroundingsOf(
  options: TargetsOptions,
  targets: () => Promise<Target[]>,
): (nowS: number, raw: unknown) => Promise<Surroundings> {
  const { registry } = options.store;
  const carriers = documents(registry, "carrier", Carrier, false);
  const vantages = documents(registry, "vantage", Vantage, true);
  const recipients = documents(registry, "recipient", Recipient, true);
  return async (nowS, raw) => ({
    carriers: (await carriers.list()).map((carrier) => carrier.id),
    vantages: await vantages.list(),
    recipients: (await recipients.list()).map((recipient) => recipient.id),
    secrets: (await registry.list("secret")).map(({ id }) => id),
    clientKey: await clientKeyOf(raw, options.secrets),
    targets: await targets(),
    nowS,
    refusesLocally: options.refusesLocally,
  });
}

const NamesKey = z.object({ tls: z.object({ clientCertificate: z.object({ key: SecretName }) }) });

/** The key that a target's client certificate names, to be compared with it. */
async function clientKeyOf(raw: unknown, secrets: Pick<NamedSecrets, "values">): Promise<string | null> {
  const name = NamesKey.safeParse(raw).data?.tls.clientCertificate.key;
  return name === undefined ? null : ((await secrets.values([name]))[name] ?? null);
}

function previewOf(examined: Examined, space: TargetPreview["space"]): TargetPreview {
  if (!examined.ok) {
    const nothing = {
      target: null,
      group: null,
      stepS: null,
      vantages: [],
      carriers: [],
      measurementsPerDay: null,
      space,
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
    space,
  };
}
