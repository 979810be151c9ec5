/** Chinese: what keeps a collector, a probe, a demo or `check` from starting, and what to do about it. */
import type { Sentences } from "./translator.ts";

export const zhPrograms: Sentences = {
  // Where it listens.
  "--listen {0} is no address and port": "--listen {0} 不是“地址:端口”",
  "for example 127.0.0.1:8080, or 0.0.0.0:8080 for every network":
    "例如 127.0.0.1:8080；0.0.0.0:8080 对所有网络开放",
  "--base-path {0} is no path": "--base-path {0} 不是路径",
  "for example /watch": "例如 /watch",
  "--public-url {0} is no http or https address": "--public-url {0} 不是 http 或 https 网址",
  "for example https://watch.example.com": "例如 https://watch.example.com",
  "TLS needs both --tls-cert and --tls-key": "TLS 要同时给出 --tls-cert 和 --tls-key",
  "the TLS file {0} cannot be read: {1}": "TLS 文件 {0} 读不了：{1}",
  "the key {0} does not belong to the certificate {1}": "私钥 {0} 与证书 {1} 不配",
  "{0} and {1} are not a certificate and a key in PEM": "{0} 和 {1} 不是 PEM 格式的证书和私钥",
  "the file {0} cannot be read": "文件 {0} 读不了",
  "{0} {1} is no network": "{0} {1} 不是网段",
  "an address or CIDR, for example 10.0.0.0/8": "写地址或 CIDR，例如 10.0.0.0/8",
  "port {0} on {1} is in use by another program": "{1} 的端口 {0} 被别的程序占用",
  "stop that program, or choose another port with --listen": "请停掉那个程序，或用 --listen 换端口",
  "cannot listen on {0} port {1} ({2})": "不能在 {0} 端口 {1} 上监听（{2}）",
  "--listen takes an address of this machine, for example 127.0.0.1:8080":
    "--listen 要用本机的地址，例如 127.0.0.1:8080",

  // Its data.
  "the data folder {0} cannot be made: {1}": "建不了数据目录 {0}：{1}",
  "choose another with --data, or make it writable": "请用 --data 换一个，或给它写权限",
  "give another folder with --data, or check its parent's permissions":
    "请用 --data 换一个，或检查上级目录的权限",
  "the data folder {0} is in use by {1}": "数据目录 {0} 正被 {1} 使用",
  "another process": "另一个进程",
  "process {0} on {1}": "{1} 上的进程 {0}",
  "stop that process, or give this one another folder with --data": "请停掉那个进程，或用 --data 换目录",
  "the database was written by a newer carrierwatch ({0} bytes of open log records, this one has room for {1})":
    "数据库由更新的 carrierwatch 写入（未写满的测量明细 {0} 字节，本版本只容纳 {1} 字节）",
  "{0} was written by a newer carrierwatch (schema {1}, this one knows {2})":
    "{0} 由更新的 carrierwatch 写成（结构 {1}，本版认识到 {2}）",
  "run that version again, or restore a backup made before the upgrade": "请运行那个版本，或恢复升级前的备份",
  "{0} is open with synchronous={1}, acknowledged samples need {2}":
    "{0} 以 synchronous={1} 打开，确认过的样本需要 {2}",
  "{0} is not a carrierwatch database (application_id {1})":
    "{0} 不是 carrierwatch 数据库（application_id {1}）",
  "give another folder with --data": "请用 --data 换目录",
  "the database {0} cannot be opened for writing ({1})": "数据库 {0} 不能以写方式打开（{1}）",
  "check the owner and the permissions of the data folder": "请检查数据目录的属主和权限",
  "the database {0} is damaged: {1}": "数据库 {0} 已损坏：{1}",
  "put the newest backup in its place; probes send again what that backup lacks":
    "请用最新的备份换上；备份里缺的，探针会重新发送",
  "the data folder {0} cannot be written": "数据目录 {0} 不能写",
  "{0} cannot be written: {1}; the backup has {2} bytes": "{0} 写不了：{1}；备份有 {2} 字节",
  "the copy {0} cannot be written: there is such a file": "副本 {0} 写不了：已有这个文件",
  "a copy overwrites nothing: name another file": "副本不覆盖任何文件：请换个文件名",
  "the copy {0} cannot be written: {1}": "副本 {0} 写不了：{1}",
  "make room there, or name a file on another disk": "请腾出空间，或写到别的磁盘上",

  // Why a file cannot be read or written.
  "there is no such file or folder": "没有这个文件或目录",
  "permission denied": "没有权限",
  "it is a folder": "它是目录",
  "there is a file of that name": "那里有个同名的文件",
  "a part of its path is no folder": "路径中有一段不是目录",
  "the file system is read-only": "文件系统是只读的",
  "the disk is full": "磁盘满了",
  "the disk quota is used up": "磁盘配额用完了",
  "it is too large": "它太大了",
  "too many files are open": "打开的文件太多",
  "the name is too long": "名称太长",
  "its links go round in a circle": "链接绕成了圈",

  "nothing was changed; make room there and repeat the command": "什么都没有改变；请腾出空间后再运行一次",
  "there is no backup {0}": "没有备份 {0}",
  "{0} is the database itself, not a copy of it": "{0} 是数据库本身，不是副本",
  "{0} is no finished copy: a journal lies beside it": "{0} 不是完整的副本：旁边还有日志文件",
  "make copies with: carrierwatch db backup": "请用 carrierwatch db backup 做副本",
  "the backup {0} is damaged: {1}": "备份 {0} 已损坏：{1}",
  "take an older one": "请用更早的一份",
  "the copy {0} is damaged: {1}": "副本 {0} 已损坏：{1}",
  "the memory engine has nothing to copy to {0}": "内存引擎没有可复制到 {0} 的内容",
  "{0} holds real measurements; a demo does not write among them": "{0} 里是真实测量，演示不会写进去",
  "name another folder with --data": "请用 --data 换目录",
  "{0} is not what a demo writes": "{0} 不是演示写的内容",
  "start over: remove the folder {0}, or name another with --data": "请删除目录 {0} 重来，或用 --data 换目录",
  "the demo needs the loopback address {0}": "演示需要环回地址 {0}",
  "add it: {0}": "请加上：{0}",
  "all of 127.0.0.0/8 must belong to the loopback interface": "整个 127.0.0.0/8 要属于环回网卡",

  // A probe.
  "the probe has no collector: neither {0} (collector.url) nor --url names one":
    "探针没有采集端：{0}（collector.url）和 --url 都没有写",
  "join it: open Vantages on the collector's pages and paste the command it shows":
    "请加入：打开采集端的“探测点”页面，把给出的命令粘贴过来",
  "{0} and {1} hold the same key: each vantage has its own": "{0} 和 {1} 的钥匙相同：每个探测点要有自己的",
  "{0}: {1} cannot be read": "{0}：{1} 读不了",
  "not YAML": "不是 YAML",
  "an http or https URL": "要一个 http 或 https 网址",
  "an address or a network like 10.0.0.0/8": "要一个地址或网段，例如 10.0.0.0/8",
  "an IP address of this machine": "要一个本机的 IP 地址",
  "an IP address, with :port if not 53 ([...]:port for IPv6)":
    "要一个 IP 地址，端口不是 53 时加 :端口（IPv6 写成 [...]:端口）",
  "an IP address with its port: 203.0.113.1:443, or [2001:db8::1]:443":
    "要一个带端口的 IP 地址：203.0.113.1:443，或 [2001:db8::1]:443",
  "this folder holds samples": "这个目录里有样本",
  "two vantages share a folder": "两个探测点用了同一个目录",
  "beside `vantages` it would hold for all of them: give each its own":
    "与 `vantages` 并列会对所有探测点生效：请分别写",
  "the secret {0}: {1} cannot be read": "密钥 {0}：{1} 读不了",
  "the secret {0}: the variable {1} is not set": "密钥 {0}：没有设置环境变量 {1}",
  "a file, or { file: FILE }, or { env: NAME }": "写文件名，或 { file: 文件 }，或 { env: 变量名 }",
  "the probe has no key: there is no file {0}": "探针没有钥匙：没有文件 {0}",
  "the probe's key: {0} cannot be read": "探针的钥匙：{0} 读不了",
  "{0} holds no probe key (cwp_...)": "{0} 里没有探针的钥匙（cwp_...）",
  "another probe runs in {0}": "{0} 里已有另一个探针在运行",
  "carrierwatch probe --help": "carrierwatch probe --help 列出用法",
  "allow: {0} is not an address range": "allow: {0} 不是网段",
  "write it as CIDR, for example 127.0.0.1/32 or fd00::/8": "请写成 CIDR，例如 127.0.0.1/32 或 fd00::/8",
  "{0} holds no certificate": "{0} 里没有证书",
  "certificates are wanted in PEM form": "证书要用 PEM 格式",

  // Joining.
  "a join text does not belong on the command line, where others can read it":
    "加入口令不要写在命令行上，别人看得到",
  "give it on stdin, or in a file": "请从标准输入给出，或放进文件",
  "this is no join text: it begins with cwj1_ and is copied whole":
    "这不是加入口令：它以 cwj1_ 开头，要完整复制",
  "{0} cannot be written ({1}); nothing was sent": "{0} 写不了（{1}）；什么都没有发送",
  "the join text cannot be read from {0} ({1})": "从 {0} 读不到加入口令（{1}）",
  "{0} cannot be reached: {1}": "连不上 {0}：{1}",
  "{0} answered, but not as a collector does": "{0} 有应答，但不像采集端",
  "the collector refuses the join text: {0}": "采集端拒绝这个加入口令：{0}",
  "status {0}": "状态 {0}",
  "make a new one on the collector's page Vantages": "请在采集端的“探测点”页面新建一个",
  "a join text works once and for an hour: make a new one on the page Vantages":
    "加入口令只能用一次，一小时内有效：请在“探测点”页面新建一个",
  "carrierwatch probe join --help": "carrierwatch probe join --help 列出用法",
  "config.yaml is not valid: {0}": "config.yaml 不对：{0}",
  "the vantages of this folder deliver to {0}, and the join text is for {1}":
    "这个目录的探测点送往 {0}，而加入口令属于 {1}",
  "join with another --data folder": "请用另一个 --data 目录加入",
  "this folder's probe serves several vantages: which of them joins?":
    "这个目录的探针服务多个探测点：哪一个加入？",
  "name its folder with --vantage-folder": "请用 --vantage-folder 指定它的目录",

  // check
  "carrierwatch check --help": "carrierwatch check --help 列出用法",
  "give exactly one URL": "请给出一个网址",
  "-4 and -6 exclude each other": "-4 和 -6 不能同时用",
  "{0} {1} cannot be read: {2}": "{0} {1} 读不了：{2}",
  "--resolver {0}: give an IP address, with :port if it is not 53":
    "--resolver {0}：要写 IP 地址，端口不是 53 时加 :端口",
  "--local-address {0}: give an IP address of this machine": "--local-address {0}：要写本机的 IP 地址",
  "--resolve {0}: write HOST:PORT:ADDRESS, several addresses with commas":
    "--resolve {0}：写成 主机:端口:地址，多个地址用逗号分开",
  "-n {0}: give 1 to 100": "-n {0}：请写 1 到 100",
  "--{0} is for http and https; {1}:// has none": "--{0} 只用于 http 和 https，{1}:// 没有",
  '-H {0}: write it as "Name: value"': "-H {0}：请写成“名称: 值”",
  "give one of --bearer-file, --basic-file and --user": "--bearer-file、--basic-file、--user 只给一个",
  "a password on the command line can be read by everyone on this machine: give --user NAME and the password on standard input, or --basic-file":
    "命令行上的密码本机所有人都看得到：请用 --user 用户名，密码从标准输入给出，或用 --basic-file",
  "--basic-file: the file holds no user:password": "--basic-file：文件里没有 用户名:密码",
  "--cert and --key go together": "--cert 和 --key 要一起给",
  "--{0} {1}: give a number": "--{0} {1}：请写数字",
};
