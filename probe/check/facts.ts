/**
 * What is known of a measurement besides its phases becomes lines under the bars: answers, bytes, hops, certificate,
 * records, and what went wrong. Pure; text of servers was made one line before.
 */
import { PHASES } from "../../collector/wire/metric.ts";
import type { Detail, HopDetail } from "../../collector/wire/sample.ts";
import type { Measured } from "../measure/measured.ts";
import { type Look, paint, showBytes, showUs } from "./look.ts";
import type { Words } from "./words.ts";

/** From this many days on a certificate is not worth a colour. */
const DAYS_LEFT_WARN = 14;
/** Answers shown; the sample has them all. */
const MAX_ANSWERS = 8;

/** One line each. */
export function facts(measured: Measured, look: Look): string[] {
  const { detail, timings } = measured;
  const { words } = look;
  return [
    ...found(detail, words),
    ...(typeof detail.tlsNetUs === "number" ? [words.tlsNet(showUs(detail.tlsNetUs))] : []),
    ...(detail.headerBytes === undefined && detail.wireBytes === undefined
      ? []
      : [received(detail, timings.speed, words)]),
    ...redirects(detail, words),
    ...certificate(detail, look),
    ...wrong(measured, look),
  ];
}

/** What a resolver said, and what came of connects in a row. */
function found(detail: Detail, words: Words): string[] {
  const lines: string[] = [];
  const resolver = detail.resolver ?? null;
  if (detail.records) {
    lines.push(words.records(detail.records.length, resolver), ...detail.records.map((text) => `  ${text}`));
  } else if (detail.answers && detail.answers.length > 0) {
    const shown = detail.answers.slice(0, MAX_ANSWERS).map(({ address, ttlS }) => {
      return ttlS === undefined ? address : `${address} (TTL ${ttlS} s)`;
    });
    const more = detail.answers.length > MAX_ANSWERS ? [`+${detail.answers.length - MAX_ANSWERS}`] : [];
    lines.push(words.answers([...shown, ...more].join(", "), resolver));
  } else if (resolver !== null) lines.push(words.asked(resolver));
  if (detail.ping) {
    const { sent, received: came, minUs, maxUs } = detail.ping;
    const range = minUs === null || maxUs === null ? null : `${showUs(minUs)} .. ${showUs(maxUs)}`;
    lines.push(words.ping(sent, came, range));
  }
  return lines;
}

function received(detail: Detail, speedBps: number | null, words: Words): string {
  const wireBytes = detail.wireBytes ?? 0;
  const bodyBytes = detail.bodyBytes ?? wireBytes;
  return [
    `${words.received} ${showBytes(wireBytes)}`,
    ...(bodyBytes === wireBytes ? [] : [`${words.decoded} ${showBytes(bodyBytes)}`]),
    ...(detail.headerBytes === undefined ? [] : [words.headers(showBytes(detail.headerBytes))]),
    ...(speedBps === null ? [] : [`${words.speed} ${showBytes(speedBps)}/s`]),
    ...(typeof detail.receiveBps === "number"
      ? [`${words.receiving} ${showBytes(detail.receiveBps)}/s`]
      : []),
  ].join(words.comma);
}

function redirects(detail: Detail, words: Words): string[] {
  if (detail.redirects === undefined) return [];
  const line = words.redirects(detail.redirects, showUs(detail.redirectUs ?? 0), detail.finalUrl ?? "");
  return [line, ...(detail.hops ?? []).map((hop, index) => hopLine(index + 1, hop, words))];
}

function hopLine(index: number, hop: HopDetail, words: Words): string {
  const phases = PHASES.flatMap((phase) => {
    const us = hop[phase];
    return us === null ? [] : [`${words.metrics[phase]} ${showUs(us)}`];
  });
  const parts = [`  ${index}. ${hop.status ?? "---"}`, hop.url, hop.address ?? "", phases.join(", ")];
  return parts.filter((part) => part !== "").join("  ");
}

function certificate({ certificate: leaf, unverified }: Detail, look: Look): string[] {
  const { words } = look;
  const lines: string[] = [];
  if (leaf) {
    const days = Math.floor((leaf.notAfterS - look.nowMs / 1000) / 86_400);
    const text = words.certificate(leaf.subject, leaf.issuer, days);
    lines.push(days < DAYS_LEFT_WARN ? paint(text, 33, look) : text);
    if (leaf.chain && leaf.chain.length > 0) lines.push(words.chain([leaf.subject, ...leaf.chain]));
  }
  if (unverified) lines.push(paint(words.unverified(leaf?.problem ?? null), 33, look));
  return lines;
}

function wrong({ state, failure, detail }: Measured, look: Look): string[] {
  const { words } = look;
  const lines: string[] = [];
  if (failure) {
    const { phases, causes, sources } = words;
    const said = words.failed(
      phases[failure.phase],
      causes[failure.cause],
      showUs(failure.elapsedUs),
      sources[failure.source],
    );
    lines.push(paint(said, 31, look));
    if (failure.detail !== undefined) lines.push(look.say(failure.detail));
  }
  if (state === "suspect") lines.push(paint(words.disturbed(`${detail.loopDelayMs ?? 0} ms`), 33, look));
  if (detail.note !== undefined && detail.note !== failure?.detail) lines.push(look.say(detail.note));
  return lines;
}
