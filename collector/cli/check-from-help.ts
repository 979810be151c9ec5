/** What `check --from ... --help` says, in both languages; every flag stands in both, held by a test. */
import { RULES_HELP } from "../wire/expect-text.ts";
import type { Text } from "../wire/said/text.ts";

const EN = `usage: carrierwatch check --from NAMES URL [options]

Has vantages of a collector measure the URL now, and prints each answer as it
comes. Nothing of it is stored. For kinds of URL see carrierwatch check --help.

  --from NAMES           carriers and vantages, separated by commas, or all
  --json                 one JSON object per vantage and line
  --path                 look at the route too; seconds longer
  --lang zh|en           default: from LC_ALL, LC_MESSAGES or LANG

which collector
  --data DIR             data folder of this machine (default data, or
                         CARRIERWATCH_DATA)
  --url URL              a collector elsewhere; needs an API token (read
                         and write)
  --token-file FILE      file with the API token, - for standard input; or
                         CARRIERWATCH_TOKEN

where to
  -4, --ipv4, -6, --ipv6 IPv4 or IPv6 only
  --resolve HOST:PORT:ADDR
                         one address for the URL's own host and port, which is
                         not looked up

how
  -X, --request METHOD   default GET; POST with -d (also --method)
  -I, --head             HEAD
  -H, --header "N: V"    add a header; may be repeated
  -d, --body TEXT|@FILE  send this body; several are joined with &
  --http2                offer HTTP/2
  --max-redirs N         follow at most N redirects, default 5 (-L, --location
                         is always on)
  -k, --insecure         accept any certificate; the answer says so
  --ca FILE              trust these certificates (PEM) too (also --cacert)
  -m, --max-time SECONDS for the whole measurement, default 10, at most 45 (also
                         --timeout)
  --connect-timeout S    for the lookup, and again for connect and TLS; default
                         half of --max-time

what counts as up
${RULES_HELP.en}

Exit 0 up at each vantage, 1 down at any, 75 when one could not measure or did
not answer. Resolvers, source address and what may be measured are set in each
vantage's own file. Credentials are not sent along: keep them with carrierwatch
secret, name them in a target, and press Measure now on its page.
`;

const ZH = `用法：carrierwatch check --from 名称 网址 [选项]

让采集端的探测点现在就测这个网址，来一个结果显示一个。什么都不保存。
网址的写法与不带 --from 时相同，见 carrierwatch check --help。

  --from 名称            运营商和探测点，用逗号分开，或 all
  --json                 每个探测点一行 JSON
  --path                 也看路由；多用几秒
  --lang zh|en           语言；默认按 LC_ALL、LC_MESSAGES 或 LANG

哪个采集端
  --data 目录            本机的数据目录（默认 data，或 CARRIERWATCH_DATA）
  --url 网址             别处的采集端；需要读写权限的 API 令牌
  --token-file 文件      API 令牌所在的文件，- 是标准输入；或用
                         CARRIERWATCH_TOKEN

测哪里
  -4, --ipv4, -6, --ipv6 只用 IPv4 或 IPv6
  --resolve 主机:端口:地址
                         网址自己的主机和端口改用这个地址，不查询域名

怎样测
  -X, --request 方法     默认 GET；有 -d 时是 POST（也可写 --method）
  -I, --head             HEAD
  -H, --header "名称: 值"
                         加一个请求头；可重复
  -d, --body 文字|@文件  发送这份请求体；多份用 & 连接
  --http2                提供 HTTP/2
  --max-redirs N         最多跟随 N 次重定向，默认 5（-L、--location 总是开着）
  -k, --insecure         接受任何证书；结果会注明
  --ca 文件              另外信任这些证书（PEM）（也可写 --cacert）
  -m, --max-time 秒      整次测量的时限，默认 10，最多 45（也可写 --timeout）
  --connect-timeout 秒   解析的时限，也是连接加 TLS 的时限；默认是 --max-time 的
                         一半

怎样算正常
${RULES_HELP.zh}

退出码：0 每个探测点都正常，1 有探测点失败，75 有探测点没能测或没有应答。
解析服务器、源地址和允许测的网段写在各探测点自己的文件里。凭据不会随命令发出：
请用 carrierwatch secret 保存，在目标里引用，再到目标页面点“立即测量”。
`;

export const FROM_HELP: Text = { en: EN, zh: ZH };
