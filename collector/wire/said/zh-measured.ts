/** Chinese: what a probe says of one measurement, of a route, of the machine it runs on. Values may be hostile text. */
import type { Sentences } from "./translator.ts";

export const zhMeasured: Sentences = {
  // What did not come.
  "no end after {0} ms in all": "总共 {0} 毫秒还没有结束",
  "no end after {0} ms": "{0} 毫秒还没有结束",
  "no answer after {0} ms": "{0} 毫秒没有应答",
  "the connection was lost": "连接断开",
  "the connection was closed inside the body": "内容没有传完，连接就关闭了",
  "the connection was closed without an answer": "没有应答，连接就关闭了",
  "the connection was closed inside the head": "响应头没有传完，连接就关闭了",
  "{0} of {1} connects got no answer": "{1} 次连接有 {0} 次没有应答",
  "{0} of {1} answers refused the connection: the host is there, the port is closed":
    "{1} 次应答有 {0} 次拒绝连接：主机在，端口关着",
  "{0} has no {1} record": "{0} 没有 {1} 记录",
  "{0} has no such address": "{0} 没有这种地址",
  "{0} has no address": "{0} 没有地址",
  "{0} has no address: {1}": "{0} 没有地址：{1}",
  "no address in the answer": "应答里没有地址",
  "the resolver answers names that cannot exist with {0} too": "解析服务器对不可能存在的域名也回答 {0}",

  // What came, and is none.
  "the body is larger than {0} bytes": "内容超过 {0} 字节",
  "status 101 was not asked for": "没有请求过状态 101",
  "a line of the head ends without a carriage return": "响应头有一行没有以回车结尾",
  "the answer is not HTTP: {0}": "应答不是 HTTP：{0}",
  "the answer begins with {0}, which is not HTTP/1.1": "应答以 {0} 开头，不是 HTTP/1.1",
  "the headers are larger than {0} bytes": "响应头超过 {0} 字节",
  "a chunk of the body is broken: {0}": "内容的一个分块是坏的：{0}",
  "this is not a header: {0}": "这不是响应头：{0}",
  "the answer has two Content-Length headers": "应答有两个 Content-Length",
  "Content-Length is {0}": "Content-Length 是 {0}",
  "the answer has both Content-Length and Transfer-Encoding":
    "应答同时有 Content-Length 和 Transfer-Encoding",
  "the redirect leads to no URL: {0}": "重定向的目标不是网址：{0}",
  "the redirect leads to {0}, which is not http": "重定向到 {0}，不是 http",
  "the redirect leads to a URL with a user name or password": "重定向到带用户名或密码的网址",
  "the redirect leads back to {0}": "重定向又回到 {0}",
  "more than {0} redirects": "重定向超过 {0} 次",

  // What the target's rules wanted.
  "status {0}, expected {1}": "状态码 {0}，应为 {1}",
  missing: "没有",
  "the body has {0} bytes, expected at most {1}": "内容 {0} 字节，应不大于 {1}",
  "the body has {0} bytes, expected at least {1}": "内容 {0} 字节，应不小于 {1}",
  "the body ({0} bytes) does not contain {1}": "内容（{0} 字节）里没有 {1}",
  "the body's first 1 MiB": "内容的前 1 MiB",
  "the body ({0} bytes)": "内容（{0} 字节）",
  "{0} does not match {1}": "{0}不符合 {1}",
  "there is no body, expected JSON": "没有内容，应为 JSON",
  "the body is larger than 1 MiB, more than is read as JSON": "内容超过 1 MiB，不作为 JSON 读取",
  "the body is empty, expected JSON": "内容是空的，应为 JSON",
  "the body is not JSON: it begins with {0}": "内容不是 JSON，开头是 {0}",
  "json {0} is {1}, expected {2}": "JSON 的 {0} 是 {1}，应为 {2}",
  "a value": "有值",
  "a list of {0}": "{0} 项的列表",
  "there is no header {0}": "没有响应头 {0}",
  "header {0} is {1}, expected to match {2}": "响应头 {0} 是 {1}，应符合 {2}",
  "no record {0}; {1}": "没有记录 {0}；{1}",
  "there are none": "一条也没有",
  "there are {0}": "有 {0}",
  "the answer came without a certificate": "应答没有证书",
  "the certificate holds for {0} days more (until {1} UTC), expected {2}":
    "证书还有 {0} 天（到 {1} UTC），应不少于 {2} 天",
  "{0}; also broken: {1}": "{0}；另外不符合：{1}",
  "{0} of {1} addresses up, {2} needed": "{1} 个地址中 {0} 个正常，需要 {2} 个",
  "{0} of {1} addresses up, {2} needed: {3}": "{1} 个地址中 {0} 个正常，需要 {2} 个：{3}",
  "IPv{0}: {1}": "IPv{0}：{1}",
  "not all of its addresses are known: {0}": "它的地址没有全部查到：{0}",

  // What this probe could not do.
  "the probe failed in {0}: {1}": "探针在 {0} 阶段出错：{1}",
  "this probe cannot judge by the target's rules: {0}": "探针无法按目标的规则判断：{0}",
  "the path {0} {1}": "路径 {0}：{1}",
  "the pattern {0} takes too long on this body: write fewer repetitions":
    "正则 {0} 匹配这份内容太慢：请减少重复",
  "this machine has no such address: {0}": "本机没有这个地址：{0}",
  "this machine has no port, descriptor or memory left: {0}": "本机的端口、描述符或内存耗尽：{0}",
  "this machine has no network: {0}": "本机没有网络：{0}",
  "this machine was busy for {0} ms while it waited": "本机在等待时繁忙了 {0} 毫秒",
  "this machine had too much to measure to come to it in time": "本机要测的太多，没有按时轮到它",
  "this probe has no secret named {0}, which the target asks for": "这个探针没有目标所用的密钥 {0}",
  "the secret {0} holds characters that a header cannot": "密钥 {0} 里有请求头不能用的字符",
  "the target's certificates or the key to them cannot be used{0}": "目标的证书或其私钥用不了{0}",
  "the key in the secret {0} does not belong to the target's certificate":
    "密钥 {0} 里的私钥与目标的证书不配",
  "{0} cannot be reached from {1}": "从 {1} 到不了 {0}",
  "it cannot be reached from {0}": "从{0}到不了它",
  "this machine": "本机",
  "{0} is not an address of the family this target is measured by": "{0} 不是这个目标所用的地址类型",

  // What it may not measure.
  "{0}: this probe does not measure it. To allow it, {1}": "{0}：这个探针不测它。要允许它，请{1}",
  "add {0} {1}": "加上 {0} {1}",
  'put allow: ["{0}"] in {1}': '把 allow: ["{0}"] 写进 {1}',
  'put allow: ["{0}"] in {1}, or start with --allow {2}':
    '把 allow: ["{0}"] 写进 {1}，或启动时加 --allow {2}',
  "the probe's own config.yaml": "探针自己的 config.yaml",
  "{0} is {1}": "{0} 是{1}",
  "{0} resolves to {1}, which is {2}": "{0} 解析到 {1}，是{2}",
  "a cloud metadata address": "云主机元数据地址",
  "an address of this machine": "本机地址",
  "a loopback address": "环回地址",
  "a private address": "内网地址",
  "a carrier-grade NAT address": "运营商级 NAT 地址",
  "a link-local address": "链路本地地址",
  "a reserved address": "保留地址",
  "a documentation address": "文档示例地址",
  "a 6to4 relay address": "6to4 中继地址",
  "a benchmark address, as proxies (fake-IP mode) give instead of the site's own":
    "基准测试地址，代理软件（fake-IP 模式）会用它代替网站自己的地址",
  "a multicast address": "组播地址",
  "an IPv4-mapped address": "IPv4 映射地址",
  "a unique local (private) address": "唯一本地（内网）地址",
  "a reserved (Teredo, ORCHID) address": "保留（Teredo、ORCHID）地址",
  "a 6to4 address": "6to4 地址",
  "an unreadable address": "认不出的地址",
  "the NAT64 form of {0}": "{0}的 NAT64 形式",
  "{0} is not an address": "{0} 不是地址",
  "port {0} of {1} is not a web port": "{1} 的端口 {0} 不是网站端口",
  "{0} is not measured: only http: and https: are": "{0} 不能测，只能测 http: 和 https:",
  "a URL with a user name or password is not measured: everyone who sees the target would read it":
    "不测带用户名或密码的网址：看得到目标的人都会看到它",
  "{0} is not a URL": "{0} 不是网址",
  "the URL of this target is not one": "这个目标的网址不是网址",
  "the URL {0}": "网址{0}",

  // Its own network.
  "the network interface": "网卡",
  "this machine has no address {0} any more": "本机已经没有地址 {0}",
  "{0} of this machine is down": "本机的 {0} 断开",
  "this machine has no route to {0}": "本机没有到 {0} 的路由",
  "{0} of {1} reference points answer": "{1} 个参考点中 {0} 个有应答",
  "the gateway {0} does not answer": "网关 {0} 没有应答",
  "the gateway {0} answers; no reference points beyond it are configured":
    "网关 {0} 有应答；没有配置网关之外的参考点",
  "none of {0} reference points answers": "{0} 个参考点都没有应答",
  "the gateway {0} answers, {1}": "网关 {0} 有应答，{1}",
  "{0} is up, {1}": "{0} 正常，{1}",
  "{0}; whether the gateway is alive could not be found out": "{0}；网关是否正常无法得知",

  // Routes.
  "no tool on this machine can show the route: install traceroute (or tcptraceroute, mtr, tracepath)":
    "本机没有能看路由的工具：请安装 traceroute（或 tcptraceroute、mtr、tracepath）",
  "{0}; what is here said: {1}": "{0}；现有工具的报错：{1}",
  "by UDP: no tool here may send TCP probes (they need CAP_NET_RAW)":
    "用的是 UDP：本机没有工具可以发 TCP 探测包（需要 CAP_NET_RAW）",
  "cut off: it took too long": "用时太长，没有走完",

  // Of imported history.
  "the cause was no longer kept; this one is the phase's commonest":
    "原因没有保留下来；这是该阶段最常见的原因",
  "of the tick strip: total within 0.0125 %, nothing else was kept":
    "来自时刻条：总时间误差在 0.0125 % 以内，其余没有保留",

  // Two things said together.
  "{0}; {1}": "{0}；{1}",
  "{0}, or {1}": "{0}，或{1}",
  "{0}; and {1}": "{0}；并且{1}",
  '"{0}" {1}': '"{0}" {1}',
  "{0} ({1})": "{0}（{1}）",
  " or ": " 或 ",
};
