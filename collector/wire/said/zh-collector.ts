/** Chinese: what a collector refuses besides targets: sign-in, rights, ranges, limits, mail. */
import type { Sentences } from "./translator.ts";

export const zhCollector: Sentences = {
  // Who may.
  "user name or password is wrong": "用户名或密码不对",
  "too many failed logins; the next try is possible in {0} s": "登录失败次数过多，{0} 秒后才能再试",
  "{0} logins are being checked; the limit is {1}": "正在核对 {0} 次登录，上限 {1}",
  "this needs a signed-in user": "需要先登录",
  "sign in, or send an API token: Authorization: Bearer cwt_...":
    "请登录，或发送 API 令牌：Authorization: Bearer cwt_...",
  "this API token may only read": "这个 API 令牌只能读",
  "make one with the scope write": "请另建一个可写的令牌",
  "an API token cannot do this; sign in as a user": "API 令牌做不了这件事，请以用户登录",
  "a page of another site ({0}) may not do this": "别的网站（{0}）的页面不能做这件事",
  "the Origin header names another site than the one asked": "Origin 头写的不是这个网站",
  "the header x-csrf-token does not belong to this session": "x-csrf-token 头不属于这次登录",
  "behind a proxy, pass Host and X-Forwarded-Proto on and name the proxy as trusted":
    "前面有代理时，要转发 Host 和 X-Forwarded-Proto，并把代理设为可信",
  "read GET session again and repeat": "请重新读取 GET session，再做一次",
  "this collector is set up already; sign in": "采集端已经设置过，请登录",
  "this set-up link is not the one this collector printed": "这不是采集端打印的设置链接",
  "a lost password: carrierwatch user reset-password NAME":
    "忘了密码：carrierwatch user reset-password 用户名",
  "use the newest link on the collector's console": "请用采集端终端里最新的链接",
  "this is the only user; without it nobody could sign in": "这是唯一的用户，删除后就没有人能登录了",
  "the current password is not right": "当前密码不对",
  "there is already a user {0}": "已有用户 {0}",
  "this machine knows no {0}; an IANA name, for example Asia/Shanghai":
    "本机不认识 {0}；要一个 IANA 时区名，例如 Asia/Shanghai",
  "this join command was used already, or is older than an hour": "这条加入命令已经用过，或已超过一小时",
  "make a new one on the vantages page, or with: carrierwatch vantage join ID":
    "在探测点页面新建一条，或运行 carrierwatch vantage join ID",

  // Batches of samples in columns: what no probe of ours sends.
  "the batch in columns": "按列编码的这批样本",
  "it does not begin like one": "开头不对",
  "its CRC is another": "CRC 不符",
  "it is cut": "被截断",
  "it has more bytes than it says": "比声明的字节多",
  "{0} {1}, of at most {2}": "{0} {=1}，上限 {2}",
  "a number is of no kind": "有一个数的类型无法识别",
  "a number is cut, or larger than any": "有一个数被截断，或大得不可能",
  "a column is of no kind": "有一列的类型无法识别",
  "a text is longer than all of them": "有一段文字比全部文字还长",
  "there is more text than its lengths say": "文字比声明的长度多",
  "a text is longer than any detail": "有一段文字比任何明细都长",
  "a text says what belongs beside it": "有一段文字写了应当另列的内容",
  "a text is not UTF-8": "有一段文字不是 UTF-8",
  "a text is not JSON": "有一段文字不是 JSON",
  "a text is no JSON object": "有一段文字不是 JSON 对象",
  "a key __proto__ is not allowed": "不允许 __proto__ 键",
  "a detail says in words what it says in columns": "有一条明细用文字重复了列里的内容",
  "a certificate is not where it belongs": "有一张证书不在它该在的位置",
  "a sample has no detail": "有一个样本没有明细",
  "a place is out of range": "有一个位置超出范围",
  "{0} certificates are not known here": "有 {0} 张证书这里没有",
  "send them whole": "请发送完整的证书",

  // Requests.
  "the {0} is not valid: {1}": "{=0} 不对：{1}",
  "is not valid": "不对",
  "{0} knows {1}, not {2}": "{0} 支持 {1}，不支持 {2}",
  "a body must be JSON, with the header content-type: application/json":
    "请求体要用 JSON，并带请求头 content-type: application/json",
  "the body is not JSON, or has a key __proto__ or constructor.prototype":
    "请求体不是 JSON，或含有 __proto__、constructor.prototype 键",
  "the content encoding must be gzip or none": "内容编码只能是 gzip 或没有",
  "the body unpacks to more than {0} bytes": "请求体解压后超过 {0} 字节",
  "the body is not gzip although it says so": "请求体声称是 gzip，其实不是",
  "the body is not UTF-8": "请求体不是 UTF-8",
  "{0} live streams are open; the limit is {1}": "已有 {0} 个实时连接，上限 {1}",
  "of which target or vantage?": "哪个目标或探测点的？",
  "is {0}, the address says {1}": "写的是 {0}，网址里是 {1}",
  "{0} {1} is at version {2}, the change was made to {3}": "{0} {1} 已是第 {2} 版，这次修改基于第 {3} 版",
  "read it again and repeat the change": "请重新读取后再改",
  "{0} {1} as stored is not readable": "存下的{0} {1} 读不出来",
  "{0} is not readable": "{0} 读不出来",
  "use the cursor of the page before": "请用上一页给出的 cursor",

  // What the schemas say by themselves.
  "Invalid option: expected one of {0}": "只能用 {0}",
  "Invalid input: expected {0}, received {1}": "要 {=0}，不能是 {=1}",
  "Invalid input": "写法不对",
  "Too small: expected {0} to have >={1} characters": "至少 {1} 个字符",
  "Too big: expected {0} to have <={1} characters": "最多 {1} 个字符",
  "Too small: expected {0} to be >={1}": "至少 {1}",
  "Too small: expected {0} to be >{1}": "要大于 {1}",
  "Too big: expected {0} to be <={1}": "最多 {1}",
  "Unrecognized key: {0}": "没有 {0} 这个设置",
  "Unrecognized keys: {0}": "没有这些设置：{0}",
  "Invalid email address": "不是邮箱地址",
  "Invalid URL": "不是网址",
  "Invalid IPv4 address": "不是 IPv4 地址",
  "Invalid IPv6 address": "不是 IPv6 地址",

  // Things in use, things that are there.
  "carrier {0} is used by {1}": "运营商 {0} 正被 {1} 使用",
  "target {0}": "目标 {0}",
  "vantage {0}": "探测点 {0}",
  "give them another carrier, or alarm lines without it, first; the history of a revoked vantage keeps its carrier":
    "请先给它们换运营商，或去掉用到它的告警线；已吊销探测点的历史保留其运营商",
  "there already is a secret {0}": "已有密钥 {0}",
  "choose another name, or give this one another value: carrierwatch secret edit":
    "换一个名称，或改它的值：carrierwatch secret edit",
  "secret {0} is used by target {1}": "密钥 {0} 正被目标 {1} 使用",
  "let these targets do without it first": "请先让这些目标不用它",
  "this collector has no key file to keep secrets with": "采集端没有密钥文件，存不了密钥",
  "a stored secret ({0}) does not open with {1}": "存下的密钥（{0}）用 {1} 打不开",
  "put back the key file that belongs to this database, or enter the secret again":
    "请放回与数据库配套的密钥文件，或重新填写密钥",
  "the key file {0} has {1} bytes instead of {2}": "密钥文件 {0} 有 {1} 字节，应为 {2} 字节",
  "put back the one that belongs to this database": "请放回与数据库配套的那个",
  "there already is a vantage {0}": "已有探测点 {0}",
  "choose another id; that of a revoked vantage stays with its history":
    "请换一个 id；已吊销探测点的 id 留给它的历史",
  "there is no carrier {0}; give carrierName to make it": "没有运营商 {0}；要新建它，请给出 carrierName",
  "vantage {0} runs beside this collector": "探测点 {0} 与采集端同机运行",
  "vantage {0} was revoked; its id stays with its history": "探测点 {0} 已吊销，它的 id 留给历史",
  "add a new vantage": "请新建探测点",

  // Ranges and archives.
  "a custom range needs from, in UTC seconds": "自选时间段要给出 from（UTC 秒）",
  "is {0}; nothing before {1} is kept": "是 {0}；{1} 之前没有数据",
  "{0} is not before its end {1}": "{0} 不早于结束 {1}",
  "no archive has {0} steps per row; at a step of {1} s there are {2}":
    "没有每行 {0} 步的归档；步长 {1} 秒的有 {2}",
  "no archive has rows of {0} steps of {1} s, nor rows they are made of":
    "没有每行 {0} 步（每步 {1} 秒）的归档，也没有可以合成它的归档",
  "LAST of rows of {0} s is not held until {1}: ask for what is later, or for AVERAGE, MAX or MIN; target edit --last keeps it from now on":
    "每行 {0} 秒的 LAST 在 {1} 及以前没有保存：请查之后的，或查 AVERAGE、MAX、MIN；target edit --last 从现在起保存",
  "percentiles of {0} are not held until {1}: ask for what is later, or for those of total; target edit --{2}-percentiles keeps them from now on":
    "{0} 的百分位数在 {1} 及以前没有保存：请查之后的，或查 total 的；target edit --{2}-percentiles 从现在起保存",
  "percentiles of {0} are not held after {1}: ask for what is earlier, or for those of total; target edit --{2}-percentiles keeps them from now on":
    "{0} 的百分位数在 {1} 以后没有保存：请查之前的，或查 total 的；target edit --{2}-percentiles 从现在起保存",
  "it would answer {0} values; at most {1} are": "会有 {0} 个值，最多 {1} 个",
  "it would answer {0} rows of {1} s; at most {2} are: begin later or end earlier":
    "会有 {0} 行（每行 {1} 秒），最多 {2} 行：请晚一点开始或早一点结束",
  "{0} s does not divide a day into whole steps of 10 s or more: write 60 or 300":
    "{0} 秒不能把一天分成 10 秒以上的整步：请写 60 或 300",

  // Measuring now, and what probes send.
  "{0} measurements were asked for in the last minutes": "最近几分钟已有 {0} 次即时测量",
  "try again in {0} s; what is to be measured regularly should be a target":
    "请 {0} 秒后再试；要经常测的应当建成目标",
  "you asked for {0} measurements in a minute, the limit": "一分钟内已测 {0} 次，到了上限",
  "the probe speaks wire version {0}, this collector {1} to {2}":
    "探针用的协议版本是 {0}，采集端支持 {1} 到 {2}",
  "update the collector first": "请先更新采集端",
  "update the probe": "请更新探针",
  "target {0} was never assigned to vantage {1}": "目标 {0} 从未交给探测点 {1}",
  "a report of {0} cannot be placed at {1}": "{0} 的报告不能放在 {1}",
  "{0} has sent {1} reports within an hour": "{0} 一小时内已发来 {1} 份报告",
  "no archive has such rows of {0} s, or there is no sample every {1} s at their end or later":
    "没有每行 {0} 秒的归档，或其末尾及以后没有每 {1} 秒一次的样本",
  "it is of target {0}, not {1}": "它属于目标 {0}，不是 {1}",
  "the archive of rows of {0} s keeps the newest {1}: it does not reach back so far":
    "每行 {0} 秒的归档只保存最新的 {1} 行，到不了那么早",
  "its end is still to come": "它的结束时间还没有到",
  "its tick {0} is {1} days ago; the longest archive reaches back {2} days":
    "它的时刻 {0} 在 {1} 天以前；最长的归档只到 {2} 天以前",
  "its tick {0} is {1} s ahead of the collector's clock ({2}); at most {3} s are taken":
    "它的时刻 {0} 比采集端的时钟（{2}）超前 {1} 秒；最多接受 {3} 秒",
  "another sample holds its tick {0}": "时刻 {0} 已有别的样本",
  "no archive is made of ticks every {0} s: a step divides a day, from 10 s on":
    "步长 {0} 秒没有归档：步长要能整除一天，最短 10 秒",
  "tick is not a multiple of stepS": "tick 不是 stepS 的倍数",
  "a failure goes with state down, and only with it": "failure 只能、也必须与 down 状态同时出现",
  "a reason goes with state unknown, and only with it": "原因只能、也必须与 unknown 状态同时出现",
  "an IP address, ipv4 or ipv6": "要一个 IP 地址、ipv4 或 ipv6",

  // Mail and pictures.
  "no mail server is set yet": "还没有设置邮件服务器",
  "the server did not take the message": "服务器没有接收这封邮件",
  "the recipient was removed": "收件人已删除",
  "the message is not readable": "邮件内容读不出来",
  "nobody could send it for more than a day": "一天多都没有发出去",
  "pictures cannot be drawn: @napi-rs/canvas is not installed": "画不了图：没有安装 @napi-rs/canvas",
  "npm install @napi-rs/canvas, where carrierwatch is installed":
    "在安装 carrierwatch 的目录运行 npm install @napi-rs/canvas",

  // The store.
  "a backup is made by a verb on the collector's own machine": "备份要在采集端本机用命令做",
  "run there: carrierwatch db backup --data DIR": "在那里运行：carrierwatch db backup --data 目录",
  "the store does not answer: its writer has ended": "存储没有应答：写入线程已经结束",
  "the store does not answer: {0}": "存储没有应答：{0}",
  "the disk of {0} is full: samples wait in the probes' spools": "{0} 所在的磁盘满了：样本在探针上等待上报",
  "the database in {0} cannot grow although its disk has room: samples wait in the probes' spools":
    "{0} 里的数据库无法变大，磁盘却有空间：样本在探针上等待上报",
  "is there a limit on the size of a file, such as LimitFSIZE or ulimit -f? start the collector without it":
    "是否限制了文件大小，例如 LimitFSIZE 或 ulimit -f？请去掉限制再启动采集端",
  "free space on it; the collector goes on by itself when {0} are free":
    "请腾出空间；空闲达到 {0} 时采集端会自己继续",

  // What a database says of itself.
  "{0} from {1} (step {2} s) cannot be read: {3}": "{1} 测的 {0}（步长 {2} 秒）读不出来：{3}",
  "{0} from {1} (step {2} s)": "{1} 测的 {0}（步长 {2} 秒）",
  "{0}: the strip is missing": "{0}：没有状态条",
  "{0}: the strip differs from the sample at {1}": "{0}：状态条与 {1} 的样本不符",
  "{0}: the strip of {1} differs from the sample at {2}": "{0}：{1} 的状态条与 {2} 的样本不符",
  "{0}: row {1} of {2} s, {3}, differs from its samples": "{0}：{2} 秒的行 {1}，{3} 与样本不符",
  "{0}: the last {1} of row {2} of {3} s differs from its sample":
    "{0}：{3} 秒的行 {2}，{1} 的末值与样本不符",
  "{0}: row {1} of {2} s": "{0}：{2} 秒的行 {1}",
  "{0}, {1}, contradicts itself": "{0}，{1} 自相矛盾",
  "{0}, total, differs from the strip": "{0}，total 与状态条不符",
  "event {0} is not what it is filed as": "事件 {0} 与它的登记不符",

  // Things by name.
  backup: "备份",
  range: "时间段",
  query: "查询",
  fetch: "取数",
  estimate: "估算",
  document: "文档",
  setting: "设置",
  "{0} path": " {0} 路径",
  "the cursor": "cursor",
  "the batch": "这批样本",
  "the set-up": "初始设置",
  "the time zone": "时区",
  "there is no sample of {0} from {1}": "{1} 没有测过 {0}",
  "history of": "历史：",
};
