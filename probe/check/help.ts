/** What `check --help` says, in both languages. Every flag stands in both: test/probe/check/flags.test.ts holds them to it. */
import { RULES_HELP } from "../../collector/wire/expect-text.ts";
import type { Language } from "../../collector/wire/ids.ts";

const EN = `usage: carrierwatch check URL [options]

Measures the URL now, from this machine, and prints where the time went.
URL: http(s)://..., tcp://host:port, tls://host[:port],
ping://host:port[?count=5] (TCP connects), dns://name[?type=A][&resolver=IP].
Without a scheme: https.

  -n N                   measure N times (1 to 100); then average, smallest and
                         largest
  --json                 one JSON object per measurement and line
  --path                 then look at the route too, with traceroute or what
                         there is; seconds longer
  --lang zh|en           default: from LC_ALL, LC_MESSAGES or LANG

where to
  -4, --ipv4, -6, --ipv6 IPv4 or IPv6 only
  --resolve HOST:PORT:ADDR[,ADDR]
                         use this address, ask nobody; * for any host; may be
                         repeated
  --resolver IP[:PORT]   ask this resolver instead of the machine's own; may be
                         repeated
  --local-address IP     measure from this address of the machine (also
                         --interface)
  --allow CIDR           measure this network although it is private; may be
                         repeated

how
  -X, --request METHOD   default GET; POST with -d (also --method)
  -I, --head             HEAD
  -H, --header "N: V"    add a header; may be repeated
  -d, --data TEXT|@FILE  send this body; several are joined with & (also --body)
  --http2                offer HTTP/2
  --max-redirs N         follow at most N redirects, default 5 (-L, --location
                         is always on)
  --bearer-file FILE     bearer token from a file, - for standard input
  --basic-file FILE      user:password from a file, - for standard input
  -u, --user USER        basic auth with the password from standard input
  -k, --insecure         accept any certificate; the answer says so
  --ca FILE              trust these certificates (PEM) too (also --cacert)
  --cert FILE --key FILE client certificate and its key, PEM
  -m, --max-time SECONDS for the whole measurement, default 10 (also --timeout)
  --connect-timeout S    for the lookup, and again for connect and TLS; default
                         half of --max-time

what counts as up
${RULES_HELP.en}

Exit 0 up, 1 down, 75 when this machine could not measure, 78 when the address
is not allowed. Vantages of a collector measure it with --from ct,cnc: see
carrierwatch check --from all --help.
`;

const ZH = `用法：carrierwatch check 网址 [选项]

现在就从本机测一次，并显示时间花在哪里。
网址：http(s)://...，tcp://主机:端口，tls://主机[:端口]，
ping://主机:端口[?count=5]（TCP 连接），dns://域名[?type=A][&resolver=IP]。
不写协议就是 https。

  -n N                   测 N 次（1 到 100），再给出平均、最小和最大
  --json                 每次测量一行 JSON
  --path                 再看一次路由，用 traceroute 或现有的工具；多用几秒
  --lang zh|en           语言；默认按 LC_ALL、LC_MESSAGES 或 LANG

测哪里
  -4, --ipv4, -6, --ipv6 只用 IPv4 或 IPv6
  --resolve 主机:端口:地址[,地址]
                         用这个地址，不查询；主机写 * 表示任何主机；可重复
  --resolver IP[:端口]   改用这个解析服务器；可重复
  --local-address IP     从本机的这个地址出去（也可写 --interface）
  --allow CIDR           允许测这个内网网段；可重复

怎样测
  -X, --request 方法     默认 GET；有 -d 时是 POST（也可写 --method）
  -I, --head             HEAD
  -H, --header "名称: 值"
                         加一个请求头；可重复
  -d, --data 文字|@文件  发送这份请求体；多份用 & 连接（也可写 --body）
  --http2                提供 HTTP/2
  --max-redirs N         最多跟随 N 次重定向，默认 5（-L、--location 总是开着）
  --bearer-file 文件     从文件读 bearer 令牌，- 是标准输入
  --basic-file 文件      从文件读 用户名:密码，- 是标准输入
  -u, --user 用户名      basic 认证，密码从标准输入读
  -k, --insecure         接受任何证书；结果会注明
  --ca 文件              另外信任这些证书（PEM）（也可写 --cacert）
  --cert 文件 --key 文件 客户端证书和私钥，PEM
  -m, --max-time 秒      整次测量的时限，默认 10（也可写 --timeout）
  --connect-timeout 秒   解析的时限，也是连接加 TLS 的时限；默认是 --max-time 的
                         一半

怎样算正常
${RULES_HELP.zh}

退出码：0 正常，1 失败，75 本机没能测，78 地址不允许测。
加 --from ct,cnc 改由采集端的探测点来测，见 check --from all --help。
`;

export const HELP: Readonly<Record<Language, string>> = { en: EN, zh: ZH };
