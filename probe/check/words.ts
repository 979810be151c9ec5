/** The words of `carrierwatch check`, in both languages; hostile text never comes from here. */
import type { Language } from "../../collector/wire/ids.ts";
import type { Metric } from "../../collector/wire/metric.ts";
import type { FailureCause, FailurePhase, FailureSource, State } from "../../collector/wire/sample.ts";

export type Words = {
  readonly metrics: Readonly<Record<Metric, string>>;
  readonly states: Readonly<Record<State, string>>;
  readonly phases: Readonly<Record<FailurePhase, string>>;
  readonly causes: Readonly<Record<FailureCause, string>>;
  readonly sources: Readonly<Record<FailureSource, string>>;
  readonly received: string;
  readonly decoded: string;
  readonly speed: string;
  readonly receiving: string;
  readonly redirects: (count: number, ms: string, url: string) => string;
  readonly certificate: (subject: string, issuer: string, days: number) => string;
  readonly failed: (phase: string, cause: string, ms: string, source: string) => string;
  readonly disturbed: (ms: string) => string;
  readonly notMeasured: string;
  /** Why a vantage that was asked has no result. */
  readonly unanswered: Readonly<Record<"busy" | "no-answer" | "old", string>>;
  readonly measuring: string;
  readonly average: string;
};

const EN: Words = {
  metrics: {
    dns: "DNS",
    connect: "connect",
    tls: "TLS",
    wait: "wait",
    transfer: "transfer",
    ttfb: "first byte",
    total: "total",
    speed: "speed",
  },
  states: { up: "up", down: "DOWN", suspect: "suspect", unknown: "not measured" },
  phases: {
    dns: "DNS",
    connect: "connect",
    tls: "TLS",
    wait: "wait",
    transfer: "transfer",
    status: "the answer",
    content: "the body",
  },
  causes: {
    nxdomain: "there is no such name",
    "no-address": "the name has no address of this family",
    servfail: "the resolver could not answer (SERVFAIL)",
    "dns-refused": "the resolver refused to answer",
    "dns-timeout": "the resolver did not answer in time",
    "dns-malformed": "the resolver's answer makes no sense",
    "connection-refused": "connection refused",
    unreachable: "no way to the address",
    "connect-timeout": "no answer to the connect in time",
    "connection-reset": "connection reset",
    "tls-timeout": "the TLS handshake did not end in time",
    "tls-alert": "the server ended the TLS handshake with an alert",
    "tls-not-tls": "the server does not speak TLS on this port",
    "tls-reset": "connection cut during the TLS handshake",
    "tls-protocol": "no common TLS version or cipher",
    "certificate-expired": "the certificate has expired",
    "certificate-not-yet-valid": "the certificate is not valid yet",
    "certificate-name": "the certificate is for another name",
    "certificate-untrusted": "the certificate's issuer is not trusted",
    "certificate-invalid": "the certificate is invalid",
    "first-byte-timeout": "no first byte in time",
    "empty-answer": "connection closed without an answer",
    "reset-before-answer": "connection reset before the answer",
    "not-http": "the answer is not HTTP",
    "headers-too-large": "the headers are too large",
    "bad-headers": "the headers are broken",
    "body-timeout": "the body did not end in time",
    "body-truncated": "the body ended early",
    "body-reset": "connection reset during the answer",
    "bad-chunk": "the chunked body is broken",
    "bad-encoding": "the body cannot be decoded",
    "too-large": "the body is larger than allowed",
    "too-many-redirects": "too many redirects",
    "redirect-loop": "the redirects lead in a circle",
    "bad-redirect": "the redirect leads nowhere",
    "redirect-refused": "the redirect leads where this probe may not go",
    status: "unexpected status",
    content: "the expected text is missing",
    header: "a response header is missing or unexpected",
    json: "the JSON does not hold the expected value",
    "too-small": "the content is smaller than expected",
    "certificate-expiring": "the certificate expires too soon",
    record: "an expected DNS record is missing",
    loss: "most TCP connects got no answer",
    addresses: "too few of its addresses are up",
    hijacked: "the answer was forged on the way",
    "no-local-port": "no local port left",
    internal: "the probe failed",
  },
  sources: {
    target: "the target",
    resolver: "the resolver",
    network: "the network on the way",
    probe: "this machine",
  },
  received: "received",
  decoded: "decoded",
  speed: "speed",
  receiving: "while receiving",
  redirects: (count, ms, url) => `${count} redirect${count === 1 ? "" : "s"} in ${ms}, to ${url}`,
  certificate: (subject, issuer, days) =>
    `certificate ${subject}, from ${issuer}, ${days < 0 ? `expired ${-days} days ago` : `${days} days left`}`,
  failed: (phase, cause, ms, source) => `${cause} (${phase}, after ${ms}); points to ${source}`,
  disturbed: (ms) => `this machine was busy for ${ms} at a mark: the times are not to be trusted`,
  notMeasured: "not measured",
  unanswered: {
    busy: "the probe has too many of these to do; try again in a minute",
    "no-answer": "no answer within a minute",
    old: "the probe there is too old to measure on demand",
  },
  measuring: "measuring",
  average: "average",
};

const ZH: Words = {
  metrics: {
    dns: "域名解析",
    connect: "建立连接",
    tls: "TLS 握手",
    wait: "等待响应",
    transfer: "内容传输",
    ttfb: "首字节",
    total: "总时间",
    speed: "速度",
  },
  states: { up: "正常", down: "故障", suspect: "存疑", unknown: "未测量" },
  phases: {
    dns: "域名解析",
    connect: "建立连接",
    tls: "TLS 握手",
    wait: "等待响应",
    transfer: "内容传输",
    status: "状态码",
    content: "内容",
  },
  causes: {
    nxdomain: "域名不存在",
    "no-address": "域名没有该协议族的地址",
    servfail: "解析服务器无法应答（SERVFAIL）",
    "dns-refused": "解析服务器拒绝应答",
    "dns-timeout": "解析服务器超时未应答",
    "dns-malformed": "解析应答格式错误",
    "connection-refused": "连接被拒绝",
    unreachable: "地址不可达",
    "connect-timeout": "连接超时",
    "connection-reset": "连接被重置",
    "tls-timeout": "TLS 握手超时",
    "tls-alert": "服务器以告警终止 TLS 握手",
    "tls-not-tls": "该端口不是 TLS 服务",
    "tls-reset": "TLS 握手期间连接中断",
    "tls-protocol": "没有共同的 TLS 版本或套件",
    "certificate-expired": "证书已过期",
    "certificate-not-yet-valid": "证书尚未生效",
    "certificate-name": "证书与域名不符",
    "certificate-untrusted": "证书颁发者不受信任",
    "certificate-invalid": "证书无效",
    "first-byte-timeout": "等待首字节超时",
    "empty-answer": "未返回内容即关闭连接",
    "reset-before-answer": "响应前连接被重置",
    "not-http": "响应不是 HTTP",
    "headers-too-large": "响应头过大",
    "bad-headers": "响应头错误",
    "body-timeout": "内容传输超时",
    "body-truncated": "内容不完整",
    "body-reset": "响应期间连接被重置",
    "bad-chunk": "分块内容错误",
    "bad-encoding": "内容无法解码",
    "too-large": "内容超出上限",
    "too-many-redirects": "重定向次数过多",
    "redirect-loop": "重定向循环",
    "bad-redirect": "重定向目标错误",
    "redirect-refused": "重定向到不允许测量的地址",
    status: "状态码不符合预期",
    content: "缺少预期的文本",
    header: "响应头缺失或不符合预期",
    json: "JSON 内容不符合预期",
    "too-small": "内容小于预期",
    "certificate-expiring": "证书即将到期",
    record: "缺少预期的 DNS 记录",
    loss: "多数 TCP 连接无应答",
    addresses: "可用的地址过少",
    hijacked: "应答在途中被伪造",
    "no-local-port": "本机端口耗尽",
    internal: "探针内部错误",
  },
  sources: { target: "目标网站", resolver: "解析服务器", network: "途中网络", probe: "本机" },
  received: "接收",
  decoded: "解码后",
  speed: "速度",
  receiving: "接收时",
  redirects: (count, ms, url) => `${count} 次重定向，用时 ${ms}，到 ${url}`,
  certificate: (subject, issuer, days) =>
    `证书 ${subject}，颁发者 ${issuer}，${days < 0 ? `已过期 ${-days} 天` : `剩余 ${days} 天`}`,
  failed: (phase, cause, ms, source) => `${cause}（${phase}，${ms}）；原因可能在${source}`,
  disturbed: (ms) => `本机在计时点繁忙了 ${ms}：这些时间不可信`,
  notMeasured: "未测量",
  unanswered: {
    busy: "探针即时测量过多，请一分钟后再试",
    "no-answer": "一分钟内没有应答",
    old: "该处探针版本过旧，不支持即时测量",
  },
  measuring: "正在测量",
  average: "平均",
};

export const WORDS: Readonly<Record<Language, Words>> = { en: EN, zh: ZH };

/** Language of the command: the flag, else the environment's locale, else English. */
export function languageOf(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Language {
  const locale = flag ?? env["LC_ALL"] ?? env["LC_MESSAGES"] ?? env["LANG"] ?? "";
  return locale.toLowerCase().startsWith("zh") ? "zh" : "en";
}
