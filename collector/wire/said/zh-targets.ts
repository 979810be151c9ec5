/** Chinese: what is refused, or worth knowing, of targets and of what people enter. Placeholders as in the sources. */
import type { Sentences } from "./translator.ts";

export const zhTargets: Sentences = {
  // A URL.
  "which URL?": "请填写网址",
  "has a space or a control character in it": "含有空格或控制字符",
  "has no scheme: write https://{0}": "缺少协议，请写成 https://{0}",
  "has the scheme {0}; only http, https, tcp, tls, ping and dns are measured":
    "协议 {0} 不能测，只能测 http、https、tcp、tls、ping 和 dns",
  "must start with {0}://": "必须以 {0}:// 开头",
  "has port {0}; ports end at 65535": "端口 {0} 超出范围，最大 65535",
  "has port 0, on which nothing can listen": "端口不能是 0",
  "is not a URL: the host between // and the next / cannot be read":
    "不是完整的网址：// 之后的主机名认不出来",
  "contains a user name or password: everyone who sees the target would see it; leave it out":
    "网址里不能带用户名和密码：看得到目标的人都会看到它",
  "has none of the schemes tcp, tls, ping and dns": "不是 tcp、tls、ping、dns 网址",
  "has a path: write {0}": "这种网址没有路径，请写成 {0}",
  "has no host that can be read: write {0}": "认不出主机名，请写成 {0}",
  "has {0} in it: write {1}": "不认识 {0}，请写成 {1}",
  "says {0} more than once": "{0} 写了不止一次",
  "has no port: write {0}": "缺少端口，请写成 {0}",
  "asks for {0} connects; count is 1 to {1}": "count 是 {0}，只能是 1 到 {1}",
  "has a port: another resolver is named as ?resolver=IP:{0}, behind the name that is asked for":
    "主机名后面不能有端口；另用解析服务器时，在域名后面加 ?resolver=IP:{0}",
  "asks for records of type {0}; known are {1}": "不支持 {0} 记录，可用：{1}",
  "asks for records of an address; only PTR has some": "对 IP 地址只能查 PTR",
  "has the resolver {0}: write an IP address, or IP:port": "解析服务器 {0} 要写成 IP 地址，或 IP:端口",
  "dns://name?type=A, or dns://name?type=A&resolver=IP":
    "dns://域名?type=A，或 dns://域名?type=A&resolver=IP",
  "ping://host:port, or ping://host:port?count=10": "ping://主机:端口，或 ping://主机:端口?count=10",
  "tls://host, or tls://host:port": "tls://主机，或 tls://主机:端口",
  "tcp://host:port": "tcp://主机:端口",

  // When it is measured.
  "{0} is no time zone this machine knows (example: Asia/Shanghai)": "不认识时区 {0}（例如 Asia/Shanghai）",
  "fires unevenly in {0}, whose offset from UTC changes": "在 {0} 的间隔不均匀：那里的时差会变",
  "use time zone UTC, or a step that divides the change, such as {0}":
    "时区改用 UTC，或用能整除时差变化的步长，例如 {0}",
  "has {0} fields instead of 5 or 6": "有 {0} 段，应为 5 段或 6 段",
  "for example */5 * * * *": "例如 */5 * * * *",
  "fires on some days only ({0})": "只在部分日子触发（{0}）",
  "targets are measured day and night: put * in the last three fields": "目标要日夜不停地测：后三段都写 *",
  "has {0} in the field {1}": "{1} 一段里的 {0} 看不懂",
  "use numbers, *, a-b, a-b/n or */n": "可以写数字、*、a-b、a-b/n 或 */n",
  "has {0} in the field {1}, which takes {2} to {3}": "{1} 一段里的 {0} 超出范围，只能是 {2} 到 {3}",
  "fires unevenly: {0}, then {1}": "间隔不均匀：先 {0}，后 {1}",
  "every measurement must be the same time after the last, day and night: for example {0}":
    "每两次测量之间的时间要日夜一样，例如 {0}",
  "measures every {0} s; at least {1} s apart": "每 {0} 秒测一次太密，至少隔 {1} 秒",
  "for example {0}": "例如 {0}",
  "day of month": "日",
  "day of week": "星期",
  second: "秒",
  minute: "分",
  hour: "时",
  month: "月",

  // Whether it has what it names.
  'there is no {0} "{1}"': '没有{0} "{1}"',
  "there is no {0} {1}; {2}": "没有{0} {1}；{2}",
  "there is no secret {0}; {1}": "没有密钥 {0}；{1}",
  "there is no carrier {0}": "没有运营商 {0}",
  "there is no carrier {0}; {1}": "没有运营商 {0}；{1}",
  "there is no vantage {0}; {1}": "没有探测点 {0}；{1}",
  "there is no carrier or vantage {0}": "没有名为 {0} 的运营商或探测点",
  "there is none yet": "现在一个都没有",
  "there are: {0}": "现有：{0}",
  "vantage {0} is revoked": "探测点 {0} 已吊销",
  "no vantage belongs to it": "没有探测点属于它",
  "vantages: {0}": "探测点：{0}",
  "none yet": "还没有",
  "known carriers: {0}": "已有运营商：{0}",
  "name a target or give a URL, one of them": "目标和网址给出其中一个",
  "a target says itself how it is measured; give a URL to say it here":
    "目标自己写明了怎样测；要在这里写，请给出网址",
  "a secret is measured with where a target names it: measure that target":
    "密钥只在引用它的目标里使用：请测那个目标",
  "somebody waits for it: at most {0} ms": "有人在等结果：最多 {0} 毫秒",
  "nobody would measure it: choose all, or name carriers, tags or vantages":
    "这样没有人测它：请选全部，或选运营商、标签、探测点",
  "nobody measures it yet: no vantage belongs to what it is measured from":
    "还没有人测它：所选范围内没有探测点",
  "the vantage on this machine will not measure it: {0}": "本机的探测点不会测它：{0}",
  "its secret travels unencrypted: everyone on the way can read it; use an https URL":
    "密钥会明文传输，途中的人都能看到：请用 https 网址",
  "its certificate is not verified: anyone on the way could answer for it":
    "不验证证书：途中的任何人都能冒充它应答",
  "another target has the name {0} ({1})": "另一个目标也叫 {0}（{1}）",
  "must be an object with name and url": "要一个带 name 和 url 的对象",

  // How it is asked.
  "a {0} target has no method: leave it out": "{0} 目标没有请求方法，请去掉",
  "only http and https targets have it, this is {0}": "只有 http 和 https 目标才有，这是 {0}",
  "a {0} request has no body: choose POST, PUT or PATCH, or leave the body out":
    "{0} 请求没有请求体：改用 POST、PUT 或 PATCH，或去掉请求体",
  "HTTP/2 is agreed on while the TLS connection is made: it needs an https URL":
    "HTTP/2 在 TLS 握手时商定，需要 https 网址",
  "request.auth writes this header already: leave one of the two out": "认证已经会写这个头，两处只留一处",
  "this header is set by the probe itself": "这个头由探针自己写",
  "a header's value holds no line breaks and no characters beyond Latin-1":
    "请求头的值不能换行，也不能有 Latin-1 以外的字符",
  "a header's name": "要一个请求头名称",
  "a user name holds no colon": "用户名里不能有冒号",
  "only https and tls targets make a TLS connection, this is {0}":
    "只有 https 和 tls 目标建立 TLS 连接，这是 {0}",
  "holds a private key: keep that as a secret and name it; everyone who sees the target would see it here":
    "这里有私钥：请存成密钥再引用，否则看得到目标的人都能看到它",
  "holds no whole certificate: its END line is missing": "证书不完整，缺少 END 一行",
  "is no certificate": "不是证书",
  "its certificate {0} of {1} is none": "第 {0} 张证书（共 {1} 张）无法识别",
  "the private key in the secret {0} cannot be read; one that is itself encrypted cannot be used":
    "密钥 {0} 里的私钥读不了；本身加密的私钥不能用",
  "the key in the secret {0} does not belong to this certificate, the first of the list":
    "密钥 {0} 里的私钥与这张证书（列表中的第一张）不配",
  "the secret {0} holds no private key: each probe needs it in its own file":
    "密钥 {0} 里没有私钥：每个探针要在自己的文件里写明它",
  "its client certificate {0}": "它的客户端证书{0}",
  "a certificate of its authorities {0}": "它另外信任的证书中有一张{0}",
  "expired on {0}": "已于 {0} 过期",
  "does not hold before {0}": "要到 {0} 才生效",
  "PEM certificates": "要 PEM 格式的证书",
  "a host name": "要一个主机名",
  "an IP address": "要一个 IP 地址",
  "a dns target asks a resolver; it connects to no address of the name":
    "dns 目标只问解析服务器，不连接域名的地址",
  "the URL names the address {0} itself": "网址里写的就是地址 {0}",
  "{0}: {1} needs a name that has addresses": "{0}：{1} 要用有地址的域名",
  "families measures IPv4 and IPv6, but family says {0}": "families 要测 IPv4 和 IPv6，但地址类型选了 {0}",
  "{0} is no {1} address, which family asks for": "{0} 不是地址类型所要的 {1} 地址",
  "at most {0} addresses are measured, so {1} are never up": "最多只测 {0} 个地址，不会有 {1} 个正常",
  "a target that is pinned to one address is measured at that one": "固定了地址的目标只测这一个地址",
  "connectMs is longer than totalMs": "连接超时比总超时长",

  // What counts as up.
  "only http and https answers have a status, this is {0}": "只有 http 和 https 应答才有状态码，这是 {0}",
  "only http and https answers have it, this is {0}": "只有 http 和 https 应答才有，这是 {0}",
  "the answer to HEAD has no body: measure with GET": "HEAD 的应答没有内容，请用 GET 测",
  "only https and tls targets have a certificate, this is {0}": "只有 https 和 tls 目标才有证书，这是 {0}",
  "only dns targets ask for records, this is {0}": "只有 dns 目标查询记录，这是 {0}",
  "no body has at least {0} and at most {1} bytes": "没有既不小于 {0} 又不大于 {1} 字节的内容",
  "only {0} bytes are read (bodyCapBytes), so {1} are never seen":
    "最多读取 {0} 字节（bodyCapBytes），到不了 {1}",
  "a {0} target never has {1}; it has {2}": "{0} 目标没有 {1}；它有 {2}",
  "a status like 200, or a range like 200-299": "状态码像 200，或范围像 200-299",
  "the range runs backwards": "范围写反了",
  "is no RE2 pattern: {0}": "不是 RE2 正则：{0}",
  "cannot be used as a pattern: {0}": "不能用作正则：{0}",
  "RE2 has no look-ahead and no look-behind": "RE2 正则不支持前瞻和后顾",
  "RE2 has no back-references": "RE2 正则不支持反向引用",
  "at most 1000 repetitions, nested ones multiplied": "最多重复 1000 次，嵌套的相乘",
  "cannot be read from character {0} on ({1}): write {2}": "从第 {0} 个字符起看不懂（{1}）：请写{2}",
  'names joined by dots, [0] for a place in a list, ["a name"] for any other name':
    '用点连接的名称，列表用 [0]，特殊名称写成 ["a name"]',

  // Its archives.
  "the first archive has rows of one tick: write 1x{0} before it":
    "第一个归档每行只能有一步：在前面加上 1x{0}",
  "{0} ticks a row after {1}: list archives from the finest to the coarsest, each width once":
    "{1} 步后面是 {0} 步：归档要从细到粗，每种宽度只写一次",
  "a row is at most a day: {0} ticks of {1} s, not {2}":
    "一行最长一天，即 {0} 步（每步 {1} 秒），不能是 {2} 步",
  "{0} ticks of {1} s do not divide a day: {2} do": "每行 {0} 步（每步 {1} 秒）除不尽一天，可以用 {2} 步",
  "xff is a share from 0 to below 1, for example {0}; not {1}": "xff 从 0 到不满 1，例如 {0}；不能是 {1}",
  "{0}x{1} reaches back further than 26 months: write {2}x{3}": "{0}x{1} 超过了 26 个月，改成 {2}x{3}",
  "{0} rows in all; at most {1} are kept: take coarser rows for what is long ago":
    "一共 {0} 行，最多 {1} 行：久远的数据用更粗的行",

  // Any field.
  "{0} is not valid: {1}": "{0}不对：{1}",
  "{0}: {1}": "{0}：{1}",
  "there is no such setting; is it misspelt?": "没有这个设置，是不是拼错了？",
  "is missing: write {0}": "缺少：请写{0}",
  "must be {0}": "必须是{0}",
  "use {0}": "只能用 {0}",
  "at {0} {1} characters": "{0} {1} 个字符",
  "at {0} {1} entries": "{0} {1} 项",
  "at {0} {1}": "{0} {1}",
  most: "最多",
  least: "至少",
  "more than {0}": "要大于 {0}",
  "less than {0}": "要小于 {0}",
  "is not one of the forms it can have": "写法不对",
  text: "文字",
  "a number": "数字",
  "a whole number": "整数",
  "true or false": "true 或 false",
  "a list": "列表",
  "an object": "对象",
  "must be an absolute path": "要写绝对路径",
  "give it a name": "请起个名字",
  "at most 64 characters": "最多 64 个字符",
  "at most 256 characters": "最多 256 个字符",
  "at most 8192 characters": "最多 8192 个字符",
  "at least 10 characters": "至少 10 个字符",
  "the value is empty": "值是空的",
  "control characters are not allowed": "不能含有控制字符",
  "use 1 to 48 of a-z, 0-9 and -, not at the ends": "用 1 到 48 个小写字母、数字和 -，不能以 - 开头或结尾",
  "letters, digits and . _ @ + -": "只能用字母、数字和 . _ @ + -",
  "an IANA name, for example Asia/Shanghai": "要一个 IANA 时区名，例如 Asia/Shanghai",
  "a colour like #2f6fde": "要一个颜色，例如 #2f6fde",

  // Things by name.
  target: "目标",
  vantage: "探测点",
  carrier: "运营商",
  recipient: "收件人",
  secret: "密钥",
  user: "用户",
  page: "页面",
  incident: "事件",
  address: "地址",
  series: "序列",
  generation: "序列的这一代",
  measurement: "测量",
  schedule: "测量时间",
  "API token": "API 令牌",
  "carrier of this target": "测这个目标的运营商",
  "vantage of this target": "测这个目标的探测点",
};
