/**
 * A measurement becomes text for a terminal: phases as bars that follow one another, and what else is known.
 *
 * Pure. Widths count terminal cells, Chinese characters as two. Text of the server was made one line before.
 */
import { PHASES, type Phase } from "../../collector/wire/metric.ts";
import type { Measured } from "../measure/measured.ts";
import type { Words } from "./words.ts";

/** Cells the longest bar takes. */
const BAR_CELLS = 44;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const COLOURS: Readonly<Record<Phase, number>> = { dns: 36, connect: 33, tls: 35, wait: 32, transfer: 34 };

export type Look = {
  readonly words: Words;
  /** ANSI colours: only for a terminal. */
  readonly colour: boolean;
  /** UTC ms, for the days a certificate has left. */
  readonly nowMs: number;
};

/** The waterfall of one measurement, lines without a final newline. */
export function waterfall(url: string, measured: Measured, look: Look): string {
  const blocks = [bars(measured, look), facts(measured, look).map((line) => `  ${line}`)];
  return [
    headline(url, measured, look),
    ...blocks.filter((lines) => lines.length > 0).flatMap((lines) => ["", ...lines]),
  ].join("\n");
}

function headline(url: string, { state, detail }: Measured, look: Look): string {
  const mark = paint(look.words.states[state], state === "up" ? 32 : state === "down" ? 31 : 33, look);
  const address = detail.address === undefined ? "" : `  ${detail.address}`;
  const protocol = detail.protocol === undefined ? "" : `  ${detail.protocol.toUpperCase()}`;
  const status = detail.status === undefined ? "" : `  ${detail.status}`;
  const tls = detail.tlsProtocol === undefined ? "" : `  ${detail.tlsProtocol}`;
  return `${paint(url, 1, look)}\n  ${mark}${status}${protocol}${tls}${address}`;
}

/** One line per phase that was completed, then the totals. */
function bars({ timings }: Measured, look: Look): string[] {
  const { metrics } = look.words;
  const labels = Math.max(...PHASES.map((phase) => cells(metrics[phase])), cells(metrics.ttfb));
  const sumUs = PHASES.reduce((sum, phase) => sum + (timings[phase] ?? 0), 0);
  const scale = sumUs === 0 ? 0 : BAR_CELLS / sumUs;
  let fromUs = 0;
  const lines = PHASES.flatMap((phase) => {
    const us = timings[phase];
    if (us === null) return [];
    const bar = `${" ".repeat(Math.floor(fromUs * scale))}${paint(block(us * scale), COLOURS[phase], look)}`;
    fromUs += us;
    return [`  ${pad(metrics[phase], labels)}  ${showUs(us).padStart(10)}  ${bar}`];
  });
  for (const metric of ["ttfb", "total"] as const) {
    const us = timings[metric];
    if (us !== null) lines.push(`  ${pad(metrics[metric], labels)}  ${showUs(us).padStart(10)}`);
  }
  return lines;
}

/** A bar of so many cells, to the eighth; never invisible. */
function block(length: number): string {
  const eighths = Math.max(1, Math.round(length * 8));
  return `${"█".repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8] ?? ""}`;
}

function facts({ state, failure, timings, detail }: Measured, look: Look): string[] {
  const { words } = look;
  const lines: string[] = [];
  if (detail.wireBytes !== undefined) lines.push(received(detail, timings.speed, words));
  if (detail.redirects !== undefined) {
    lines.push(words.redirects(detail.redirects, showUs(detail.redirectUs ?? 0), detail.finalUrl ?? ""));
  }
  if (detail.certificate) {
    const days = Math.floor((detail.certificate.notAfterS - look.nowMs / 1000) / 86_400);
    const text = words.certificate(detail.certificate.subject, detail.certificate.issuer, days);
    lines.push(days < 14 ? paint(text, 33, look) : text);
  }
  if (failure) {
    const { phases, causes, sources } = words;
    const said = words.failed(
      phases[failure.phase],
      causes[failure.cause],
      showUs(failure.elapsedUs),
      sources[failure.source],
    );
    lines.push(paint(said, 31, look));
    if (failure.detail !== undefined) lines.push(failure.detail);
  }
  if (state === "suspect") lines.push(paint(words.disturbed(`${detail.loopDelayMs ?? 0} ms`), 33, look));
  if (detail.note !== undefined) lines.push(detail.note);
  return lines;
}

function received(detail: Measured["detail"], speedBps: number | null, words: Words): string {
  const wireBytes = detail.wireBytes ?? 0;
  const bodyBytes = detail.bodyBytes ?? wireBytes;
  return [
    `${words.received} ${showBytes(wireBytes)}`,
    ...(bodyBytes === wireBytes ? [] : [`${words.decoded} ${showBytes(bodyBytes)}`]),
    ...(speedBps === null ? [] : [`${words.speed} ${showBytes(speedBps)}/s`]),
    ...(typeof detail.receiveBps === "number"
      ? [`${words.receiving} ${showBytes(detail.receiveBps)}/s`]
      : []),
  ].join(", ");
}

/** One line of a series: number, state, status, phases. */
export function shortLine(index: number, measured: Measured, look: Look): string {
  const { words } = look;
  const parts = [...PHASES, "total" as const].flatMap((metric) => {
    const us = measured.timings[metric];
    return us === null ? [] : [`${words.metrics[metric]} ${showUs(us)}`];
  });
  const state = paint(words.states[measured.state], measured.state === "up" ? 32 : 31, look);
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

/** Microseconds as ms, or as s from ten seconds on. */
export function showUs(us: number): string {
  if (us >= 10_000_000) return `${(us / 1e6).toFixed(2)} s`;
  const ms = us / 1000;
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

/** Bytes in decimal units, as curl and browsers count them. */
export function showBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[unit]}`;
}

function paint(text: string, code: number, look: Look): string {
  return look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
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
