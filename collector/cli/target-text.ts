/** What a target says of asking, expecting and keeping -> lines for `target show`. Only what is set, or is not the default. */
import { archivesText } from "../wire/archives.ts";
import { same, type Text } from "../wire/said/text.ts";
import { type Target, TargetInput } from "../wire/target.ts";
import type { CellText } from "./table.ts";

type Line = readonly [Text, CellText];

/** Names and values, in the order of the flags. Secrets are named; nobody here knows their values. */
export function askedLines(target: Target): Line[] {
  return [
    ...requestLines(target),
    ...tlsLines(target),
    ...addressLines(target),
    ...expectLines(target),
    ...keptLines(target),
  ];
}

function keptLines({ archives, last, percentiles = [] }: Target): Line[] {
  const lines: Line[] =
    archives === undefined ? [] : [[{ en: "archives", zh: "归档" }, archivesText(archives)]];
  if (last)
    lines.push([
      { en: "keeps", zh: "保存" },
      { en: "LAST beside AVERAGE, MAX and MIN", zh: "AVERAGE、MAX、MIN 之外还有 LAST" },
    ]);
  if (percentiles.length > 0)
    lines.push([{ en: "percentiles", zh: "百分位数" }, `total, ${percentiles.join(", ")}`]);
  return lines;
}

function requestLines({ method, request, redirects }: Target): Line[] {
  const { headers = [], body, auth, http } = request ?? {};
  const lines: Line[] = [];
  if (method !== "GET") lines.push([{ en: "method", zh: "方法" }, method]);
  for (const { name, value } of headers) lines.push([{ en: "header", zh: "请求头" }, `${name}: ${value}`]);
  if (body !== undefined) lines.push([{ en: "body", zh: "请求体" }, bodyText(body)]);
  if (auth) lines.push([{ en: "authorization", zh: "认证" }, authText(auth)]);
  if (http !== undefined) lines.push([same("http"), http === "2" ? HTTP_2 : http]);
  if (redirects !== DEFAULTS.redirects) lines.push([{ en: "redirects", zh: "重定向次数" }, redirects]);
  return lines;
}

function tlsLines({ tls }: Target): Line[] {
  const { ca, verify, clientCertificate, serverName } = tls ?? {};
  const lines: Line[] = [];
  if (ca !== undefined)
    lines.push([
      { en: "authorities", zh: "颁发机构" },
      authoritiesText(ca.split("-----BEGIN CERTIFICATE-----").length - 1),
    ]);
  if (verify === false)
    lines.push([
      { en: "certificate", zh: "证书" },
      { en: "not verified", zh: "不验证" },
    ]);
  if (clientCertificate) lines.push([CLIENT_CERTIFICATE, keyText(clientCertificate.key)]);
  if (serverName !== undefined) lines.push([{ en: "server name", zh: "服务器名称" }, serverName]);
  return lines;
}

function addressLines({ family, addresses }: Target): Line[] {
  const lines: Line[] = family === "any" ? [] : [[{ en: "family", zh: "地址类型" }, family]];
  if (addresses === undefined) return lines;
  const { measure, up, max, pin, cache } = addresses;
  if (measure === "families")
    lines.push([ADDRESSES, { en: `IPv4 and IPv6, up: ${up}`, zh: `IPv4 和 IPv6，要正常：${upZh(up)}` }]);
  if (measure === "every")
    lines.push([
      ADDRESSES,
      { en: `every one, at most ${max}, up: ${up}`, zh: `每一个，最多 ${max} 个，要正常：${upZh(up)}` },
    ]);
  if (pin !== undefined) lines.push([{ en: "pinned to", zh: "固定地址" }, pin]);
  if (cache)
    lines.push([
      { en: "dns", zh: "解析" },
      { en: "the answer is kept for its TTL", zh: "结果在 TTL 之内沿用" },
    ]);
  return lines;
}

function expectLines({ expect }: Target): Line[] {
  const { bodyContains, bodyMatches, json = [], headers = [], records = [] } = expect;
  const { minBytes, maxBytes, certificateDays } = expect;
  const lines: Line[] = [];
  if (expect.status.join() !== DEFAULTS.expect.status.join())
    lines.push([{ en: "expects status", zh: "状态码应为" }, expect.status.join(", ")]);
  for (const { name, matches } of headers) {
    lines.push([{ en: "expects header", zh: "响应头应有" }, headerText(name, matches)]);
  }
  if (bodyContains !== undefined) lines.push([{ en: "expects text", zh: "内容应含" }, bodyContains]);
  if (bodyMatches !== undefined) lines.push([{ en: "expects match of", zh: "内容应符合" }, bodyMatches]);
  for (const { path, equals } of json) {
    lines.push([
      { en: "expects json", zh: "JSON 应有" },
      equals === undefined
        ? { en: `${path} is there`, zh: `${path} 存在` }
        : `${path} = ${JSON.stringify(equals)}`,
    ]);
  }
  if (minBytes !== undefined) lines.push([{ en: "expects at least", zh: "内容不小于" }, bytesOf(minBytes)]);
  if (maxBytes !== undefined) lines.push([{ en: "expects at most", zh: "内容不大于" }, bytesOf(maxBytes)]);
  if (certificateDays !== undefined)
    lines.push([
      { en: "expects certificate", zh: "证书至少还有" },
      { en: `${certificateDays} days more`, zh: `${certificateDays} 天` },
    ]);
  for (const record of records) lines.push([{ en: "expects record", zh: "应有记录" }, record]);
  return lines;
}

const DEFAULTS = TargetInput.parse({ name: "any", url: "https://a.example/" });

const HTTP_2: Text = { en: "2 if the server agrees, else 1.1", zh: "服务器同意时用 2，否则 1.1" };
const ADDRESSES: Text = { en: "addresses", zh: "测哪些地址" };
const CLIENT_CERTIFICATE: Text = { en: "client certificate", zh: "客户端证书" };
const UP_ZH: Readonly<Record<string, string>> = { majority: "多数", all: "全部", any: "任一" };

function upZh(up: string | number): string {
  return UP_ZH[up] ?? `${up} 个`;
}

function bodyText(body: string): Text {
  const bytes = Buffer.byteLength(body);
  return { en: `${bytes} bytes: ${cut(body)}`, zh: `${bytes} 字节：${cut(body)}` };
}

function authText(auth: NonNullable<NonNullable<Target["request"]>["auth"]>): Text {
  if (auth.kind === "bearer")
    return { en: `bearer, secret ${auth.secret}`, zh: `bearer，密钥 ${auth.secret}` };
  return {
    en: `basic, user ${auth.user}, secret ${auth.secret}`,
    zh: `basic，用户 ${auth.user}，密钥 ${auth.secret}`,
  };
}

function authoritiesText(count: number): Text {
  return { en: `${count} besides the probe's own`, zh: `探针自带之外另有 ${count} 个` };
}

function keyText(secret: string): Text {
  return { en: `its key is secret ${secret}`, zh: `私钥是密钥 ${secret}` };
}

function headerText(name: string, matches: string | undefined): CellText {
  return matches === undefined ? name : { en: `${name} matching ${matches}`, zh: `${name}，符合 ${matches}` };
}

function bytesOf(bytes: number): Text {
  return { en: `${bytes} bytes`, zh: `${bytes} 字节` };
}

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
