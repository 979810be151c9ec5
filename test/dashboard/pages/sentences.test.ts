/** Every problem that the collector finds in a target stands at its field, in the reader's own language. */
import assert from "node:assert/strict";
import test from "node:test";
import { examineTarget } from "../../../collector/registry/target-rules.ts";
import { translate } from "../../../dashboard/i18n/translate.ts";
import { type Draft, emptyDraft, inputOf } from "../../../dashboard/pages/form/draft.ts";
import { serverProblems } from "../../../dashboard/pages/form/problems.ts";
import { hintSentence } from "../../../dashboard/pages/form/sentences.ts";
import { testCa } from "../../support/test-ca.ts";
import { AROUND } from "./any-target.ts";

const PEM = testCa().cert;
const KEY = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n";
const row = (name: string, value = "") => ({ name, value });

/** What is typed into an https form, the field it is refused at, and what is said there in Chinese. */
const TABLE: readonly (readonly [Partial<Draft>, string, RegExp])[] = [
  [{ url: "tcp://example.com" }, "url", /缺少端口.*tcp:\/\/host:port/],
  [{ url: "tcp://example.com:0" }, "url", /不能是 0/],
  [{ url: "tcp://example.com:70000" }, "url", /最大 65535/],
  [{ url: "tcp://example.com:25/x" }, "url", /没有路径/],
  [{ url: "tls://" }, "url", /主机名/],
  [{ url: "ping://example.com:80?count=99" }, "url", /1 到 20/],
  [{ url: "ping://example.com:80?n=9" }, "url", /不认识 n/],
  [{ url: "dns://example.com?type=A&type=MX" }, "url", /type 写了不止一次/],
  [{ url: "dns://example.com?type=WKS" }, "url", /WKS.*AAAA/],
  [{ url: "dns://192.0.2.1" }, "url", /PTR/],
  [{ url: "dns://example.com:53" }, "url", /\?resolver=IP:53/],
  [{ url: "dns://example.com?resolver=ns1" }, "url", /resolver 要写 IP/],
  [{ url: "https://example.com:70000/" }, "url", /最大 65535/],
  [{ headers: [row(""), row("Host", "x")] }, "headers.1.name", /探针自己写/],
  [{ headers: [row("Bad Name", "x")] }, "headers.0.name", /英文字母/],
  [{ headers: [row("X-A", "一")] }, "headers.0.value", /Latin-1/],
  [{ headers: [row("X-A", "x".repeat(2049))] }, "headers.0.value", /最多 2048 个字符/],
  [{ headers: Array.from({ length: 33 }, (_, i) => row(`X-${i}`)) }, "headers", /最多 32 行/],
  [{ requestBody: "x" }, "requestBody", /GET 请求没有请求体/],
  [{ method: "POST", requestBody: "x".repeat(65_537) }, "requestBody", /65536/],
  [{ auth: "bearer", authSecret: "gone" }, "authSecret", /没有名为 gone 的密钥/],
  [{ auth: "bearer", authSecret: "No Id" }, "authSecret", /1 到 48/],
  [{ auth: "basic", user: "a:b", authSecret: "shop-password" }, "user", /冒号/],
  [
    { auth: "bearer", authSecret: "shop-password", headers: [row("Authorization", "x")] },
    "headers.0.name",
    /认证已经会写/,
  ],
  [{ status: "299-200" }, "status", /200-299/],
  [{ body: "x".repeat(513) }, "body", /最多 512 个字符/],
  [{ matches: "(" }, "matches", /正则写得不对/],
  [{ matches: "a(?=b)" }, "matches", /前瞻/],
  [{ matches: "(a)\\1" }, "matches", /反向引用/],
  [{ json: [row("a b")] }, "json.0.name", /从第 2 个字符起/],
  [{ json: [row("a"), row(""), row("b", "x".repeat(513))] }, "json.2.value", /最多 512 个字符/],
  [{ answerHeaders: [row("X-A", "(")] }, "answerHeaders.0.value", /正则写得不对/],
  [{ answerHeaders: [row("X A")] }, "answerHeaders.0.name", /英文字母/],
  [{ minBytes: "20", maxBytes: "10" }, "minBytes", /下限比上限大/],
  [{ minBytes: "2000", bodyCapKb: "1" }, "minBytes", /最多读取 1000 字节/],
  [{ method: "HEAD", body: "x" }, "body", /HEAD 没有内容/],
  [{ ca: "x" }, "ca", /PEM/],
  [{ ca: PEM + KEY }, "ca", /私钥要存成密钥/],
  [{ ca: "-----BEGIN CERTIFICATE-----\nMIIB" }, "ca", /END/],
  [{ ca: `${PEM}\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n` }, "ca", /第 2 张/],
  [{ clientCertificate: "x", clientKey: "client-key" }, "clientCertificate", /PEM/],
  [{ clientCertificate: PEM, clientKey: "gone" }, "clientKey", /没有名为 gone/],
  [{ serverName: "a b" }, "serverName", /主机名/],
  [{ pin: "x" }, "pin", /IP 地址/],
  [{ pin: "192.0.2.1", measure: "every" }, "pin", /只能测这一个/],
  [{ pin: "192.0.2.1", family: "ipv6" }, "pin", /ipv6/],
  [{ url: "https://192.0.2.1/", measure: "every" }, "measure", /已经是地址 192\.0\.2\.1/],
  [{ url: "https://192.0.2.1/", pin: "192.0.2.2" }, "pin", /已经是地址/],
  [{ measure: "families", family: "ipv4" }, "measure", /选自动/],
  [{ measure: "families", up: "3" }, "up", /最多只测 2 个/],
  [{ archives: "6x700" }, "archives", /前面加上 1x600/],
  [{ archives: "1x600,6x7,6x8" }, "archives", /6 步后面是 6 步/],
  [{ archives: "1x600,576x7" }, "archives", /最长一天，即 288 步/],
  [{ archives: "1x600,7x10" }, "archives", /7 步除不尽一天，可以用 6 或 8/],
  [{ archives: "1x600,288x900" }, "archives", /288x900 超过了 26 个月/],
  [{ archives: "1x100000,2x100000" }, "archives", /一共 200000 行，最多 120000 行/],
  [{ fromAll: false, vantages: ["gone"] }, "from", /gone 已不存在/],
  [{ recipients: ["gone"] }, "recipients", /gone 已不存在/],
  [{ url: "dns://example.com", records: "x".repeat(513) }, "records", /最多 512 个字符/],
];

test("each problem stands at its field, in Chinese and in English", () => {
  for (const [change, field, want] of TABLE) {
    const name = JSON.stringify(change).slice(0, 120);
    const draft = { ...emptyDraft("UTC"), name: "a", url: "https://example.com/", ...change };
    const examined = examineTarget(inputOf(draft, null), AROUND);
    assert.equal(examined.ok, false, `${name} is accepted`);
    const issues = examined.ok ? [] : examined.issues;
    const found = serverProblems(issues, draft, translate("zh"));
    assert.deepEqual(Object.keys(found), [field], name);
    assert.match(found[field] ?? "", want, name);
    assert.doesNotMatch(found[field] ?? "", /\{\w+\}/, name);
    assert.doesNotMatch(found[field] ?? "", /这里不对/, name);
    assert.doesNotMatch(
      serverProblems(issues, draft, translate("en"))[field] ?? "",
      /\{\w+\}|\p{Script=Han}/u,
    );
  }
});

test("a problem of nothing that the form shows is said with its path", () => {
  const found = serverProblems(
    [
      { path: "later.a", message: "is new" },
      { path: "later.b", message: "is too" },
    ],
    emptyDraft("UTC"),
    translate("en"),
  );
  assert.deepEqual(found, { "": "later.a: Not right: is new" });
});

test("what may surprise is said in the reader's language", () => {
  const t = translate("zh");
  const table: readonly (readonly [object, RegExp])[] = [
    [
      { url: "http://example.com/", request: { auth: { kind: "bearer", secret: "shop-password" } } },
      /不加密/,
    ],
    [{ url: "https://example.com/", name: "twin" }, /另一个目标也叫 twin/],
  ];
  const vantage = {
    id: "ct-1",
    name: "ct",
    carrier: "ct",
    tags: [],
    createdS: 0,
    local: false,
    simulated: false,
    revokedS: null,
    version: 1,
  };
  const around = { ...AROUND, vantages: [vantage], targets: [{ id: "t", name: "twin" }] };
  for (const [input, want] of table) {
    const examined = examineTarget({ name: "a", ...input }, around);
    assert.match(hintSentence(examined.hint ?? "", t) ?? "", want);
  }
  const unverified = examineTarget(
    { name: "a", url: "https://a.example.com/", tls: { verify: false } },
    around,
  );
  assert.equal(hintSentence(unverified.hint ?? "", t), null);
  const local = { ...around, vantages: [vantage, { ...vantage, local: true }] };
  const refusesLocally = () => "127.0.0.1 is loopback: put it there, or start with --allow 127.0.0.1/32";
  const examined = examineTarget({ name: "a", url: "http://127.0.0.1/" }, { ...local, refusesLocally });
  assert.match(hintSentence(examined.hint ?? "", t) ?? "", /--allow 127\.0\.0\.1\/32/);
});
