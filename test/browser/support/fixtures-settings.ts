/** Invented vantages and settings. */
import type { TokenView } from "../../../collector/wire/api-account.ts";
import type { Recipient, SmtpView, StorageView, VantageView } from "../../../collector/wire/api-settings.ts";
import type { SecretView } from "../../../collector/wire/secret.ts";
import { CARRIERS, NOW_MS, NOW_S } from "./fixtures.ts";

function vantage(id: string, carrier: string, status: VantageView["status"]): VantageView {
  const name = CARRIERS.find((one) => one.id === carrier)?.name.zh ?? "本机";
  return {
    vantage: {
      id,
      name: `上海${name}机房 ${id.slice(-1)}`,
      carrier,
      tags: carrier === "ct" ? ["东部"] : [],
      createdS: NOW_S - 8e6,
      local: id === "ct-1",
      simulated: false,
      revokedS: status === "revoked" ? NOW_S - 5000 : null,
      version: 1,
    },
    contact:
      status === "waiting"
        ? null
        : {
            atMs: Date.now() - (status === "silent" ? 2_040_000 : 4000),
            probeVersion: "0.1.0",
            skewMs: status === "skewed" ? 71_000 : -12.4,
            spoolRecords: status === "silent" ? 214 : 0,
            spoolBytes: status === "silent" ? 182_000 : 0,
            dropped: 0,
            quarantined: 0,
            address: "203.0.113.7",
          },
    egress: status === "waiting" ? [] : [{ address: "203.0.113.7", sinceS: NOW_S - 3e6 }],
    status,
    counters: {
      stored: 128_402,
      duplicate: 12,
      conflict: 0,
      tooOld: 0,
      future: 0,
      rejected: 0,
      late: 31,
      clamped: 0,
    },
  };
}

export const VANTAGES: readonly VantageView[] = [
  vantage("ct-1", "ct", "ok"),
  vantage("ct-2", "ct", "skewed"),
  vantage("cnc-1", "cnc", "ok"),
  vantage("cmcc-1", "cmcc", "silent"),
  vantage("cmcc-2", "cmcc", "waiting"),
  vantage("cnc-9", "cnc", "revoked"),
];

export const RECIPIENTS: readonly Recipient[] = [
  {
    id: "r1",
    name: "值班",
    address: "oncall@example.com",
    language: "zh",
    timeZone: "Asia/Shanghai",
    version: 1,
  },
];

export const TOKENS: readonly TokenView[] = [
  { id: "t1", name: "Grafana", scope: "read", createdS: NOW_S - 8e5, lastUsedMs: NOW_MS - 6e5 },
];

export const SECRETS: readonly SecretView[] = [
  {
    name: "shop-password",
    createdS: NOW_S - 9e5,
    changedS: NOW_S - 4e5,
    readable: true,
    targets: ["www", "pay"],
  },
  { name: "old-token", createdS: NOW_S - 9e5, changedS: NOW_S - 9e5, readable: true, targets: [] },
  { name: "client-key", createdS: NOW_S - 9e5, changedS: NOW_S - 9e5, readable: false, targets: [] },
];

export const SMTP: SmtpView = {
  configured: true,
  settings: {
    host: "smtp.qq.com",
    port: 465,
    security: "tls",
    username: "ops@example.com",
    fromAddress: "ops@example.com",
    fromName: "carrierwatch",
    hasPassword: true,
  },
  outbox: {
    pending: 1,
    failing: 1,
    dead: 0,
    sent: 42,
    lastError: "535 Login fail",
    lastSentMs: NOW_MS - 9e6,
  },
};

export const STORAGE: StorageView = {
  parts: [
    {
      part: "archives",
      bytesPerSeries: 812_000,
      bytesPerSeriesAt: [40_000, 280_000, 520_000, 790_000],
      bytesNow: 41_200_000,
    },
    {
      part: "strip",
      bytesPerSeries: 455_000,
      bytesPerSeriesAt: [1_300, 8_200, 36_000, 420_000],
      bytesNow: 9_800_000,
    },
    {
      part: "samples",
      bytesPerSeries: 2_100_000,
      bytesPerSeriesAt: [40_000, 260_000, 1_120_000, 1_710_000],
      bytesNow: 120_400_000,
    },
  ],
  series: 186,
  bytesAt: [15_100_000, 102_000_000, 312_000_000, 543_000_000],
  bytesPerSeriesFull: 3_367_000,
  bytesFixed: 24_500_000,
  detailsDropped: 0,
  bytesNow: 171_400_000,
  bytesFull: 626_000_000,
  diskFreeBytes: 41_000_000_000,
  backups: [{ name: "carrierwatch-2026-11-20.db.gz", bytes: 61_200_000, atMs: NOW_MS - 4e7, verified: true }],
  ready: true,
  reasons: [],
};
