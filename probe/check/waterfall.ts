/**
 * A measurement becomes text for a terminal: phases as bars that follow one another, and what else is known.
 *
 * Pure. Widths count terminal cells, Chinese characters as two. Text of the server was made one line before.
 */
import { PHASES, type Phase } from "../../collector/wire/metric.ts";
import type { Measured } from "../measure/measured.ts";
import { facts } from "./facts.ts";
import { type Look, paint, showUs } from "./look.ts";

/** Cells the longest bar takes. */
const BAR_CELLS = 44;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const COLOURS: Readonly<Record<Phase, number>> = { dns: 36, connect: 33, tls: 35, wait: 32, transfer: 34 };

/** The waterfall of one measurement, lines without a final newline. */
export function waterfall(url: string, measured: Measured, look: Look): string {
  const blocks = [bars(measured, look), facts(measured, look).map((line) => `  ${line}`)];
  return [
    headline(url, measured, look),
    ...blocks.filter((lines) => lines.length > 0).flatMap((lines) => ["", ...lines]),
  ].join("\n");
}

function headline(url: string, { state, detail }: Measured, look: Look): string {
  const mark = stateMark(state, look);
  const address = detail.address === undefined ? "" : `  ${detail.address}`;
  const protocol = detail.protocol === undefined ? "" : `  ${detail.protocol.toUpperCase()}`;
  const status = detail.status === undefined ? "" : `  ${detail.status}`;
  const tls = detail.tlsProtocol === undefined ? "" : `  ${detail.tlsProtocol}`;
  return `${paint(url, 1, look)}\n  ${mark}${status}${protocol}${tls}${address}`;
}

/** Green up, red down, yellow what says nothing sure. */
function stateMark(state: Measured["state"], look: Look): string {
  return paint(look.words.states[state], state === "up" ? 32 : state === "down" ? 31 : 33, look);
}

/** One line per phase that was completed, then the totals. */
function bars({ timings, detail }: Measured, look: Look): string[] {
  const { metrics } = look.words;
  const labels = Math.max(...PHASES.map((phase) => cells(metrics[phase])), cells(metrics.ttfb));
  const sumUs = PHASES.reduce((sum, phase) => sum + (timings[phase] ?? 0), 0);
  const scale = sumUs === 0 ? 0 : BAR_CELLS / sumUs;
  let fromUs = 0;
  const lines = PHASES.flatMap((phase) => {
    const us = timings[phase];
    if (us === null) return [];
    const cellsWide = us * scale;
    const drawn = phase === "tls" ? shared(cellsWide, (detail.tlsNetUs ?? us) / us) : block(cellsWide);
    const bar = `${" ".repeat(Math.floor(fromUs * scale))}${paint(drawn, COLOURS[phase], look)}`;
    fromUs += us;
    return [`  ${pad(metrics[phase], labels)}  ${showUs(us).padStart(10)}  ${bar}`];
  });
  for (const metric of ["ttfb", "total"] as const) {
    const us = timings[metric];
    if (us !== null) lines.push(`  ${pad(metrics[metric], labels)}  ${showUs(us).padStart(10)}`);
  }
  return lines;
}

/** A bar whose first part is the network's, the rest arithmetic. @param share 0..1, of the first part. */
function shared(length: number, share: number): string {
  const all = block(length);
  if (share >= 1) return all;
  const first = Math.round(all.length * share);
  return "█".repeat(first) + "░".repeat(all.length - first);
}

/** A bar of so many cells, to the eighth; never invisible. */
function block(length: number): string {
  const eighths = Math.max(1, Math.round(length * 8));
  return `${"█".repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8] ?? ""}`;
}

/** One line of a series: number, state, status, phases. */
export function shortLine(index: number, measured: Measured, look: Look): string {
  const { words } = look;
  const parts = [...PHASES, "total" as const].flatMap((metric) => {
    const us = measured.timings[metric];
    return us === null ? [] : [`${words.metrics[metric]} ${showUs(us)}`];
  });
  const state = stateMark(measured.state, look);
  const failure = measured.failure === undefined ? "" : `  ${words.causes[measured.failure.cause]}`;
  return `${String(index).padStart(3)}  ${state}  ${measured.detail.status ?? "---"}  ${parts.join("  ")}${failure}`;
}

/** Average, smallest and largest of each phase over a series. */
export function summary(all: readonly Measured[], look: Look): string {
  const { words } = look;
  const wanted = [...PHASES, "ttfb", "total"] as const;
  const labels = Math.max(...wanted.map((metric) => cells(words.metrics[metric])));
  const lines = wanted.flatMap((metric) => {
    const known = all.map((one) => one.timings[metric]).filter((us) => us !== null);
    if (known.length === 0) return [];
    const mean = known.reduce((sum, us) => sum + us, 0) / known.length;
    const range = `${showUs(Math.min(...known))} .. ${showUs(Math.max(...known))}`;
    return [
      `  ${pad(words.metrics[metric], labels)}  ${words.average} ${showUs(mean).padStart(9)}  (${range})`,
    ];
  });
  const up = all.filter((one) => one.state === "up" || one.state === "suspect").length;
  return [...lines, `  ${words.states.up} ${up}/${all.length}`].join("\n");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - cells(text)));
}

/** Terminal cells of a text: East Asian wide characters take two. */
function cells(text: string): number {
  let sum = 0;
  for (const char of text)
    sum += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(char) ? 2 : 1;
  return sum;
}
