/**
 * One target at several of its addresses: the name is looked up once, each address is measured on its own, and what they
 * say together is the target's own measurement.
 *
 * Every address is a measurement like any other: it waits for its turn in the pace, has its own deadlines, and its own
 * sample, which did not look anything up. Next stop of each: the spool.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import { hostOfUrl } from "../../collector/wire/kind.ts";
import { Addresses } from "../../collector/wire/request.ts";
import { type Detail, NO_TIMINGS, type UnknownReason } from "../../collector/wire/sample.ts";
import { judge, type Limits } from "../judge/judge.ts";
import type { AnswerCache } from "../measure/answer-cache.ts";
import { familiesFor, hasNetwork, type Interfaces, ownFamilies } from "../measure/families.ts";
import type { Forgeries } from "../measure/forged.ts";
import type { Lookup } from "../measure/lookup.ts";
import { loopWatch } from "../measure/loop-watch.ts";
import type { MeasureOptions, Measurer } from "../measure/measure.ts";
import type { Measurable, Measured } from "../measure/measured.ts";
import { oneLine } from "../measure/text.ts";
import type { Trouble } from "../measure/trouble.ts";
import type { Pace } from "../schedule/pace.ts";
import { askFamilies, type FamilyAnswer } from "./ask.ts";
import { lookedOf, mostTelling, noFamily, unasked } from "./looked.ts";
import { ordered, type Places } from "./places.ts";
import { type Part, rollUpOf } from "./roll-up.ts";

export type AddressesDeps = {
  readonly clock: Clock;
  readonly lookup: Lookup;
  /** For targets that ask for it. */
  readonly cache: AnswerCache;
  /** What the resolver forged is told from what it was told. */
  readonly forged: Pick<Forgeries, "judged">;
  readonly measure: Measurer["measure"];
  readonly pace: Pace;
  readonly places: Places;
  readonly interfaces: Interfaces;
  readonly localAddress?: string | undefined;
  readonly limits: Limits;
};

export type AddressesTask = {
  readonly assignment: Measurable;
  /** What the places are kept under: the target's id. */
  readonly target: string;
  /** Ticks counted: who has the turn. */
  readonly turn: number;
  /** Start of all of it after the due instant, ms. */
  readonly lateMs: number;
  /** Since when it may start, on the monotonic clock, and how long after that it is too late. */
  readonly sinceMonoMs: number;
  readonly graceMs: number;
  /** The lookup is over: the place in the pace is free. */
  readonly giveBack: () => void;
  /** Keeps the sample of one address. @returns What it says after that. */
  readonly keep: (address: string, measured: Measured) => Promise<Measured>;
  readonly options: MeasureOptions;
};

/** Whether a target has several of its addresses measured; a dns target has none. */
export function hasSeveral(assignment: Measurable): boolean {
  const { measure } = assignment.addresses ?? { measure: "one" };
  return measure !== "one" && URL.canParse(assignment.url) && !assignment.url.startsWith("dns:");
}

/** What is to be measured of a name: the series it belongs to, and the address. */
type Chosen = { readonly series: string; readonly address: string; readonly dnsUs: number | null };

/** Measures them all. @returns The target's own measurement. Rejects only with the reason of the signal. */
export async function measureAddresses(deps: AddressesDeps, task: AddressesTask): Promise<Measured> {
  const { clock, interfaces, localAddress } = deps;
  const { assignment, lateMs } = task;
  const rule = Addresses.parse(assignment.addresses ?? {});
  const startedMs = clock.nowMs();
  const startMs = clock.monoMs();
  const families = familiesOf(assignment, interfaces(), localAddress);
  const { answers, loopDelayMs } = await asked(deps, task, families);
  const lookupMs = clock.monoMs() - startMs;
  task.giveBack();
  const { resolver } = lookedOf(answers);
  const sayWhy = (trouble: Trouble) =>
    failedLookup(deps, task, trouble, { families, loopDelayMs, startedMs, resolver });
  const found = answers.some(({ addresses }) => addresses.length > 0);
  if (!found) return sayWhy(mostTelling(answers, localAddress));
  const { chosen, other } = choose(deps.places, task, rule, answers);
  const failed = answers.filter(({ trouble }) => trouble !== null && trouble.code !== "ENODATA");
  const parts = await Promise.all([
    ...chosen.map((one, i) => partOf(deps, task, one, i === 0, lookupMs)),
    ...(rule.measure === "families" ? failed : []).map(async ({ family, trouble }): Promise<Part> => {
      const measured = sayWhy(trouble ?? noFamily(localAddress));
      const address = `ipv${family}`;
      return { address, measured: await task.keep(address, measured), dnsUs: null };
    }),
  ]);
  const note = rule.measure === "every" ? unasked(failed) : null;
  const whole = rollUpOf({ rule, parts, other, looked: lookedOf(answers), startedMs, lateMs, note });
  return deps.forged.judged(whole, assignment.url, startMs + assignment.timeouts.totalMs - clock.monoMs());
}

/** Families this machine has a way out by, of those the target may be measured by. */
function familiesOf(
  assignment: Measurable,
  now: ReturnType<Interfaces>,
  localAddress: string | undefined,
): readonly (4 | 6)[] {
  const own = ownFamilies(() => now);
  const wanted = familiesFor(assignment.family, localAddress, own);
  if (localAddress !== undefined) return wanted;
  const usable = wanted.filter((family) => own.has(family));
  return usable.length > 0 ? usable : wanted;
}

async function asked(
  { clock, lookup, cache }: AddressesDeps,
  { assignment, options }: AddressesTask,
  families: readonly (4 | 6)[],
): Promise<{ answers: readonly FamilyAnswer[]; loopDelayMs: number }> {
  const watch = loopWatch({ monoMs: clock.monoMs });
  const leave = watch.enter();
  try {
    const host = hostOfUrl(assignment.url);
    const { connectMs: withinMs } = assignment.timeouts;
    const { signal } = options;
    const question = { host, families, withinMs, ...(signal === undefined ? {} : { signal }) };
    const kept = assignment.addresses?.cache === true ? cache : null;
    const answers = await askFamilies({ clock, lookup, cache: kept }, question);
    return { answers, loopDelayMs: watch.delayMs() };
  } finally {
    leave();
  }
}

/** In the order they are measured: the one whose turn it is first. */
function choose(
  places: Places,
  { target, turn }: AddressesTask,
  rule: Addresses,
  answers: readonly FamilyAnswer[],
): { chosen: readonly Chosen[]; other: number } {
  if (rule.measure === "families") {
    const having = answers.filter(({ addresses }) => addresses.length > 0);
    const chosen = having.map(({ family, addresses, dnsUs }): Chosen => {
      const list = ordered(addresses);
      // Families change turns at every tick; so that each shows all of its addresses, they move on once a round.
      const address = list[Math.floor(turn / having.length) % list.length] ?? "";
      return { series: `ipv${family}`, address, dnsUs };
    });
    return { chosen: rotated(chosen, turn), other: 0 };
  }
  const dnsOf = new Map(answers.flatMap((one) => ordered(one.addresses).map((text) => [text, one.dnsUs])));
  const { measured, other } = places.pick(target, [...dnsOf.keys()], rule.max, turn);
  const chosen = measured.map((text) => ({ series: text, address: text, dnsUs: dnsOf.get(text) ?? null }));
  return { chosen: rotated(chosen, turn), other };
}

function rotated<T>(list: readonly T[], turn: number): T[] {
  const at = list.length === 0 ? 0 : turn % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

async function partOf(
  deps: AddressesDeps,
  task: AddressesTask,
  { series, address, dnsUs }: Chosen,
  shown: boolean,
  lookupMs: number,
): Promise<Part> {
  const { onProgress } = task.options;
  const progress: MeasureOptions["onProgress"] = (done) =>
    onProgress?.([
      ...(dnsUs === null ? [] : [{ metric: "dns" as const, us: dnsUs }]),
      ...done.filter(({ metric }) => metric !== "dns"),
    ]);
  const measured = await inTurn(deps, task, address, lookupMs, shown ? { onProgress: progress } : {});
  return { address: series, measured: await task.keep(series, measured), dnsUs };
}

/** Waits for its turn, then measures; too late is unknown, for a reason. */
function inTurn(
  { pace, clock, measure }: AddressesDeps,
  { assignment, target, sinceMonoMs, graceMs, lateMs, options }: AddressesTask,
  pin: string,
  lookupMs: number,
  progress: Pick<MeasureOptions, "onProgress">,
): Promise<Measured> {
  const { signal } = options;
  const askedMs = clock.monoMs();
  const pinned = { ...assignment, addresses: Addresses.parse({ pin }) };
  const nobody = (reason: UnknownReason, note: string) => unknownOf(clock.nowMs(), reason, note);
  const over = Promise.withResolvers<Measured>();
  const withdraw = pace.ask({
    url: assignment.url,
    key: `${target} ${pin}`,
    // The target has begun: where there is too much to do, one that has not is left out instead.
    patient: true,
    sinceMonoMs,
    graceMs: graceMs + lookupMs,
    async start() {
      try {
        const late = lateMs + clock.monoMs() - askedMs;
        const passed = { ...progress, ...(signal === undefined ? {} : { signal }) };
        over.resolve(await measure(pinned, { ...passed, lateMs: late }));
      } catch (error) {
        if (signal?.aborted) over.reject(signal.reason);
        else over.resolve(nobody("internal", error instanceof Error ? error.message : String(error)));
      }
    },
    overdue: () =>
      over.resolve(nobody("overload", "this machine had too much to measure to come to it in time")),
  });
  const giveUp = () => {
    withdraw();
    over.reject(signal?.reason);
  };
  if (signal?.aborted) giveUp();
  signal?.addEventListener("abort", giveUp, { once: true });
  return over.promise.finally(() => signal?.removeEventListener("abort", giveUp));
}

function unknownOf(startedMs: number, unknownReason: UnknownReason, note: string): Measured {
  const detail = { note: oneLine(note, 300) };
  return { startedMs, state: "unknown", unknownReason, timings: NO_TIMINGS, detail };
}

/** What is said where a lookup brought nothing to measure. */
function failedLookup(
  { interfaces, localAddress, limits }: AddressesDeps,
  { assignment, lateMs }: AddressesTask,
  trouble: Trouble,
  about: {
    readonly families: readonly (4 | 6)[];
    readonly loopDelayMs: number;
    readonly startedMs: number;
    /** Who was asked; undefined = nobody. */
    readonly resolver: Detail["resolver"];
  },
): Measured {
  const { loopDelayMs, startedMs, resolver } = about;
  const evidence = { trouble, status: null, found: null, totalMs: trouble.elapsedMs, loopDelayMs, lateMs };
  const connected = hasNetwork(interfaces, about.families, localAddress);
  const { note, ...judged } = judge({ ...evidence, hasNetwork: connected }, assignment.expect, limits);
  const detail: Detail = {
    ...(resolver === undefined ? {} : { resolver }),
    lateMs,
    loopDelayMs,
    ...(note === undefined ? {} : { note }),
  };
  return { startedMs, ...judged, timings: NO_TIMINGS, detail };
}
