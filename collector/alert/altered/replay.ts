/**
 * Findings tick by tick -> the times in which a carrier's users were answered otherwise than the others'.
 *
 * A difference is believed when it was found at as many ticks running as an alarm takes, and its end after as many that
 * do not show it; ticks that could not be compared do neither, and a run has to fit into twice as many. A length has to
 * stay the same meanwhile, an age has to grow as time does: those take two ticks at least. Pure; next stop: record.ts.
 */
import type { Difference } from "../../wire/event.ts";
import type { Finding, Findings } from "./compare.ts";
import type { What } from "./signs.ts";

/** What is known of a carrier at a tick; "over" = nobody measures there, or nobody at all: nothing goes on. */
export type Look = (tick: number, carrier: string) => Findings | "over";

export type Rule = { readonly stepS: number; readonly ticks: number };

export type Span = {
  readonly carrier: string;
  /** First tick at which it was so; of one that was carried in, as it was given. */
  readonly fromS: number;
  /** First tick at which it was no longer so; null = it goes on. */
  readonly toS: number | null;
  /** Each thing once, as it was when it was believed, in the order of that; with its own end where that came sooner. */
  readonly differs: readonly Difference[];
};

const VARYING: ReadonlySet<What> = new Set(["length", "age"]);

/**
 * Replays the ticks of one carrier.
 *
 * @param carried What went on before the first tick; null = nothing.
 * @param ticks Ascending, a step apart; the look-back of the first ones may reach before them.
 */
export function replaySpans(
  rule: Rule,
  look: Look,
  carrier: string,
  carried: Pick<Span, "fromS" | "differs"> | null,
  ticks: readonly number[],
): Span[] {
  const spans: Span[] = [];
  let open: Open | null = carried;
  const end = (toS: number) => {
    if (open) spans.push(closed(carrier, open, Math.max(toS, open.fromS)));
    open = null;
  };
  for (const tick of ticks) {
    const findings = look(tick, carrier);
    if (findings === "over") {
      end(tick);
      continue;
    }
    const runs = [...findings.keys()].flatMap((what) => runAt(rule, look, carrier, what, tick) ?? []);
    // Two times never overlap: what was already told belongs to the one before.
    open = eased(begun(open, runs, spans.at(-1)?.toS ?? 0), runs);
    if (open?.differs.every(isOver)) end(Math.max(...open.differs.map(({ toS = 0 }) => toS)));
  }
  if (open) spans.push(closed(carrier, open, null));
  return spans;
}

type Open = Pick<Span, "fromS" | "differs">;

function isOver({ toS }: Difference): boolean {
  return toS !== undefined;
}

/** What ended with the whole has no end of its own. */
function closed(carrier: string, { fromS, differs }: Open, toS: number | null): Span {
  const told = differs.map((one) => (toS !== null && one.toS === toS ? going(one) : one));
  return { carrier, fromS, toS, differs: told };
}

function going({ toS: _, ...difference }: Difference): Difference {
  return difference;
}

/** What goes on after the runs that show a difference; null = still nothing. */
function begun(open: Open | null, runs: readonly Run[], notBeforeS: number): Open | null {
  const shown = runs.filter(({ difference }) => difference !== false);
  if (shown.length === 0) return open;
  const fromS = open?.fromS ?? Math.max(notBeforeS, Math.min(...shown.map((run) => run.fromS)));
  const again = new Set(shown.map(({ what }) => what));
  const differs = (open?.differs ?? []).map((one) => (again.has(one.what) ? going(one) : one));
  for (const run of shown) {
    if (run.difference === false || differs.some((one) => one.what === run.what)) continue;
    differs.push(run.fromS > fromS ? { ...run.difference, fromS: run.fromS } : run.difference);
  }
  return { fromS, differs };
}

/** The same after the runs that show none. */
function eased(open: Open | null, runs: readonly Run[]): Open | null {
  if (open === null) return null;
  const over = new Map(runs.flatMap((run) => (run.difference === false ? [[run.what, run.fromS]] : [])));
  const differs = open.differs.map((one) => {
    const toS = over.get(one.what);
    return toS === undefined || isOver(one) ? one : { ...one, toS };
  });
  return { ...open, differs };
}

/** What differed at a tick, of a time that covers it. */
export function differingAt(differs: readonly Difference[], tick: number): Difference[] {
  return begunBy(differs, tick)
    .filter(({ toS }) => toS === undefined || toS > tick)
    .map(going);
}

/** What had begun to differ by a tick. */
export function begunBy(differs: readonly Difference[], tick: number): Difference[] {
  return differs.filter(({ fromS }) => fromS === undefined || fromS <= tick);
}

type Run = { readonly what: What; readonly fromS: number; readonly difference: Finding };

/** The run of known ticks that ends here and all say the same; null = there is none that is long enough. */
function runAt(rule: Rule, look: Look, carrier: string, what: What, lastTick: number): Run | null {
  const wanted = VARYING.has(what) ? Math.max(2, rule.ticks) : rule.ticks;
  const run: { tick: number; finding: Finding }[] = [];
  for (let i = 0; i < 2 * rule.ticks && run.length < wanted; i += 1) {
    const tick = lastTick - i * rule.stepS;
    const findings = look(tick, carrier);
    const finding = findings === "over" ? undefined : findings.get(what);
    if (finding === undefined) continue;
    const newest = run[0]?.finding ?? finding;
    if ((finding === false) !== (newest === false)) return null;
    run.push({ tick, finding });
  }
  const [last] = run;
  if (last === undefined || run.length < wanted) return null;
  const shown = run.flatMap(({ finding }) => (finding === false ? [] : [finding.here]));
  if (what === "length" && new Set(shown).size > 1) return null;
  if (what === "age" && !isOneCopy(run, rule.stepS)) return null;
  return { what, fromS: run.at(-1)?.tick ?? lastTick, difference: last.finding };
}

/** Whether ages, newest first, are of one stored copy: a cache that everybody refreshes has younger ones in between. */
function isOneCopy(run: readonly { tick: number; finding: Finding }[], stepS: number): boolean {
  return run.every(({ tick, finding }, i) => {
    const newer = run[i - 1];
    if (!newer || finding === false || newer.finding === false) return true;
    const grownS = Number(newer.finding.here) - Number(finding.here);
    return grownS >= newer.tick - tick - stepS / 2;
  });
}
