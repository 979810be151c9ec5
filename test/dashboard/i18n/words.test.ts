/** Both languages say the same things, and numbers read as people write them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import {
  FAILURE_CAUSES,
  FAILURE_PHASES,
  FailureSource,
  UnknownReason,
} from "../../../collector/wire/sample.ts";
import { en } from "../../../dashboard/i18n/en.ts";
import {
  duration,
  every,
  formatFor,
  msQuantity,
  percent,
  speedQuantity,
} from "../../../dashboard/i18n/format.ts";
import { incidentText, shortFailure, toldText, unknownText } from "../../../dashboard/i18n/incident-text.ts";
import { isKey, translate } from "../../../dashboard/i18n/translate.ts";
import { zh } from "../../../dashboard/i18n/zh.ts";

const names = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((match) => match[1]).sort();

test("both catalogues have the same keys and the same placeholders", () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
  assert.ok(Object.keys(zh).length > 300);
  for (const [key, text] of Object.entries(zh)) {
    const other = isKey(key) ? en[key] : "";
    assert.deepEqual([...new Set(names(text))], [...new Set(names(other))], key);
    assert.notEqual(text.trim(), "", key);
    assert.notEqual(other.trim(), "", key);
  }
});

test("the Chinese catalogue is Chinese and the English one has no Chinese", () => {
  for (const [key, text] of Object.entries(zh)) {
    const plain = text.replace(/\{\w+\}/g, "").replace(/[\s·、，,.:%/A-Za-z0-9]/g, "");
    if (plain !== "") assert.match(text, /\p{Script=Han}|[（）；：]/u, key);
  }
  for (const [key, text] of Object.entries(en)) assert.doesNotMatch(text, /\p{Script=Han}/u, key);
});

test("every phase, cause, source and reason has words", () => {
  for (const cause of FAILURE_CAUSES) assert.ok(isKey(`cause.${cause}`), cause);
  for (const phase of FAILURE_PHASES) assert.ok(isKey(`phase.${phase}`) && isKey(`short.${phase}`), phase);
  for (const source of FailureSource.options) assert.ok(isKey(`source.${source}`), source);
  for (const reason of UnknownReason.options) assert.ok(isKey(`unknown.${reason}`), reason);
});

test("every key that is used exists, and every key is used", () => {
  const root = new URL("../../../dashboard/", import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx?$/.test(name) && !/i18n\/(zh|en|mail)/.test(name),
  );
  assert.ok(files.length > 60, `${files.length} files seen`);
  const source = files.map((name) => readFileSync(new URL(name, root), "utf8")).join("\n");
  for (const match of source.matchAll(/\bt\(\s*"([^"]+)"/g)) assert.ok(isKey(match[1] ?? ""), match[1]);
  const built = [...source.matchAll(/`([a-zA-Z.]+\.)\$\{/g)].map((match) => match[1] ?? "-");
  const unused = Object.keys(zh).filter(
    (key) => !source.includes(`"${key}"`) && !built.some((prefix) => key.startsWith(prefix)),
  );
  assert.deepEqual(unused, []);
});

test("English chooses between one and many, Chinese never needs to", () => {
  assert.equal(translate("en")("overview.title", { targets: 1, carriers: 3 }), "1 target, 3 carriers");
  assert.equal(translate("zh")("overview.title", { targets: 1, carriers: 3 }), "1 个目标，3 家运营商");
  assert.equal(translate("en")("target.remove.title", { name: "{text}" }), "Remove {text}?");
});

test("times and speeds have the digits that mean something", () => {
  const ms = (value: number | null) => Object.values(msQuantity(value)).join(" ").trim();
  for (const [value, want] of [
    [0.42, "0.42 ms"],
    [9.5, "9.5 ms"],
    [126.4, "126 ms"],
    [999.4, "999 ms"],
    [999.6, "1.00 s"],
    [1842, "1.84 s"],
    [12_500, "12.5 s"],
    [null, "–"],
  ] as const) {
    assert.equal(ms(value), want);
  }
  assert.deepEqual(speedQuantity(2_412_000), { value: "2.41", unit: "MB/s" });
  assert.deepEqual(speedQuantity(999_600), { value: "1.00", unit: "MB/s" });
});

test("availability is never rounded up to 100", () => {
  for (const [share, want] of [
    [1, "100"],
    [0.99999, "99.99"],
    [0.9861, "98.61"],
    [0, "0"],
    [0.29, "29.00"],
  ] as const) {
    assert.equal(percent(share), want);
  }
});

test("how often is said as people say it", () => {
  const table: [number, string, string][] = [
    [10, "每 10 秒一次", "every 10 seconds"],
    [60, "每分钟一次", "every minute"],
    [90, "每 90 秒一次", "every 90 seconds"],
    [300, "每 5 分钟一次", "every 5 minutes"],
    [3600, "每小时一次", "every hour"],
    [86_400, "每天一次", "every day"],
  ];
  for (const [stepS, zh, en] of table) assert.deepEqual([every(stepS, "zh"), every(stepS, "en")], [zh, en]);
});

test("a duration shows its two largest parts", () => {
  for (const [s, want] of [
    [40, "40 s"],
    [60, "1 min"],
    [3300, "55 min"],
    [3600, "1 h"],
    [97_200, "1 d 3 h"],
    [0, "0 s"],
  ] as const) {
    assert.equal(duration(s, "en"), want);
  }
});

test("an unknown time zone counts as UTC", () => {
  assert.equal(formatFor("en", "Mars/Olympus").clock(Date.UTC(2026, 10, 21, 6, 5)), "06:05");
  assert.equal(formatFor("zh", "Asia/Shanghai").clock(Date.UTC(2026, 10, 21, 16, 5)), "00:05");
});

function incident(
  change: Partial<IncidentView>,
  evidence: IncidentView["transitions"][number]["evidence"],
): IncidentView {
  const kind = change.class ?? "down";
  return {
    id: "i",
    target: "www",
    subject: "target",
    class: kind,
    fromS: 0,
    toS: null,
    name: "官网",
    carriers: [],
    transitions: [{ kind: "opened", class: kind, tick: 300, atMs: 0, told: true, evidence }],
    ...change,
  };
}

const speaker = (language: "zh" | "en") => ({
  t: translate(language),
  f: formatFor(language, "UTC"),
  carrier: (id: string) => ({ ct: "电信", cnc: "联通", cmcc: "移动" })[id] ?? id,
});

const TIMEOUT = { phase: "connect", cause: "connect-timeout", source: "network" } as const;
const down = (carrier: string) => ({
  carrier,
  state: "down" as const,
  failure: TIMEOUT,
  totalUs: null,
  reporting: 1,
  down: 1,
});
const up = (carrier: string, totalUs = 126_000) => ({
  carrier,
  state: "up" as const,
  totalUs,
  reporting: 1,
  down: 0,
});

test("an incident is one sentence with who, what and how bad", () => {
  const slow = { ...up("cnc", 1_842_000), beyond: { metric: "total" as const, value: 1842, limit: 1000 } };
  const table: [string, IncidentView, string][] = [
    ["all", incident({}, [down("ct"), down("cnc")]), "2 家运营商都访问失败：连接超时，证据指向运营商网络"],
    [
      "one of three",
      incident({ class: "degraded" }, [down("ct"), up("cnc"), up("cmcc")]),
      "仅电信访问失败：连接超时，证据指向运营商网络",
    ],
    ["one vantage only", incident({}, [down("ct")]), "从电信访问失败：连接超时，证据指向运营商网络"],
    [
      "slow",
      incident({ class: "degraded" }, [up("ct"), slow]),
      "仅联通偏慢：总时间 1.84 s，告警线 1 s；电信 126 ms",
    ],
    [
      "silent",
      incident({ class: "silent", subject: "vantage", name: "上海 1" }, []),
      "探测点 上海 1 失联，现在没有它的数据",
    ],
    [
      "was silent",
      incident({ class: "silent", subject: "vantage", name: "上海 1", toS: 600 }, []),
      "探测点 上海 1 失联，这段时间没有它的数据",
    ],
    ["no evidence", incident({ class: "slow" }, []), "服务偏慢"],
  ];
  for (const [name, view, want] of table) assert.equal(incidentText(view, speaker("zh")), want, name);
  assert.equal(
    incidentText(incident({ class: "degraded" }, [down("ct"), up("cnc")]), speaker("en")),
    "Only 电信 failing: connecting timed out; the evidence points to the carrier's network",
  );
});

test("an incident says how many were told of it, and never that somebody was when nobody was there to hear", () => {
  const t = translate("en");
  const of = (...told: { told: boolean; toldTo?: string[] }[]) => {
    const { transitions } = incident({}, []);
    return toldText(
      { transitions: told.flatMap((one) => transitions.map((entry) => ({ ...entry, ...one }))) },
      t,
    );
  };
  assert.equal(of({ told: false }), "not told");
  assert.equal(of({ told: true, toldTo: [] }), "not told");
  assert.equal(of({ told: true, toldTo: ["r1"] }), "1 recipient told");
  assert.equal(of({ told: true, toldTo: ["r1", "r2"] }, { told: true, toldTo: ["r2"] }), "2 recipients told");
  assert.equal(of({ told: true }), "told", "an older version kept no names");
});

test("a refused address that a name resolved to is said in the reader's language alone", () => {
  const why = (what: string) =>
    `a.test resolves to 10.1.2.3, which is ${what}: this probe does not measure it. To allow it, put allow: ["10.1.2.3/32"] in /p/config.yaml, or start with --allow 10.1.2.3/32`;
  const said = (what: string, language: "zh" | "en") =>
    unknownText({ unknownReason: "guard", detail: { note: why(what) } }, translate(language)) ?? "";
  const fake = "a benchmark address, as proxies (fake-IP mode) give instead of the site's own";
  assert.match(said("a private address", "zh"), /^10\.1\.2\.3（a\.test） 是内网/);
  assert.match(said("a private address", "en"), /^10\.1\.2\.3 \(of a\.test\) is private/);
  assert.match(said(fake, "zh"), /^10\.1\.2\.3（a\.test） 是测试地址，代理软件的 fake-IP/);
  assert.match(said(fake, "en"), /is a benchmark address, as proxies in fake-IP mode/);
  for (const what of ["a private address", fake]) assert.doesNotMatch(said(what, "zh"), /resolves|which/);
});

test("a time leaves out the day it shares", () => {
  const { recent, tick, period } = formatFor("zh", "Asia/Shanghai");
  const at = (text: string) => Date.parse(`${text}+08:00`);
  assert.equal(recent(at("2026-11-21T00:00"), at("2026-11-21T23:59")), "00:00");
  assert.equal(recent(at("2026-11-20T23:59"), at("2026-11-21T00:00")), "11/20 23:59");
  assert.equal(recent(at("2026-11-21T07:45:20"), at("2026-11-21T23:59"), 10), "07:45:20", "several a minute");
  assert.equal(recent(at("2026-11-20T07:45:20"), at("2026-11-21T23:59"), 30), "11/20 07:45:20");
  assert.equal(tick(at("2026-11-21T07:45:20"), 10), "07:45:20");
  assert.equal(tick(at("2026-11-21T07:45:20"), 60), "07:45");
  assert.equal(period(at("2026-11-20T19:40"), at("2026-11-20T22:30")), "11/20 19:40 – 22:30");
  assert.equal(period(at("2026-11-20T23:40"), at("2026-11-21T00:10")), "11/20 23:40 – 11/21 00:10");
});

test("a range that stands alone says its year, and both where they differ", () => {
  const { span } = formatFor("zh", "Asia/Shanghai");
  const at = (text: string) => Date.parse(`${text}+08:00`);
  assert.equal(span(at("2026-11-21T11:15"), at("2026-11-22T11:15")), "2026/11/21 11:15 – 11/22 11:15");
  assert.equal(span(at("2025-11-21T11:15"), at("2026-11-21T11:15")), "2025/11/21 11:15 – 2026/11/21 11:15");
  assert.equal(span(at("2026-01-01T00:00"), at("2026-12-31T23:59")), "2026/1/1 00:00 – 12/31 23:59");
  const en = formatFor("en", "UTC").span(at("2026-01-01T00:00"), at("2026-01-02T00:00"));
  assert.equal(en, "31 Dec 2025, 16:00 – 1 Jan 2026, 16:00");
});

test("a table cell says a failure in a word", () => {
  const t = translate("zh");
  assert.equal(shortFailure({ phase: "wait", cause: "first-byte-timeout" }, t), "超时");
  assert.equal(shortFailure({ phase: "status", cause: "status" }, t, 503), "状态码 503");
  assert.equal(shortFailure({ phase: "tls", cause: "certificate-expired" }, t), "证书错误");
  assert.equal(shortFailure({ phase: "dns", cause: "nxdomain" }, t), "解析失败");
});

test("a refused address is said with the probe's own file and the line that would allow it", () => {
  const note =
    '10.0.0.3 is a private address: this probe does not measure it. To allow it, put allow: ["10.0.0.3/32"] in /srv/probe/config.yaml';
  for (const language of ["zh", "en"] as const) {
    const t = translate(language);
    for (const whole of [note, `${note}, or start with --allow 10.0.0.3/32`]) {
      const said = unknownText({ unknownReason: "guard", detail: { note: whole } }, t) ?? "";
      for (const part of [
        "10.0.0.3 ",
        'allow: ["10.0.0.3/32"]',
        "/srv/probe/config.yaml",
        "--allow 10.0.0.3/32",
      ])
        assert.ok(said.includes(part), `${language}: ${said}`);
    }
    assert.match(
      unknownText({ unknownReason: "guard", detail: { note: "add --allow 10/8" } }, t) ?? "",
      /10\/8/,
    );
    assert.equal(unknownText({ unknownReason: "clock", detail: { note } }, t), t("unknown.clock"));
    assert.equal(unknownText({ detail: {} }, t), null);
  }
});
