/** Chinese: what verbs on the command line refuse, ask back and advise. Flags and examples stay as they are typed. */
import type { Sentences } from "./translator.ts";

export const zhVerbs: Sentences = {
  // Any verb.
  "there is no verb {0}": "没有 {0} 这个命令",
  "what should it do?": "要做什么？",
  "carrierwatch {0} --help says what it takes": "carrierwatch {=0} --help 列出用法",
  "carrierwatch {0} --help lists the options": "carrierwatch {=0} --help 列出选项",
  "{0} takes no {1}": "{=0} 不接受 {1}",
  "this is done on the collector's own machine": "这件事要在采集端本机做",
  "run it there, with --data DIR": "请在那里运行，并带 --data 目录",
  "give --url or --data, not both": "--url 和 --data 只能给一个",
  "--url {0} is no http or https address": "--url {0} 不是 http 或 https 网址",
  "for example --url https://watch.example.com": "例如 --url https://watch.example.com",
  "--url contains a password": "--url 里有密码",
  "use --token-file": "请用 --token-file",
  "--url needs an API token": "--url 要有 API 令牌",
  "{0} does not take this API token": "{0} 不接受这个 API 令牌",
  "it has ended, or is of another collector; make one there: carrierwatch token add NAME":
    "它已吊销，或属于别的采集端；请在那里新建：carrierwatch token add 名称",
  "the API token given is not one": "给出的不是 API 令牌",
  "put it in a file and name it with --token-file (- is stdin), or in CARRIERWATCH_TOKEN":
    "放进文件，用 --token-file 指定（- 是标准输入），或放进 CARRIERWATCH_TOKEN",
  "the token file {0} cannot be read: {1}": "令牌文件 {0} 读不了：{1}",
  "no collector answers at {0} ({1})": "{0} 没有采集端应答（{1}）",
  "no answer": "没有应答",
  "is it running, and is this its address?": "它在运行吗？地址对吗？",
  "{0} answered with status {1}, not as a collector": "{0} 以状态 {1} 应答，不像采集端",
  "is this the address of a carrierwatch collector, base path included?":
    "这是 carrierwatch 采集端的地址吗（包括路径前缀）？",
  "{0} (request {1}; the collector's log has the reason)": "{0}（请求 {1}；原因见采集端日志）",
  "the collector's answer to {0} {1} is not understood": "看不懂采集端对 {0} {1} 的应答",
  "are this program and the collector of the same version?": "这个程序和采集端是同一版本吗？",
  "there is no carrierwatch data in {0}": "{0} 里没有 carrierwatch 数据",
  "name the folder with --data or CARRIERWATCH_DATA, a collector with --url, or begin with: carrierwatch start":
    "用 --data 或 CARRIERWATCH_DATA 指定数据目录，用 --url 指定采集端，或先运行 carrierwatch start",
  "the data folder {0} belongs to another user": "数据目录 {0} 属于另一个用户",
  "run the verb as the user who runs the collector, or use --url with an API token":
    "请以运行采集端的用户运行，或用 --url 加 API 令牌",
  "no collector runs, so nothing mails": "没有采集端在运行，发不了邮件",
  "{0} {1}s are called {2}": "有 {0} 个{1}都叫 {2}",
  "use the id: {0}": "请用 id：{0}",
  "from which vantage?": "哪个探测点的？",
  "--vantage takes one of: {0}": "--vantage 可用：{0}",
  "there is no vantage yet": "还没有探测点",
  "{0} {1} is no time": "{0} {1} 不是时间",
  "use UTC seconds, 2026-11-21T08:00Z, or how long ago: 90m, 2h, 7d":
    "写 UTC 秒、2026-11-21T08:00Z，或多久以前：90m、2h、7d",
  "no {0} on standard input": "标准输入里没有{0}",
  "the two were not the same {0}": "两次输入的{0}不一样",
  password: "密码",
  "new password": "新密码",
  value: "值",
  "the {0} {1} cannot be read: {2}": "{0} {1} 读不了：{2}",
  "body file": "请求体文件",
  "CA file": "CA 文件",
  "client certificate": "客户端证书",
  "target file": "目标文件",
  "{0} cannot be read: {1}": "{0} 读不了：{1}",
  "{0} {1} is none of {2}": "{0} {1} 不对，可用：{2}",
  "{0} {1} is not {2}": "{0} {1} 不是{2}",

  // target
  "--header {0} is not 'Name: value'": "--header {0} 不是“名称: 值”",
  "--bearer-secret stands alone: a request has one authorization":
    "--bearer-secret 要单独用：一个请求只有一种认证",
  "--basic-user USER and --secret NAME go together": "--basic-user 和 --secret 要一起给",
  "--client-cert FILE and --client-key-secret NAME go together":
    "--client-cert 和 --client-key-secret 要一起给",
  "--expect-json {0} compares with an object or a list": "--expect-json {0} 在和对象或列表比较",
  "name the values in it one by one; for text that looks like one write it in quotes: path='\"{}\"'":
    "请逐个写出其中的值；内容看起来像对象的文字要加引号：path='\"{}\"'",
  "--body and --body-file: give one of the two": "--body 和 --body-file 只给一个",
  "the target in {0} is not JSON": "{0} 里的目标不是 JSON",
  "the target in {0} is not a JSON object": "{0} 里的目标不是 JSON 对象",
  "1x600,6x700,24x775:0.5 (ticks a row x rows, then xff), or default":
    "1x600,6x700,24x775:0.5（每行步数 x 行数，再是 xff），也不是 default",
  "a field of a target: {0}": "目标的字段：{0}",
  "all, carrier:ct, tag:beijing or vantage:ct-sh": " all、carrier:ct、tag:beijing 或 vantage:ct-sh",
  "METRIC=NUMBER, for example total=800": "“指标=数字”，例如 total=800",
  "{0} series, {1} to {2}, would be purged, for good": "将永久清除 {0} 条序列，{1} 至 {2}",
  "say --yes where nobody can be asked": "没有人可问时请加 --yes",
  "stopped at the question: nothing was done": "在提问处中止：什么都没有做",
  "nothing was purged": "没有清除任何东西",

  // secret, user, vantage
  "there is no value in {0}": "{0} 里没有值",
  "the value file {0} cannot be read: {1}": "值文件 {0} 读不了：{1}",
  "what should change?": "要改什么？",
  "give --language or --time-zone": "请给出 --language 或 --time-zone",
  "a join command needs a running collector, and none runs here": "加入命令需要运行着的采集端，这里没有",
  "start it first: carrierwatch start": "请先启动：carrierwatch start",

  // check --from
  "no collector runs on this data folder, so no vantage can be asked":
    "这个数据目录没有采集端在运行，没有探测点可问",
  "start it, or name one that runs with --url; without --from this machine measures itself":
    "请启动它，或用 --url 指定运行着的采集端；不带 --from 就由本机测量",
  "--from names nobody: for example --from ct,cnc": "--from 没有写任何名称：例如 --from ct,cnc",
  "-n measures several times from this machine; from vantages it is once":
    "-n 用于从本机测多次；由探测点测只有一次",
  "{0} is set in each vantage's own file, not from here": "{0} 写在各探测点自己的文件里，这里不能指定",
  "{0}: credentials of this machine are not sent to vantages; keep them with carrierwatch secret and name them in a target":
    "{0}：本机的凭据不会发给探测点；请用 carrierwatch secret 保存，并在目标里引用",
  "--resolve: vantages take one address, for the URL's own host and port":
    "--resolve：探测点只接受一个地址，并且要是网址自己的主机和端口",

  // fetch, graph, export
  "--exclude {0} is not FROM..TO": "--exclude {0} 不是“开始..结束”",
  "for instance --exclude 2026-11-21T01:00Z..2026-11-21T03:30Z":
    "例如 --exclude 2026-11-21T01:00Z..2026-11-21T03:30Z",
  "--out {0}: pictures are PNG or SVG": "--out {0}：图片只有 PNG 或 SVG",
  "a picture is no text for a terminal": "图片不能显示在终端里",
  "name a file: --out chart.png": "请指定文件：--out chart.png",
  "no carrier {0} measures {1}": "没有运营商 {0} 在测 {1}",
  "no address {0} of {1} is measured apart": "{1} 没有单独测量地址 {0}",
  "it has one series, of all its addresses": "它只有一条序列，不分地址",
  "nobody has measured it yet": "还没有人测过它",
  "{0} cannot be written: {1}": "{0} 写不了：{1}",
  "--range {0} is none of 3h, day, week, month, year": "--range {0} 不对，可用：3h、day、week、month、year",
  "--to goes with --from": "--to 要和 --from 一起给",
  "--lang {0} is neither zh nor en": "--lang {0} 不对，只能是 zh 或 en",
  "{0} {1} is no whole number from {2} to {3}": "{0} {1} 不是 {2} 到 {3} 的整数",
  "--time-zone {0} is unknown here": "不认识 --time-zone {0}",
  "phases are areas of averages: --cf and --percentile are for lines":
    "phases 画的是平均值的面积：--cf 和 --percentile 只用于曲线",
  "for example --metric total --percentile 95": "例如 --metric total --percentile 95",
  "--percentile is of total and of ttfb, not of {0}": "--percentile 只用于 total 和 ttfb，不能用于 {0}",
  "{0} lines of each carrier cannot be told apart": "每家运营商画 {0} 条线就分不清了",
  "--cf and --percentile: {0} together at most": "--cf 和 --percentile 合起来最多 {0} 个",
  "--percentile {0} is no number above 0 and up to 100": "--percentile {0} 不对，要大于 0，不超过 100",
  "in which form?": "要哪种格式？",
  "give one of --rrd, --csv and --jsonl": "请给出 --rrd、--csv、--jsonl 中的一个",
  "--step {0} is no whole number of seconds": "--step {0} 不是整秒数",
  "--rrd writes whole archives; --from and --to are for samples":
    "--rrd 写完整的归档；--from 和 --to 只用于样本",
  "--step names a generation for --rrd; samples carry their step": "--step 为 --rrd 选定一代；样本自带步长",
  "{0} from {1} was never measured every {2} s": "{1} 从未每 {2} 秒测一次 {0}",
  "there are steps of {0} s": "有过的步长：{0} 秒",

  // import
  "--from {0} is not before --to {1}": "--from {0} 不早于 --to {1}",
  "--from {0} is not in the past": "--from {0} 不在过去",
  "--range does not go with --from and --to": "--range 不能和 --from、--to 一起用",
  "--below {0} is no number of ms above 0 and up to {1}": "--below {0} 不是大于 0、至多 {1} 的毫秒数",
  "in which form is it?": "它是哪种格式？",
  "{0} lines were refused, the others are in": "{0} 行被拒绝，其余已导入",
  "{0} lines were refused, nothing is in": "{0} 行被拒绝，什么也没有导入",
  "one line was refused, the others are in": "1 行被拒绝，其余已导入",
  "one line was refused, nothing is in": "1 行被拒绝，什么也没有导入",
  "their reasons stand above; put the lines right and import the file again":
    "原因见上；改好这些行后再导入这个文件",
  "stopped as asked: chunk {0} was not sent": "已按要求停止：第 {0} 块没有发送",
  "--from-chunk {0} is no whole number": "--from-chunk {0} 不是整数",
  "--from-chunk {0} is beyond the end of the file: {1} at most": "--from-chunk {0} 超出了文件末尾：最多 {1}",
  "nothing was sent; without --from-chunk the whole file is imported, and what is held already stands":
    "什么也没有发送；不加 --from-chunk 就导入整个文件，已有的保持不变",
  "--unit {0} is none of s, ms, us": "--unit {0} 不对，可用：s、ms、us",
  "--map {0} is not NAME=METRIC": "--map {0} 不是“列名=指标”",
  "METRIC is one of {0}": "指标可用：{0}",
  "chunk {0} was not stored: {1}": "第 {0} 块没有存下：{1}",
  "those before it are; go on with the same file and --from-chunk {0}":
    "之前的都已存下；请用同一个文件加 --from-chunk {0} 继续",
  "there is no data source {0}": "没有数据源 {0}",
  "it has {0}; map them with --map DS=METRIC": "有 {0}；请用 --map 数据源=指标 对应",
  "this is not what rrdtool dump writes": "这不是 rrdtool dump 写的内容",
  "the dump is cut short: it does not end with </rrd>": "dump 被截断了：没有以 </rrd> 结尾",
  "{0} is cut short or damaged: its gzip data is not whole": "{0} 被截断或已损坏：gzip 数据不完整",
  "the heading names neither tick nor t": "表头里既没有 tick 也没有 t",
  "it has {0} fields, the heading {1}": "有 {0} 列，表头 {1} 列",
  "tick is not whole UTC seconds": "tick 不是整 UTC 秒",
  "it has neither a state nor a total": "既没有 state 也没有 total",
  "{0} is {1}, not a number from 0 on": "{0} 是 {1}，不是 0 以上的数字",
  "it has no step_s; give --step": "没有 step_s；请给出 --step",
  "it is no JSON object": "不是 JSON 对象",
  "it is not JSON": "不是 JSON",
  "it is longer than 1 MiB": "超过 1 MiB",
  "there is no column {0}": "没有列 {0}",
  "it has {0}; map them with --map NAME=METRIC": "有 {0}；请用 --map 列名=指标 对应",
  "it has no tick": "没有 tick",
  "the row {0} of {1} s: {2}": "{0} 那一行（{1} 秒）：{2}",
  "{0} {1}s are called {2}: give the id": "有 {0} 个{1}都叫 {2}：请写 id",
  "it names no {0}; give --{1}": "没有写{0}；请给出 --{=1}",
  "tick {0} was on line {1} already": "时刻 {0} 在第 {1} 行已有",

  // db, config
  "a backup is made on the collector's own machine": "备份要在采集端本机做",
  "the store has {0} problems": "存储有 {0} 处问题",
  "keep the file, and restore the newest backup": "请保留这个文件，再恢复最新的备份",
  "check or reference?": "check 还是 reference？",
  "config cannot {0}": "config 不会 {0}",
  "carrierwatch config --help says what it takes": "carrierwatch config --help 列出用法",

  // What the parsers of the command line say by themselves.
  "unknown option '{0}'": "没有选项 '{0}'",
  "unknown command '{0}'": "没有子命令 '{0}'",
  "missing required argument '{0}'": "缺少参数 '{0}'",
  "option '{0}' argument missing": "选项 '{0}' 缺少值",
  "required option '{0}' not specified": "缺少选项 '{0}'",
  "too many arguments for '{0}'. Expected {1} but got {2}: {3}.":
    "'{0}' 的参数太多：应为 {1}，给了 {2} 个：{3}",
  "{0} argument": "{0} 个",
  "{0} arguments": "{0} 个",
  "Unknown option '{0}'": "没有选项 '{0}'",
  "Unknown option '{0}'. To specify a positional argument {1}": "没有选项 '{0}'（{1}）",
  "Option '{0}' argument missing": "选项 '{0}' 缺少值",
  "Option '{0}' does not take an argument": "选项 '{0}' 不带值",
  "{0}\n(Did you mean {1}?)": "{0}（是不是 {1}？）",
};
