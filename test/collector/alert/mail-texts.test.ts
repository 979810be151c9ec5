/** Every kind of mail, in both languages, from its payload alone: nothing left unsaid, no placeholder left over. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Mail, mailOf } from "../../../collector/alert/mail.ts";
import { type CarrierLine, MailPayload } from "../../../collector/alert/message.ts";
import { plain } from "../../../collector/alert/plain.ts";
import { IncidentClass, TransitionReason } from "../../../collector/wire/incident.ts";
import { FAILURE_CAUSES } from "../../../collector/wire/sample.ts";
import { mailEn } from "../../../dashboard/i18n/mail-en.ts";
import { mailZh } from "../../../dashboard/i18n/mail-zh.ts";

const CT: CarrierLine = {
  carrier: "ct",
  name: { zh: "电信", en: "China Telecom" },
  state: "down",
  failure: { phase: "connect", cause: "connect-timeout", source: "network" },
  totalUs: null,
  reporting: 1,
  down: 1,
  bad: true,
};
const CNC: CarrierLine = {
  ...CT,
  carrier: "cnc",
  name: { zh: "联通", en: "China Unicom" },
  state: "up",
  bad: false,
  down: 0,
};

function payloadOf(change: Partial<MailPayload>): MailPayload {
  return {
    incident: "site.1",
    ordinal: 0,
    event: "opened",
    class: "down",
    subject: "target",
    id: "site",
    name: "官网首页",
    url: "https://www.example.com/",
    fromS: 1_795_248_000,
    toS: null,
    tick: 1_795_248_300,
    reason: null,
    carriers: [CT, CNC],
    was: [CT],
    seenFrom: null,
    vantage: null,
    ...change,
  };
}

const said = (change: Partial<MailPayload>, language: "zh" | "en" = "zh") =>
  mailOf(payloadOf(change), { language, timeZone: "Asia/Shanghai" }, "https://w.example.com");

const SILENT_VANTAGE = {
  subject: "vantage" as const,
  vantage: { carrier: CT.name, lastContactMs: 1, skewMs: -75_000 },
  carriers: [],
  was: [],
  url: null,
};

function readsWell(mail: Mail): void {
  for (const text of [mail.subject, mail.text]) {
    assert.doesNotMatch(text, /[{}]|undefined|null|NaN|(?:lead|subject|tag|phase|cause)\.\w/);
  }
  assert.match(mail.subject, /^\[carrierwatch\]\[[^\]]+\] \S/);
}

describe("a mail of any kind", () => {
  it("leaves no placeholder and no key behind, in either language", () => {
    const kinds = MailPayload.shape.event.options.flatMap((event) =>
      IncidentClass.options.flatMap((name) =>
        [null, ...TransitionReason.options].map((reason) => ({ event, class: name, reason })),
      ),
    );
    const about = [{ subject: "target" as const }, SILENT_VANTAGE];
    const changes = kinds.flatMap((kind) =>
      about.map((one) => ({ ...kind, ...one, toS: /ended|brief/.test(kind.event) ? 1_795_248_600 : null })),
    );
    assert.equal(changes.length, 5 * 4 * 7 * 2);
    for (const change of changes) {
      readsWell(said(change, "zh"));
      readsWell(said(change, "en"));
    }
  });

  it("names every cause in words", () => {
    for (const cause of FAILURE_CAUSES)
      for (const language of ["zh", "en"] as const) {
        const line = { ...CT, failure: { phase: "connect" as const, cause, source: "target" as const } };
        assert.ok(!said({ carriers: [line, CNC] }, language).text.includes(`: ${cause}.`), cause);
      }
  });

  it("has the same sentences with the same values in both languages", () => {
    const valuesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    for (const [key, text] of Object.entries(mailZh)) {
      const english = mailEn[key as keyof typeof mailZh];
      assert.deepEqual([...new Set(valuesOf(english))], [...new Set(valuesOf(text))], key);
    }
  });
});

describe("an end that is no recovery", () => {
  const rows: { name: string; change: Partial<MailPayload>; want: RegExp[] }[] = [
    {
      name: "a pause",
      change: { event: "ended", reason: "paused", toS: 1_795_248_600 },
      want: [/\[结束\] 官网首页 的事件已结束，历时 10 分/, /就此结束：监测已暂停。结束时并没有看到它恢复。/],
    },
    {
      name: "a removed target",
      change: { event: "ended", reason: "removed", toS: 1_795_248_600 },
      want: [/\[结束\]/, /这个网址已被删除/],
    },
    {
      name: "an alarm that late samples take back",
      change: { event: "ended", reason: "corrected", toS: 1_795_248_000 },
      want: [
        /\[恢复\] 官网首页 的告警撤回/,
        /2026-11-21 16:00:00 的告警撤回：后来补传的数据表明，那时并没有连续失败。/,
      ],
    },
    {
      name: "one that was over before it could be told",
      change: { event: "brief", toS: 1_795_248_060 },
      want: [/\[恢复\] 官网首页 已恢复，历时 1 分/, /短时访问失败，现在已经恢复。/],
    },
  ];
  for (const { name, change, want } of rows) {
    it(`says so: ${name}`, () => {
      const mail = said(change);
      const [subject, text] = want;
      assert.match(mail.subject, subject ?? /$^/);
      assert.match(mail.text, text ?? /$^/);
    });
  }
});

describe("a plain line", () => {
  const rows: { name: string; text: string; max?: number; want: string }[] = [
    { name: "a line end is a space", text: "a\r\nb", want: "a b" },
    { name: "C0 and C1 controls go", text: "a\u0000b\u0085c\u001b[31m", want: "a b c [31m" },
    { name: "so do bidirectional controls and separators", text: "a\u202eb\u2066c\u2028d", want: "abc d" },
    { name: "Chinese stays", text: "官网首页", want: "官网首页" },
    { name: "at the limit nothing is cut", text: "12345", max: 5, want: "12345" },
    {
      name: "above it an ellipsis ends it, never inside a character",
      text: "123😀56",
      max: 5,
      want: "123😀…",
    },
  ];
  for (const { name, text, max, want } of rows) it(name, () => assert.equal(plain(text, max), want));
});
