/** Events, networks and everything known of a sample, in words. */
import assert from "node:assert/strict";
import test from "node:test";
import type { ChartEvent, Event } from "../../../collector/wire/event.ts";
import { FAILURE_CAUSES } from "../../../collector/wire/sample.ts";
import { foreignEgress } from "../../../dashboard/i18n/egress-text.ts";
import { differenceText, eventText, networkText, standing } from "../../../dashboard/i18n/event-text.ts";
import { formatFor } from "../../../dashboard/i18n/format.ts";
import { factGroups } from "../../../dashboard/i18n/sample-facts.ts";
import { isKey, translate } from "../../../dashboard/i18n/translate.ts";

const zh = {
  t: translate("zh"),
  f: formatFor("zh", "Asia/Shanghai"),
  carrier: (id: string) => ({ ct: "电信", cnc: "联通" })[id] ?? id,
  vantage: (id: string) => `点${id}`,
};
const PLACE = { id: "x", atS: 1000, target: "www", vantage: "v" };
const DIFFERS = [{ what: "via" as const, here: "x", elsewhere: "" }];
const altered = (toS: number | null): ChartEvent => ({
  ...{ ...PLACE, kind: "altered", vantage: null, carrier: "cnc", toS, differs: DIFFERS },
});

test("each kind of event is one sentence", () => {
  const table: [ChartEvent | Event, string][] = [
    [
      {
        ...{ ...PLACE, kind: "egress", target: null, from: "1.1.1.1", to: "2.2.2.2" },
        toHint: { asn: 4134, carrier: "ct" },
      },
      "点v的出口改变：1.1.1.1 → 2.2.2.2 (电信 AS4134)",
    ],
    [
      { ...PLACE, kind: "addresses", added: ["a", "b", "c", "d"], gone: ["e"] },
      "点v看到的地址改变：新增 a、b、c 等 4 个、消失 e",
    ],
    [{ ...PLACE, kind: "path", tool: "mtr", hops: 8, reached: true }, "从点v采集了路由：8 跳到达"],
    [{ ...PLACE, kind: "path", tool: "mtr", hops: 8, reached: false }, "从点v采集了路由：没有到达目标"],
    [{ ...PLACE, kind: "path", tool: null, hops: 0, reached: false }, "点v没有可用的路由工具"],
    [altered(null), "联通的应答被改动：途经的代理"],
    [altered(3600), "联通的应答被改动：途经的代理，已于 1/1 09:00 恢复"],
  ];
  for (const [event, want] of table) assert.equal(eventText(event, zh), want);
});

test("what later samples took back is told nowhere", () => {
  assert.deepEqual(
    standing([altered(null), altered(1000), altered(1001)]).map((event) => "toS" in event && event.toS),
    [null, 1001],
  );
});

test("a network is named by carrier, by name, by number, or not at all", () => {
  for (const [hint, want] of [
    [{ asn: 4134, name: "China Telecom", carrier: "ct" }, "电信 AS4134"],
    [{ name: "CERNET" }, "CERNET"],
    [{ asn: 7 }, "AS7"],
    [{}, "未知网络"],
    [undefined, "未知网络"],
  ] as const) {
    assert.equal(networkText(hint, zh), want);
  }
});

test("one side of a difference reads as bytes, time, text, or nothing", () => {
  for (const [what, text, want] of [
    ["length", "131072", "131 kB"],
    ["age", "5400", "1 小时 30 分"],
    ["via", "1.1 x", "1.1 x"],
    ["via", "", "–"],
    ["length", "?", "?"],
  ] as const) {
    assert.equal(differenceText(what, text, zh.f), want);
  }
});

test("only a network that is told apart from the vantage's carrier is foreign", () => {
  const at = (hint?: object) => [{ address: "1.1.1.1", sinceS: 1, ...(hint ? { hint } : {}) }];
  const table: [string, ReturnType<typeof at>, string, number][] = [
    ["its own", at({ carrier: "ct" }), "ct", 0],
    ["another carrier's", at({ carrier: "ct" }), "cnc", 1],
    ["a cloud's", at({ name: "Alibaba Cloud" }), "cnc", 1],
    ["only a number", at({ asn: 7 }), "cnc", 0],
    ["nobody knows", at(), "cnc", 0],
    ["a carrier of the user's own", at({ carrier: "ct" }), "my-isp", 0],
    ["no carrier", at({ carrier: "ct" }), "local", 0],
  ];
  for (const [name, egress, carrier, want] of table)
    assert.equal(foreignEgress(egress, carrier).length, want, name);
});

test("what to do is said for every cause, in both languages", () => {
  for (const cause of FAILURE_CAUSES) assert.ok(isKey(`do.${cause}`), cause);
});

test("facts say what there is and nothing of what there is not", () => {
  assert.deepEqual(factGroups({}, 0, zh), []);
  const certificate = { subject: "CN=a", issuer: "CN=b", notAfterS: 86_400 * 20, fingerprint256: "AA" };
  const valid = (atDay: number) =>
    factGroups({ certificate }, atDay * 86_400_000, zh)[0]?.facts.find(({ name }) => name === "有效期");
  assert.deepEqual(valid(0), { name: "有效期", value: "至 1970/1/21，剩 20 天" });
  assert.deepEqual(valid(6), { name: "有效期", value: "至 1970/1/21，剩 14 天" });
  assert.deepEqual(valid(7), { name: "有效期", value: "至 1970/1/21，剩 13 天", bad: true });
  assert.deepEqual(valid(21), { name: "有效期", value: "1970/1/21 已过期", bad: true });
  const [answer] = factGroups({ ping: { sent: 5, received: 0, minUs: null, maxUs: null } }, 0, zh);
  assert.deepEqual(answer?.facts, [{ name: "应答", value: "5 次连接 0 次应答，丢失 100%", bad: true }]);
  const [said] = factGroups({ wireBytes: 500, head: { contentLength: 500 } }, 0, zh);
  assert.deepEqual(
    said?.facts,
    [{ name: "传输字节", value: "500 B" }],
    "a length that holds is not repeated",
  );
});
