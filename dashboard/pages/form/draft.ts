/**
 * A target as its form holds it: texts as typed, speed in kB/s, sizes in kB; and the way from and to TargetInput.
 *
 * Pure. What the form does not show of an edited target is kept as it was.
 */
import type { TargetInput } from "../../../collector/wire/target.ts";

export const LINE_METRICS = ["total", "speed", "ttfb", "dns", "connect", "tls", "wait", "transfer"] as const;
export type LineMetric = (typeof LINE_METRICS)[number];

export type Draft = {
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
  status: string;
  body: string;
  connectMs: string;
  totalMs: string;
  redirects: string;
  bodyCapKb: string;
  method: TargetInput["method"];
  family: "any" | "ipv4" | "ipv6";
  yMaxTotal: string;
  yMaxSpeed: string;
  /** null = every recipient. */
  recipients: readonly string[] | null;
};

export const CRON_PRESETS: Readonly<Record<string, string>> = {
  "60": "* * * * *",
  "300": "*/5 * * * *",
  "600": "*/10 * * * *",
  "1800": "*/30 * * * *",
  "3600": "0 * * * *",
};

/** A form nobody has touched. */
export function emptyDraft(timeZone: string): Draft {
  return {
    url: "",
    name: "",
    group: "",
    cron: "*/5 * * * *",
    timeZone,
    fromAll: true,
    carriers: [],
    vantages: [],
    tags: "",
    lines: {},
    carrierLines: {},
    ticks: "2",
    quorum: "majority",
    status: "200-299",
    body: "",
    connectMs: "5000",
    totalMs: "10000",
    redirects: "5",
    bodyCapKb: "10000",
    method: "GET",
    family: "any",
    yMaxTotal: "",
    yMaxSpeed: "",
    recipients: null,
  };
}

/** The form of a target that exists. */
export function draftOf(target: TargetInput): Draft {
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
    status: target.expect.status.join(", "),
    body: target.expect.bodyContains ?? "",
    connectMs: String(target.timeouts.connectMs),
    totalMs: String(target.timeouts.totalMs),
    redirects: String(target.redirects),
    bodyCapKb: String(target.bodyCapBytes / 1000),
    method: target.method,
    family: target.family,
    yMaxTotal: text(target.yMax.total),
    yMaxSpeed: target.yMax.speed === undefined ? "" : String(target.yMax.speed / 1000),
    recipients: target.recipients,
  };
}

/**
 * What the form says, to be judged and stored by the collector.
 *
 * @param before The target being edited: its carriers' lines for other metrics and other y maxima are kept.
 */
export function inputOf(draft: Draft, before: TargetInput | null): TargetInput {
  const yMax = { ...before?.yMax };
  put(yMax, "total", draft.yMaxTotal, 1);
  put(yMax, "speed", draft.yMaxSpeed, 1000);
  return {
    name: nameOf(draft),
    url: draft.url.trim(),
    group: draft.group.trim(),
    from: draft.fromAll
      ? { all: true, carriers: [], tags: [], vantages: [] }
      : { all: false, carriers: [...draft.carriers], tags: list(draft.tags), vantages: [...draft.vantages] },
    method: draft.method,
    family: draft.family,
    cron: draft.cron.trim(),
    timeZone: draft.timeZone.trim(),
    expect: { status: list(draft.status), ...(draft.body === "" ? {} : { bodyContains: draft.body }) },
    timeouts: { connectMs: Number(draft.connectMs), totalMs: Number(draft.totalMs) },
    redirects: Number(draft.redirects),
    bodyCapBytes: Math.round(Number(draft.bodyCapKb) * 1000),
    alarm: {
      lines: linesOf(draft, before),
      ticks: Number(draft.ticks),
      carriers: draft.quorum === "majority" ? "majority" : Number(draft.quorum),
    },
    yMax,
    recipients: draft.recipients === null ? null : [...draft.recipients],
  };
}

/** The name, or the host of the URL where none was given. */
export function nameOf(draft: Pick<Draft, "name" | "url">): string {
  if (draft.name.trim() !== "") return draft.name.trim();
  return URL.canParse(draft.url.trim()) ? new URL(draft.url.trim()).host.slice(0, 64) : "";
}

/** Parts between commas, Chinese ones too. */
export function list(textOf: string): string[] {
  return textOf
    .split(/[,，、\s]+/)
    .map((part) => part.trim())
    .filter(Boolean);
}

function linesOf(draft: Draft, before: TargetInput | null): TargetInput["alarm"]["lines"] {
  const lines: TargetInput["alarm"]["lines"] = {};
  for (const metric of LINE_METRICS) {
    const typed = draft.lines[metric]?.trim() ?? "";
    if (typed === "") continue;
    const limit = Number(typed) * (metric === "speed" ? 1000 : 1);
    const kept = before?.alarm.lines[metric]?.carriers ?? {};
    lines[metric] = { limit, carriers: metric === "total" ? totalCarriers(draft, kept) : kept };
  }
  return lines;
}

function totalCarriers(
  draft: Draft,
  kept: Readonly<Record<string, number | null>>,
): Record<string, number | null> {
  // "No line for this carrier" cannot be typed here: it stays until the field is used.
  const none = Object.entries(kept).filter(
    ([id, limit]) => limit === null && !draft.carrierLines[id]?.trim(),
  );
  const typed = Object.entries(draft.carrierLines).filter(([, limit]) => limit.trim() !== "");
  return Object.fromEntries([...none, ...typed.map(([id, limit]) => [id, Number(limit)] as const)]);
}

function put(
  yMax: Partial<Record<string, number>>,
  metric: "total" | "speed",
  typed: string,
  factor: number,
): void {
  if (typed.trim() === "") delete yMax[metric];
  else yMax[metric] = Number(typed) * factor;
}

function text(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}
