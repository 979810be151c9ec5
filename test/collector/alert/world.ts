/** A collector's alerts for tests: a real store and registry, three carriers, a target, and a clock that stands. */
import { randomBytes } from "node:crypto";
import { type Alert, alertPart } from "../../../collector/alert/alert.ts";
import { type LiveBus, liveBus } from "../../../collector/ingest/live.ts";
import { type Registry, registryPart } from "../../../collector/registry/registry.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import type { SampleRecord, Store } from "../../../collector/store/store.ts";
import type { Incident } from "../../../collector/wire/incident.ts";
import type { Log, LogFields } from "../../../collector/wire/log.ts";
import type { Sample } from "../../../collector/wire/sample.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { downSample, STEP, upSample } from "./ticks.ts";

export type World = {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: FakeClock;
  readonly live: LiveBus;
  readonly log: Log & { readonly errors: LogFields[] };
  readonly target: Target;
  /** The tick under way, UTC s. */
  tick(): number;
  /** @param quiet See AlertOptions. */
  alert(quiet?: (mostMs: number) => Promise<void>): Alert;
  /** The vantage was heard of just now. */
  contact(vantage: string, skewMs?: number): Promise<void>;
  /** Stores one letter per vantage (see ticks.ts) for a tick, received now, and moves nothing. */
  report(letters: Readonly<Record<string, string>>, tick?: number): Promise<void>;
  /** Stores whole samples, one per vantage, received now; target and seq are filled in. */
  reportSamples(samples: Readonly<Record<string, Sample>>): Promise<void>;
  /** As report, for the tick under way of another step. */
  reportAt(stepS: number, letters: Readonly<Record<string, string>>): Promise<void>;
  /** Lets whole ticks pass: each is reported 5 s after it began by the vantages that have a letter. */
  pass(drawing: Readonly<Record<string, string>>): Promise<void>;
  incidents(): Promise<Incident[]>;
  /** Messages of the outbox as `event class`, oldest first; takes them. */
  messages(): Promise<string[]>;
  /** Every vantage was heard of just now. */
  contacts(): Promise<void>;
};

export const VANTAGES: Readonly<Record<string, { name: string; carrier: string }>> = {
  ct: { name: "上海电信机房", carrier: "ct" },
  cnc: { name: "北京联通机房", carrier: "cnc" },
  cmcc: { name: "广州移动机房", carrier: "cmcc" },
};

export type WorldOptions = {
  readonly vantages?: readonly string[];
  readonly alarm?: object;
  readonly name?: string;
  readonly url?: string;
  readonly store?: Store;
};

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const clock = fakeClock();
  const store = options.store ?? memoryStore();
  const registry = registryPart({ store, clock, random: (size) => randomBytes(size) });
  await registry.seed();
  const names = options.vantages ?? ["ct", "cnc", "cmcc"];
  for (const id of names) await registry.vantages.create({ id, ...VANTAGES[id] });
  const target = await registry.targets.create({
    name: options.name ?? "官网首页",
    url: options.url ?? "https://www.example.com/",
    cron: "* * * * *",
    alarm: { lines: { total: { limit: 1000 } }, ...options.alarm },
  });
  await clock.advance(60_000);
  await store.registry.put("recipient", "ops", 0, recipientDoc("ops", "值班", "zh"));
  const live = liveBus();
  const errors: LogFields[] = [];
  const log = {
    errors,
    debug() {},
    info() {},
    warn() {},
    error: (fields: LogFields) => void errors.push(fields),
  };
  const parts: Alert[] = [];
  let seq = 0;

  const tick = () => Math.floor(clock.nowMs() / 1000 / STEP) * STEP;
  const contact = async (vantage: string, skewMs = 0) => {
    const atMs = clock.nowMs();
    const rest = { probeVersion: "0.1.0", spoolRecords: 0, spoolBytes: 0, dropped: 0, quarantined: 0 };
    await store.registry.put("contact", vantage, null, { ...rest, atMs, skewMs, address: null });
  };
  const put = async (letters: Readonly<Record<string, string>>, at: number, stepS: number) => {
    const said = Object.entries(letters).filter(([, letter]) => letter !== ".");
    await putSamples(
      Object.fromEntries(said.map(([vantage, letter]) => [vantage, { ...sampleFor(letter, at), stepS }])),
    );
  };
  const putSamples = async (samples: Readonly<Record<string, Sample>>) => {
    const records: SampleRecord[] = [];
    for (const [vantage, given] of Object.entries(samples)) {
      await contact(vantage);
      seq += 1;
      const sample = { ...given, target: target.id, seq };
      records.push({ vantage, epoch: "0".repeat(16), receivedMs: clock.nowMs(), skewMs: 0, sample });
    }
    await store.samples.put(records, clock.nowMs());
    for (const { vantage, sample } of records) {
      const isLive = clock.nowMs() - sample.tick * 1000 <= 120_000;
      const view = { vantage, carrier: VANTAGES[vantage]?.carrier ?? vantage, receivedMs: clock.nowMs() };
      live.publish({ type: "sample", sample: { ...view, live: isLive, sample } });
    }
  };
  const world: World = {
    store,
    registry,
    clock,
    live,
    log,
    target,
    tick,
    alert(quiet) {
      const part = alertPart({ store, registry, clock, log, live, ...(quiet ? { quiet } : {}) });
      parts.push(part);
      return part;
    },
    contact,
    report: (letters, at = tick()) => put(letters, at, STEP),
    reportSamples: putSamples,
    reportAt: (stepS, letters) => put(letters, Math.floor(clock.nowMs() / 1000 / stepS) * stepS, stepS),
    async pass(drawing) {
      const lines = Object.entries(drawing).map(([id, text]) => [id, text.replaceAll(" ", "")] as const);
      const n = Math.max(...lines.map(([, text]) => text.length));
      for (let i = 0; i < n; i += 1) {
        await clock.advance(5_000);
        await world.report(Object.fromEntries(lines.map(([id, text]) => [id, text[i] ?? "."])));
        await clock.advance(STEP * 1000 - 5_000);
      }
    },
    async contacts() {
      for (const id of names) await contact(id);
    },
    async incidents() {
      return (await store.incidents.list({ limit: 100 })).sort((a, b) => a.fromS - b.fromS);
    },
    async messages() {
      const leased = await store.outbox.lease(clock.nowMs(), 1_000, 1000);
      for (const one of leased)
        await store.outbox.settle(one.id, one.lease, { kind: "sent", atMs: clock.nowMs() });
      return leased.map(({ payload }) => {
        const said = payload as { event: string; class: string; name: string };
        return `${said.event} ${said.class}`;
      });
    },
  };
  return world;
}

/** A recipient as it is stored; the address is ID@example.com. */
export function recipientDoc(id: string, name: string, language: "zh" | "en", timeZone = "Asia/Shanghai") {
  return { id, name, address: `${id}@example.com`, language, timeZone };
}

/** U up, S beyond the line, D down. */
function sampleFor(letter: string, tick: number): Sample {
  if (letter === "D") return downSample(tick);
  return upSample(tick, letter === "S" ? 2_300 : 120);
}
