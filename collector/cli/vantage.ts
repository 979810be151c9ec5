/** The verb `vantage`: the places that measure, and the command that joins a machine. */

import { coded, maybeCoded } from "../report/coded.ts";
import { JoinCommand, type VantageView } from "../wire/api-settings.ts";
import type { Egress } from "../wire/egress.ts";
import { UnavailableError } from "../wire/errors.ts";
import { same, type Text } from "../wire/said/text.ts";
import { Vantage } from "../wire/vantage.ts";
import { answered, vantageBy, vantagesOf } from "./answers.ts";
import { type CommonFlags, type Job, subcommand, verbOf } from "./command.ts";
import type { Options } from "./described.ts";
import { purgeOf } from "./purge.ts";
import { isoOf } from "./show-time.ts";
import { type CellText, facts, table } from "./table.ts";

type VantageFlags = {
  readonly name?: string;
  readonly carrier?: string;
  readonly tag?: readonly string[];
  readonly id?: string;
};

const HEADING: readonly Text[] = [
  same("ID"),
  { en: "NAME", zh: "名称" },
  { en: "CARRIER", zh: "运营商" },
  { en: "TAGS", zh: "标签" },
  { en: "STATUS", zh: "状态" },
  { en: "CONTACT", zh: "最近联系" },
  { en: "VERSION", zh: "版本" },
  { en: "SKEW MS", zh: "时钟偏差 ms" },
  { en: "SPOOL", zh: "待上报" },
];
const NONE: Text = {
  en: "no vantages: carrierwatch vantage add NAME --carrier ct",
  zh: "没有探测点：carrierwatch vantage add 名称 --carrier ct",
};

const list = subcommand({
  usage: "list",
  about: { en: "every vantage and how it is doing", zh: "全部探测点及其状况" },
  async act({ client, print }) {
    const all = await vantagesOf(client);
    const rows = all.map(({ vantage, status, contact }) => [
      vantage.id,
      vantage.name,
      vantage.carrier,
      vantage.tags.join(" "),
      statusOf(status),
      contact ? isoOf(contact.atMs / 1000) : null,
      contact?.probeVersion ?? null,
      contact?.skewMs ?? null,
      contact?.spoolRecords ?? null,
    ]);
    print(all, () => table(HEADING, rows, NONE));
  },
});

const add = subcommand<VantageFlags>({
  usage: "add <NAME>",
  about: {
    en: "add a vantage and print the command that joins a machine to it",
    zh: "添加探测点，并显示让机器加入的命令",
  },
  options: (options) => {
    fields(options);
    options.option("--id <ID>", { en: "id to give it; default from the name", zh: "它的 ID；默认取自名称" });
  },
  async act(job, [name = ""]) {
    mustRun(job);
    const { carrier = "local", tag = [], id } = job.flags;
    const body = { name, carrier, tags: tag, ...(id === undefined ? {} : { id }) };
    printJoin(job, await answered(job.client, JoinCommand, "POST", "/vantages", body));
  },
});

const join = subcommand({
  usage: "join <VANTAGE>",
  about: {
    en: "print a new join command; an older unused one stops working",
    zh: "显示新的加入命令；以前没用过的就此失效",
  },
  async act(job, [wanted = ""]) {
    mustRun(job);
    const { vantage } = await vantageBy(job.client, wanted);
    printJoin(job, await answered(job.client, JoinCommand, "POST", `/vantages/${vantage.id}/join`));
  },
});

const show = subcommand({
  usage: "show <VANTAGE>",
  about: { en: "one vantage, by id or name", zh: "一个探测点，按 ID 或名称" },
  async act({ client, print }, [wanted = ""]) {
    const view = await vantageBy(client, wanted);
    print(view, () => facts(factsOf(view)));
  },
});

const edit = subcommand<VantageFlags>({
  usage: "edit <VANTAGE>",
  about: { en: "change name, carrier or tags", zh: "修改名称、运营商或标签" },
  options: (options) => {
    fields(options);
    options.option("--name <NAME>", { en: "another name", zh: "新的名称" });
  },
  async act({ client, flags, print }, [wanted = ""]) {
    const { vantage } = await vantageBy(client, wanted);
    const next = {
      name: flags.name ?? vantage.name,
      carrier: flags.carrier ?? vantage.carrier,
      tags: flags.tag ?? vantage.tags,
    };
    const body = { version: vantage.version, vantage: next };
    const changed = await answered(client, Vantage, "PUT", `/vantages/${vantage.id}`, body);
    print(changed, () => ({ en: `${changed.id}  changed\n`, zh: `${changed.id}  已修改\n` }));
  },
});

const remove = subcommand({
  usage: "remove <VANTAGE>",
  about: { en: "revoke it: its key ends, its history stays", zh: "吊销：它的钥匙失效，历史保留" },
  async act({ client, print }, [wanted = ""]) {
    const { vantage } = await vantageBy(client, wanted);
    await client.call("DELETE", `/vantages/${vantage.id}`);
    print({ revoked: vantage.id }, () => ({
      en: `${vantage.id}  revoked; its history stays\n`,
      zh: `${vantage.id}  已吊销，历史保留\n`,
    }));
  },
});

/** Name and value of what is known of it, in the order of its page. */
function factsOf({ vantage, contact, status, counters, egress }: VantageView): [Text, CellText][] {
  return [
    [{ en: "name", zh: "名称" }, vantage.name],
    [same("id"), vantage.id],
    [{ en: "carrier", zh: "运营商" }, vantage.carrier],
    [{ en: "tags", zh: "标签" }, vantage.tags.join(" ") || null],
    [{ en: "status", zh: "状态" }, statusOf(status)],
    [{ en: "last contact", zh: "最近联系" }, contact ? isoOf(contact.atMs / 1000) : null],
    [{ en: "address", zh: "地址" }, contact?.address ?? null],
    ...egress.map((one): [Text, CellText] => [{ en: "seen from", zh: "出口地址" }, egressText(one)]),
    [{ en: "probe", zh: "探针版本" }, contact?.probeVersion ?? null],
    [{ en: "clock skew", zh: "时钟偏差" }, contact?.skewMs == null ? null : `${contact.skewMs} ms`],
    [{ en: "spool", zh: "待上报" }, contact ? spoolText(contact.spoolRecords, contact.spoolBytes) : null],
    [{ en: "lost by the probe", zh: "探针丢失" }, contact ? contact.dropped + contact.quarantined : null],
    ...Object.entries(counters).map(([name, count]): [Text, CellText] => [
      maybeCoded(name, `vantages.counter.${name}`),
      count,
    ]),
  ];
}

function statusOf(status: VantageView["status"]): Text {
  return coded(status, `vantages.status.${status}`);
}

function spoolText(records: number, bytes: number): Text {
  return { en: `${records} records, ${bytes} bytes`, zh: `${records} 条，${bytes} 字节` };
}

function egressText({ address, sinceS, hint }: Egress): Text {
  const whose = [hint?.name, hint?.asn === undefined ? undefined : `AS${hint.asn}`]
    .filter(Boolean)
    .join(", ");
  const since = isoOf(sinceS);
  return {
    en: `${address} since ${since}${whose === "" ? "" : ` (${whose})`}`,
    zh: `${address}，自 ${since}${whose === "" ? "" : `（${whose}）`}`,
  };
}

function fields(options: Options): void {
  options
    .option("--carrier <ID>", {
      en: "whose network it is in: ct, cnc, cmcc, local or your own",
      zh: "在谁的网络里：ct、cnc、cmcc、local 或自己添加的",
    })
    .option(
      "--tag <TAG>",
      { en: "a word targets can choose it by; may be repeated", zh: "供目标选用的标签；可重复" },
      { repeated: true },
    );
}

/** Only a running collector knows its address and serves the probe program. */
function mustRun({ client }: Pick<Job<CommonFlags>, "client">): void {
  if (client.running) return;
  throw new UnavailableError("not_running", "a join command needs a running collector, and none runs here", {
    hint: "start it first: carrierwatch start",
  });
}

/** The command alone on stdout, so that it can be piped; what to do with it on stderr. */
function printJoin(
  { flags, note, print }: Pick<Job<CommonFlags>, "flags" | "note" | "print">,
  joined: JoinCommand,
): void {
  if (flags.json !== true) {
    const until = isoOf(joined.expiresMs / 1000);
    note({
      en: `${joined.vantage}: paste this on the other machine, once, before ${until}:`,
      zh: `${joined.vantage}：在 ${until} 之前粘贴到另一台机器上，只能用一次：`,
    });
  }
  print(joined, () => same(joined.command));
}

export const verb = verbOf("vantage", { en: "the places that measure", zh: "探测点，即从哪里测量" }, [
  list,
  add,
  join,
  show,
  edit,
  remove,
  purgeOf("vantage"),
]);
