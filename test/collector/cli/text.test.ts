/** What verbs read and print: widths of Chinese text, times in several forms, flags of a target. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../../collector/cli/client.ts";
import { instantOf, isoOf, spanText } from "../../../collector/cli/show-time.ts";
import { displayWidth, facts, plain, table } from "../../../collector/cli/table.ts";
import { withFlags } from "../../../collector/cli/target-flags.ts";
import { same } from "../../../collector/wire/said/text.ts";

test("a Chinese character takes two columns, a combining mark none", () => {
  const rows: [string, number][] = [
    ["", 0],
    ["abc", 3],
    ["电信", 4],
    ["ｗ", 2],
    ["é", 1],
    ["e\u0301", 1],
    ["한", 2],
    ["（", 2],
    ["—", 1],
    ["𠀋", 2],
  ];
  for (const [text, want] of rows) assert.equal(displayWidth(text), want, text);
});

test("columns stay aligned whatever is in them; numbers stand right, no value is a dash", () => {
  const text = table(
    [{ en: "NAME", zh: "名称" }, same("MS")],
    [
      ["电信", 1.5],
      ["cnc", 120],
      ["x", null],
    ],
    same("nothing"),
  );
  assert.equal(text.zh, "名称   MS\n电信  1.5\ncnc   120\nx       —\n");
  assert.equal(text.en, "NAME   MS\n电信  1.5\ncnc   120\nx       —\n");
  assert.deepEqual(table([same("NAME")], [], { en: "nothing here", zh: "没有" }), {
    en: "nothing here\n",
    zh: "没有\n",
  });
  assert.deepEqual(
    facts([
      [
        { en: "first", zh: "名" },
        { en: "a", zh: "甲" },
      ],
      [same("long"), null],
    ]),
    { en: "first  a\nlong   —\n", zh: "名    甲\nlong  —\n" },
  );
});

test("foreign text cannot steer the terminal", () => {
  assert.equal(plain("a\u001b[31mb\u202ec\nd"), "a?[31mb?c?d");
});

test("a time is read in each form it is written in", () => {
  const nowS = 1_795_248_000;
  const rows: [string, number][] = [
    ["now", nowS],
    ["1795240000", 1_795_240_000],
    ["90m", nowS - 5400],
    ["-2h", nowS - 7200],
    ["7d", nowS - 604_800],
    ["2026-11-21", Date.UTC(2026, 10, 21) / 1000],
    ["2026-11-21T08:00Z", Date.UTC(2026, 10, 21, 8) / 1000],
    ["2026-11-21 08:00:30", Date.UTC(2026, 10, 21, 8, 0, 30) / 1000],
    ["2026-11-21T08:00+08:00", Date.UTC(2026, 10, 21) / 1000],
    ["2028-02-29", Date.UTC(2028, 1, 29) / 1000],
  ];
  for (const [text, want] of rows) assert.equal(instantOf("--from", text, nowS), want, text);
  const none = ["2026-02-30", "2026-02-29T08:00Z", "2026-04-31 08:00+08:00"];
  for (const text of ["", "12", "yesterday", "2026-13-01", "2026-11-21T25:00Z", "5y", ...none]) {
    assert.throws(() => instantOf("--from", text, nowS), { code: "usage" }, text);
  }
  assert.equal(isoOf(nowS), "2026-11-21T08:00:00Z");
  const spans = [10, 90, 300, 3600, 86_400].map(spanText);
  assert.deepEqual(
    spans.map(({ en }) => en),
    ["10s", "90s", "5m", "1h", "1d"],
  );
  assert.deepEqual(
    spans.map(({ zh }) => zh),
    ["10 秒", "90 秒", "5 分钟", "1 小时", "1 天"],
  );
});

test("flags change the fields they name and no other", () => {
  const before = {
    name: "a",
    url: "https://a.cn/",
    timeouts: { connectMs: 5000, totalMs: 10_000 },
    alarm: {
      lines: { total: { limit: 5, carriers: { ct: 7 } }, speed: { limit: 9, carriers: {} } },
      ticks: 2,
    },
    yMax: { total: 3, dns: 4 },
  };
  assert.deepEqual(withFlags(before, {}), before);
  assert.deepEqual(withFlags(before, { timeout: "8000" })["timeouts"], { connectMs: 5000, totalMs: 8000 });
  assert.deepEqual(withFlags(before, { timeout: "2000" })["timeouts"], { connectMs: 2000, totalMs: 2000 });
  assert.deepEqual(withFlags({}, { timeout: "2000" })["timeouts"], { connectMs: 2000, totalMs: 2000 });
  const both = withFlags(before, { timeout: "2000", connectTimeout: "3000" })["timeouts"];
  assert.deepEqual(both, { connectMs: 3000, totalMs: 2000 }, "what is asked for is refused, not changed");
  assert.deepEqual(
    withFlags(before, { alarm: ["total=6", "total:cnc=8", "speed=none"], alarmTicks: "3" })["alarm"],
    {
      lines: { total: { limit: 6, carriers: { ct: 7, cnc: 8 } } },
      ticks: 3,
    },
  );
  assert.deepEqual(withFlags(before, { alarm: ["total:ct=none"] })["alarm"], {
    ...before.alarm,
    lines: { ...before.alarm.lines, total: { limit: 5, carriers: { ct: null } } },
  });
  assert.deepEqual(withFlags(before, { yMax: ["total=auto", "ttfb=1.5"] })["yMax"], { dns: 4, ttfb: 1.5 });
  assert.deepEqual(withFlags({}, { from: ["carrier:ct", "tag:north", "vantage:sh-1"] })["from"], {
    all: false,
    carriers: ["ct"],
    tags: ["north"],
    vantages: ["sh-1"],
  });
  assert.equal(withFlags({}, { recipient: ["everyone"] })["recipients"], null);
  assert.deepEqual(withFlags({}, { alarmCarriers: "majority" })["alarm"], { carriers: "majority" });
});

test("an answer that no collector gives is named as such; a problem keeps its code, hint and retry", () => {
  assert.deepEqual(read(200, '{"a":1}', "x"), { a: 1 });
  assert.equal(read(204, "", "x"), null);
  assert.throws(() => read(200, "<html>", "http://x"), { code: "not_a_collector" });
  assert.throws(() => read(502, "", "http://x"), { message: /status 502, not as a collector/ });
  const problem = {
    type: "about:blank#busy",
    title: "Not now",
    status: 503,
    code: "busy",
    detail: "later",
    hint: "wait",
  };
  assert.throws(() => read(503, JSON.stringify(problem), "x"), {
    code: "busy",
    message: "later",
    hint: "wait",
    retryable: true,
  });
});
