/** What a target is, how often, from where, its alarm lines and whom they tell, as the form holds it. Pure. */
import type { TargetInput } from "../../../collector/wire/target.ts";
import { setOfText, textOfSet } from "../../charts/archive-set.ts";
import type { Draft } from "./draft.ts";
import { ANY, HTTP, kindsWith } from "./kinds.ts";
import { type Part, part, valueAt } from "./part.ts";
import { list, numberOf } from "./typed.ts";

export const LINE_METRICS = ["total", "speed", "ttfb", "dns", "connect", "tls", "wait", "transfer"] as const;
export type LineMetric = (typeof LINE_METRICS)[number];

export type CommonDraft = {
  url: string;
  name: string;
  group: string;
  cron: string;
  timeZone: string;
  fromAll: boolean;
  carriers: readonly string[];
  vantages: readonly string[];
  tags: string;
  /** Alarm limits, ms or kB/s; "" = none. */
  lines: Readonly<Partial<Record<LineMetric, string>>>;
  /** Limits of single carriers for the total; "" = as the line above. */
  carrierLines: Readonly<Record<string, string>>;
  ticks: string;
  /** "majority" or a number. */
  quorum: string;
  connectMs: string;
  totalMs: string;
  yMaxTotal: string;
  yMaxSpeed: string;
  /** Steps x rows : xff, with commas; "" = the default set of the step. */
  archives: string;
  /** Whether LAST is kept, and the percentiles of ttfb. */
  last: boolean;
  ttfbPercentiles: boolean;
  /** null = every recipient. */
  recipients: readonly string[] | null;
};

export function commonDraftOf(target: TargetInput): CommonDraft {
  const lines: Partial<Record<LineMetric, string>> = {};
  for (const metric of LINE_METRICS) {
    const line = target.alarm.lines[metric];
    if (line) lines[metric] = String(metric === "speed" ? line.limit / 1000 : line.limit);
  }
  const own = Object.entries(target.alarm.lines.total?.carriers ?? {});
  return {
    url: target.url,
    name: target.name,
    group: target.group ?? "",
    cron: target.cron,
    timeZone: target.timeZone,
    fromAll: target.from.all,
    carriers: target.from.carriers,
    vantages: target.from.vantages,
    tags: target.from.tags.join(", "),
    lines,
    carrierLines: Object.fromEntries(
      own.flatMap(([id, limit]) => (limit === null ? [] : [[id, String(limit)]])),
    ),
    ticks: String(target.alarm.ticks),
    quorum: String(target.alarm.carriers),
    connectMs: String(target.timeouts.connectMs),
    totalMs: String(target.timeouts.totalMs),
    yMaxTotal: String(target.yMax.total ?? ""),
    yMaxSpeed: target.yMax.speed === undefined ? "" : String(target.yMax.speed / 1000),
    archives: textOfSet(target.archives ?? []),
    last: target.last ?? false,
    ttfbPercentiles: target.percentiles?.includes("ttfb") ?? false,
    recipients: target.recipients,
  };
}

/** The name, or the host of the URL where none was given. */
export function nameOf(draft: Pick<Draft, "name" | "url">): string {
  if (draft.name.trim() !== "") return draft.name.trim();
  return URL.canParse(draft.url.trim()) ? new URL(draft.url.trim()).host.slice(0, 64) : "";
}

export const COMMON_PARTS: readonly Part[] = [
  part("name", ANY, (d) => d.name, nameOf),
  part(
    "url",
    ANY,
    (d) => d.url,
    (d) => d.url.trim(),
  ),
  part(
    "group",
    ANY,
    (d) => d.group,
    (d) => d.group.trim(),
  ),
  part("from", ANY, (d) => [d.fromAll, d.carriers, d.vantages, d.tags], fromOf),
  part(
    "cron",
    ANY,
    (d) => d.cron,
    (d) => d.cron.trim(),
  ),
  part(
    "timeZone",
    ANY,
    (d) => d.timeZone,
    (d) => d.timeZone.trim(),
  ),
  part(
    "timeouts.connectMs",
    ANY,
    (d) => d.connectMs,
    (d) => numberOf(d.connectMs),
  ),
  part(
    "timeouts.totalMs",
    ANY,
    (d) => d.totalMs,
    (d) => numberOf(d.totalMs),
  ),
  part(
    "alarm.ticks",
    ANY,
    (d) => d.ticks,
    (d) => numberOf(d.ticks),
  ),
  part(
    "alarm.carriers",
    ANY,
    (d) => d.quorum,
    (d) => (d.quorum === "majority" ? d.quorum : Number(d.quorum)),
  ),
  part(
    "yMax.total",
    ANY,
    (d) => d.yMaxTotal,
    (d) => numberOf(d.yMaxTotal),
  ),
  part(
    "yMax.speed",
    HTTP,
    (d) => d.yMaxSpeed,
    (d) => timesThousand(d.yMaxSpeed),
  ),
  part(
    "archives",
    ANY,
    (d) => d.archives,
    (d) => (d.archives.trim() === "" ? undefined : setOfText(d.archives)),
  ),
  part(
    "last",
    ANY,
    (d) => d.last,
    (d) => d.last || undefined,
  ),
  part(
    "percentiles",
    HTTP,
    (d) => d.ttfbPercentiles,
    (d) => (d.ttfbPercentiles ? ["ttfb"] : undefined),
  ),
  part("recipients", ANY, (d) => d.recipients),
  ...LINE_METRICS.map((metric) =>
    part(
      `alarm.lines.${metric}`,
      kindsWith(metric),
      (d) => [d.lines[metric] ?? "", metric === "total" ? d.carrierLines : null],
      (d, old) => lineOf(metric, d, old),
    ),
  ),
];

function fromOf(draft: Draft): object {
  if (draft.fromAll) return { all: true, carriers: [], tags: [], vantages: [] };
  return {
    all: false,
    carriers: [...draft.carriers],
    tags: list(draft.tags),
    vantages: [...draft.vantages],
  };
}

function lineOf(metric: LineMetric, draft: Draft, old: unknown): object | undefined {
  const typed = draft.lines[metric] ?? "";
  const limit = metric === "speed" ? timesThousand(typed) : numberOf(typed);
  if (limit === undefined) return undefined;
  const kept = valueAt(old, "carriers") ?? {};
  return { limit, carriers: metric === "total" ? totalCarriers(draft, kept) : kept };
}

function totalCarriers(draft: Draft, kept: object): Record<string, unknown> {
  // "No line for this carrier" cannot be typed here: it stays until the field is used.
  const none = Object.entries(kept).filter(
    ([id, limit]) => limit === null && !draft.carrierLines[id]?.trim(),
  );
  const typed = Object.entries(draft.carrierLines).filter(([, limit]) => limit.trim() !== "");
  return Object.fromEntries([...none, ...typed.map(([id, limit]) => [id, Number(limit)] as const)]);
}

function timesThousand(typed: string): number | undefined {
  const value = numberOf(typed);
  // 15 digits: 250.501 * 1000 is 250501, not 250500.99999999997.
  return value === undefined ? undefined : Number((value * 1000).toPrecision(15));
}
