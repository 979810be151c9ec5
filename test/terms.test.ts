/**
 * One Chinese word per idea, wherever people read it: pages, mails, the command line, the documentation.
 *
 * The list is the reference for who translates. A word that is not to be used stands beside the one that is.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ROOT } from "./support/source-tree.ts";

type Term = { readonly idea: string; readonly word: string; readonly not: readonly RegExp[] };

const TERMS: readonly Term[] = [
  { idea: "target", word: "目标", not: [/监控项/, /监测项/] },
  { idea: "carrier", word: "运营商", not: [/承运/, /电信商/] },
  { idea: "vantage", word: "探测点", not: [/观测点/, /监测点/, /探测节点/] },
  { idea: "probe", word: "探针", not: [/探测程序/, /探测器/, /代理程序/] },
  { idea: "collector", word: "采集端", not: [/收集器/, /采集器/, /收集端/] },
  { idea: "dashboard", word: "控制台", not: [/仪表盘/, /看板/] },
  { idea: "sample", word: "样本", not: [/采样点/] },
  { idea: "series", word: "序列", not: [/系列/] },
  { idea: "step", word: "步长", not: [/步进/] },
  { idea: "tick, an instant", word: "时刻", not: [/时间戳/, /滴答/] },
  { idea: "tick, one of many", word: "轮", not: [/时间片/] },
  { idea: "archive", word: "归档", not: [/存档/] },
  { idea: "row", word: "行", not: [/数据行/] },
  { idea: "percentile", word: "百分位", not: [/(?<!百)分位/] },
  { idea: "sample log", word: "测量明细", not: [/样本日志/] },
  { idea: "spool", word: "待上报", not: [/暂存区/, /缓存队列/] },
  { idea: "state down of a sample", word: "失败", not: [/宕机/] },
  { idea: "state suspect", word: "可疑", not: [/存疑/] },
  { idea: "state UNKNOWN", word: "无数据", not: [/状态未知/] },
  { idea: "incident", word: "事件", not: [/事故/] },
  { idea: "carrier degraded", word: "劣化", not: [/降级/] },
  { idea: "alarm", word: "告警", not: [/报警/, /警报/] },
  { idea: "alarm line", word: "告警线", not: [/阈值/] },
  { idea: "secret", word: "密钥", not: [/机密/, /秘密/, /凭证/] },
  { idea: "key of a vantage", word: "钥匙", not: [/探测点(?:的)?密钥/] },
  { idea: "API token", word: "令牌", not: [/令符/, /密令/] },
  { idea: "join text", word: "加入口令", not: [/加入令牌/, /加入文本/] },
  { idea: "to revoke", word: "吊销", not: [/停用/, /撤销/] },
  { idea: "redirect", word: "重定向", not: [/跳转/] },
  { idea: "resolver", word: "解析服务器", not: [/解析器/, /域名服务器/, /DNS 服务器/] },
  { idea: "loopback", word: "环回", not: [/回环/] },
  { idea: "first byte", word: "首字节", not: [/首包/] },
  { idea: "availability", word: "可用率", not: [/可用性/] },
];

const DOCS = ["README.zh-CN.md", "docs/*.md"];
const SOURCES = [
  ...["dashboard/i18n/*zh*.ts", "collector/wire/said/zh-*.ts", "collector/cli/*.ts", "collector/*.ts"],
  ...["probe/*.ts", "probe/check/{help,words-zh}.ts", "deploy/demo/demo.ts", "main.ts"],
];

const texts = [...DOCS, ...SOURCES]
  .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  .map((path) => ({ path, text: readFileSync(`${ROOT}/${path}`, "utf8") }));

test("every idea has one Chinese word, which is used, and no other is", () => {
  assert.ok(texts.length > 90, `${texts.length} files`);
  const strays: string[] = [];
  for (const { idea, word, not } of TERMS) {
    assert.ok(
      texts.some(({ text }) => text.includes(word)),
      `nobody says ${word} for ${idea}`,
    );
    for (const { path, text } of texts) {
      for (const [i, line] of text.split("\n").entries()) {
        for (const other of not) {
          const found = other.exec(line)?.[0];
          if (found) strays.push(`${path}:${i + 1}: ${found}, say ${word} (${idea}): ${line.trim()}`);
        }
      }
    }
  }
  assert.deepEqual(strays, []);
});
