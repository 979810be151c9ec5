/** Answers of a collector that never was: invented, deterministic, of the shapes in collector/wire. */
import type { SessionView } from "../../../collector/wire/api-account.ts";
import type { Availability, StateCell } from "../../../collector/wire/api-chart.ts";
import type {
  Overview,
  SampleView,
  TargetCell,
  TargetRow,
  TargetView,
} from "../../../collector/wire/api-overview.ts";
import { type Carrier, DEFAULT_CARRIERS } from "../../../collector/wire/carrier.ts";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import { type CellFacts, packRow, type RowFacts } from "../../../collector/wire/overview-rows.ts";
import type { Failure } from "../../../collector/wire/sample.ts";
import { Target, TargetInput } from "../../../collector/wire/target.ts";

export const NOW_MS = Date.UTC(2026, 10, 21, 6, 36, 48);
export const NOW_S = Math.floor(NOW_MS / 1000);
const STEP_S = 300;
const LAST_TICK = Math.floor(NOW_S / STEP_S) * STEP_S;

export const CARRIERS: readonly Carrier[] = DEFAULT_CARRIERS.slice(0, 3);

export const SESSION: SessionView = {
  user: {
    id: "u1",
    username: "admin",
    language: "zh",
    timeZone: "Asia/Shanghai",
    createdS: NOW_S - 9e6,
    version: 1,
  },
  setupNeeded: false,
  csrf: "token",
  version: "0.1.0",
  demo: false,
  publicUrl: "http://127.0.0.1:8080",
};

/** A generator that gives the same numbers in every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** A line of values around a base, with a hill where `hill` says. */
export function wander(
  n: number,
  base: number,
  seed: number,
  hill?: { at: number; width: number; height: number },
): number[] {
  const next = random(seed);
  let drift = 0;
  return Array.from({ length: n }, (_, i) => {
    drift = drift * 0.9 + (next() - 0.5) * base * 0.16;
    const bump = hill ? hill.height * Math.exp(-(((i - hill.at) / hill.width) ** 2)) : 0;
    return Math.max(base * 0.4, base + drift + bump + (next() > 0.97 ? base * next() : 0));
  });
}

export type Story = {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly base: number;
  readonly status: TargetRow["status"];
  readonly group?: string;
  readonly slow?: string;
  readonly failure?: Failure;
  readonly silent?: string;
};

const TIMEOUT: Failure = {
  phase: "wait",
  cause: "first-byte-timeout",
  source: "target",
  elapsedUs: 9_600_000,
};

export const STORIES: readonly Story[] = [
  {
    id: "pay",
    name: "支付网关",
    url: "https://pay.example.com/health",
    base: 180,
    status: "down",
    failure: TIMEOUT,
  },
  {
    id: "www",
    name: "官网首页",
    url: "https://www.example.com/",
    base: 126,
    status: "degraded",
    slow: "cnc",
  },
  {
    id: "global",
    name: "海外站",
    url: "https://global.example.com/",
    base: 312,
    status: "unknown",
    silent: "cmcc",
  },
  { id: "sso", name: "登录", url: "https://sso.example.com/login", base: 142, status: "up" },
  { id: "api", name: "开放接口", url: "https://api.example.com/v2/ping", base: 64, status: "up" },
  {
    id: "dl",
    name: "下载站",
    url: "https://dl.example.com/releases/latest/download/package-with-a-long-name-100k.bin",
    base: 205,
    status: "up",
  },
  { id: "m", name: "移动端首页", url: "https://m.example.com/", base: 118, status: "paused" },
  {
    id: "news",
    name: "新闻频道",
    url: "https://news.example.org/",
    base: 133,
    status: "up",
    group: "example.org",
  },
];

export function targetOf(story: Story): Target {
  const input = TargetInput.parse({
    name: story.name,
    url: story.url,
    alarm: { lines: { total: { limit: 1000, carriers: {} } } },
  });
  return Target.parse({
    ...input,
    id: story.id,
    group: story.group ?? "example.com",
    stepS: STEP_S,
    phaseS: 0,
    createdS: NOW_S - 400 * 86_400,
    pauses: story.status === "paused" ? [{ fromS: NOW_S - 7200, toS: null }] : [],
    version: 3,
  });
}

export function sampleOf(story: Story, carrier: string, tick = LAST_TICK, seq = 7): SampleView {
  const at = CARRIERS.findIndex((one) => one.id === carrier);
  const scale = 1 + at * 0.16;
  const slow = story.slow === carrier;
  const us = (ms: number) => Math.round(ms * 1000 * scale);
  const [dns, connect, tls] = [us(9), us(14), us(26)];
  const wait = slow ? 1_640_000 : us(story.base * 0.45);
  const transfer = us(story.base * 0.2);
  const failed = story.failure !== undefined;
  const total = dns + connect + tls + wait + transfer;
  return {
    vantage: `${carrier}-1`,
    carrier,
    receivedMs: tick * 1000 + 14_200,
    live: true,
    sample: {
      target: story.id,
      tick,
      stepS: STEP_S,
      seq,
      startedMs: tick * 1000 + 12_800,
      state: failed ? "down" : "up",
      ...(story.failure ? { failure: story.failure } : {}),
      timings: {
        dns,
        connect,
        tls,
        wait: failed ? null : wait,
        transfer: failed ? null : transfer,
        ttfb: failed ? null : total - transfer,
        total: failed ? null : total,
        speed: failed ? null : Math.round((184_320 * 1e6) / total),
      },
      detail: failed
        ? { address: "203.0.113.10", family: 4, protocol: "h2", tlsProtocol: "TLSv1.3" }
        : {
            status: 200,
            bodyBytes: 184_320,
            wireBytes: 61_204,
            address: "203.0.113.10",
            family: 4,
            protocol: "http/1.1",
            tlsProtocol: "TLSv1.3",
            certificate: {
              subject: "CN=*.example.com",
              issuer: "CN=Example <script>alert(1)</script> CA",
              notAfterS: NOW_S + 61 * 86_400,
              fingerprint256: "00",
            },
            lateMs: 3.1,
          },
    },
  };
}

export function availability(down: number, unknown: number, total: number): Availability {
  const up = total - down - unknown;
  return {
    counts: { up, down, suspect: 0, unknown },
    share: up + down === 0 ? null : up / (up + down),
    coverage: total === 0 ? 1 : (up + down) / total,
  };
}

function runs(
  fromS: number,
  toS: number,
  bad: { fromS: number; state: StateCell["state"]; share: number | null } | null,
): StateCell[] {
  const up = { state: "up" as const, paused: false, share: 1 };
  if (!bad) return [{ fromS, toS, ...up }];
  return [
    { fromS, toS: bad.fromS, ...up },
    { fromS: bad.fromS, toS, state: bad.state, paused: false, share: bad.share },
  ];
}

function cellOf(story: Story, carrier: Carrier, i: number): TargetCell {
  const toS = NOW_S;
  const fromS = toS - 86_400;
  const nothing = { silentSinceMs: null, altered: null };
  const empty = { carrier: carrier.id, slow: false, latest: null, spark: [], cells: [], ...nothing };
  if (story.status === "paused") return { ...empty, state: "paused", availability24h: availability(0, 0, 0) };
  if (story.id === "news" && carrier.id === "cmcc")
    return { ...empty, state: "none", availability24h: availability(0, 0, 0) };
  const slow = story.slow === carrier.id;
  const silent = story.silent === carrier.id;
  const down = story.failure !== undefined;
  const spark: (number | null)[] = wander(
    36,
    story.base * (1 + i * 0.15),
    i * 31 + story.base,
    slow ? { at: 33, width: 7, height: 1500 } : undefined,
  );
  if (down) spark.splice(32, 4, null, null, null, null);
  if (silent) spark.splice(29, 7, ...Array.from({ length: 7 }, () => null));
  const bad = down
    ? { fromS: toS - 3 * 1800, state: "down" as const, share: 0 }
    : silent
      ? { fromS: toS - 2 * 1800, state: "unknown" as const, share: null }
      : null;
  return {
    carrier: carrier.id,
    state: silent ? "unknown" : down ? "down" : "up",
    slow,
    latest: sampleOf(story, carrier.id),
    spark,
    cells: runs(fromS, toS, bad),
    availability24h: availability(down ? 4 : 0, silent ? 23 : 0, 288),
    silentSinceMs: silent ? NOW_MS - 34 * 60_000 : null,
    altered: null,
  };
}

export function incidentOf(story: Story): IncidentView | null {
  if (story.status !== "down" && story.status !== "degraded") return null;
  const fromS = LAST_TICK - (story.status === "down" ? 4 : 11) * STEP_S;
  const evidence = CARRIERS.map((carrier) => {
    const slow = story.slow === carrier.id;
    return {
      carrier: carrier.id,
      state: story.failure ? ("down" as const) : ("up" as const),
      ...(slow ? { beyond: { metric: "total" as const, value: 1842, limit: 1000 } } : {}),
      ...(story.failure ? { failure: story.failure } : {}),
      totalUs: story.failure ? null : slow ? 1_842_000 : 126_000,
      reporting: 1,
      down: story.failure ? 1 : 0,
    };
  });
  return {
    id: `incident-${story.id}`,
    target: story.id,
    subject: "target",
    class: story.status,
    fromS,
    toS: null,
    name: story.name,
    carriers: story.failure ? CARRIERS.map((one) => one.id) : ["cnc"],
    transitions: [
      {
        kind: "opened",
        class: story.status,
        tick: fromS + STEP_S,
        atMs: NOW_MS - 18e5,
        told: true,
        evidence,
      },
    ],
  };
}

export function rowOf(story: Story): TargetRow {
  return {
    target: targetOf(story),
    status: story.status,
    incident: incidentOf(story),
    cells: CARRIERS.map((carrier, i) => cellOf(story, carrier, i)),
    availability24h:
      story.status === "paused"
        ? availability(0, 0, 0)
        : availability(story.failure ? 4 : 0, story.silent ? 23 : 0, 288),
    nextTickMs: (LAST_TICK + STEP_S) * 1000 + 12_800,
  };
}

function factsOf(row: TargetRow): RowFacts {
  const cells = row.cells.map(({ latest, ...cell }): CellFacts => {
    const sample = latest?.sample;
    const totalMs = sample?.timings.total == null ? null : sample.timings.total / 1000;
    const limit = row.target.alarm.lines.total?.limit;
    return {
      ...cell,
      totalMs,
      failure: sample?.failure ?? null,
      httpStatus: sample?.failure ? (sample.detail.status ?? null) : null,
      unknownReason: null,
      limitMs: cell.slow && limit !== undefined && totalMs !== null && totalMs > limit ? limit : null,
    };
  });
  return { ...row, cells };
}

export function overview(stories: readonly Story[] = STORIES): Overview {
  return {
    nowMs: NOW_MS,
    carriers: [...CARRIERS],
    lastStartMs: stories.some(({ status }) => status !== "paused") ? LAST_TICK * 1000 + 12_800 : null,
    nextStartMs: (LAST_TICK + STEP_S) * 1000 + 12_800,
    rows: stories.map((story) => packRow(factsOf(rowOf(story)), NOW_MS)),
    openIncidents: stories.flatMap((story) => incidentOf(story) ?? []),
    untold: "no-smtp",
  };
}

export function targetView(story: Story, waiting = false): TargetView {
  const row = rowOf(story);
  return {
    row: waiting
      ? {
          ...row,
          status: "waiting",
          incident: null,
          cells: row.cells.map((cell) => ({
            ...cell,
            state: "waiting" as const,
            latest: null,
            spark: [],
            cells: [],
          })),
        }
      : row,
    carriers: [...CARRIERS],
    latest: waiting ? [] : CARRIERS.map((carrier) => sampleOf(story, carrier.id)),
    availability30d: availability(3, 40, 8640),
    p50Ms30d: 131.4,
    p95Ms30d: 418.2,
    certificateNotAfterS: NOW_S + 61.5 * 86_400,
    nowMs: NOW_MS,
  };
}
