/** The verb `carrier`: the ISPs that vantages stand for. */
import { Carrier } from "../wire/carrier.ts";
import { same, type Text } from "../wire/said/text.ts";
import { answered, carriersOf, named } from "./answers.ts";
import { type CommonFlags, type Job, subcommand, verbOf } from "./command.ts";
import type { Options } from "./described.ts";
import { facts, table } from "./table.ts";

type CarrierFlags = {
  readonly zh?: string;
  readonly en?: string;
  readonly color?: string;
  readonly order?: string;
};

const HEADING: readonly Text[] = [
  same("ID"),
  { en: "ZH", zh: "中文名" },
  { en: "EN", zh: "英文名" },
  { en: "COLOR", zh: "颜色" },
  { en: "ORDER", zh: "顺序" },
];

const list = subcommand({
  usage: "list",
  about: { en: "every carrier, in display order", zh: "全部运营商，按显示顺序" },
  async act({ client, print }) {
    const all = await carriersOf(client);
    const rows = all.map((carrier) => [
      carrier.id,
      carrier.name.zh,
      carrier.name.en,
      carrier.color,
      carrier.order,
    ]);
    print(all, () => table(HEADING, rows, { en: "no carriers", zh: "没有运营商" }));
  },
});

const add = subcommand<CarrierFlags>({
  usage: "add <ID>",
  about: { en: "add a carrier of your own", zh: "添加自己的运营商" },
  options: fields,
  act: (job, [id = ""]) =>
    stored(job, {
      id,
      name: { zh: job.flags.zh ?? job.flags.en ?? id, en: job.flags.en ?? job.flags.zh ?? id },
    }),
});

const show = subcommand({
  usage: "show <CARRIER>",
  about: { en: "one carrier, by id or name", zh: "一家运营商，按 ID 或名称" },
  async act({ client, print }, [wanted = ""]) {
    const carrier = await carrierBy(client, wanted);
    print(carrier, () =>
      facts([
        [same("id"), carrier.id],
        [{ en: "zh", zh: "中文名" }, carrier.name.zh],
        [{ en: "en", zh: "英文名" }, carrier.name.en],
        [{ en: "color", zh: "颜色" }, carrier.color],
        [{ en: "order", zh: "顺序" }, carrier.order],
      ]),
    );
  },
});

const edit = subcommand<CarrierFlags>({
  usage: "edit <CARRIER>",
  about: { en: "change names, colour or order", zh: "修改名称、颜色或顺序" },
  options: fields,
  async act(job, [wanted = ""]) {
    const { name, ...carrier } = await carrierBy(job.client, wanted);
    await stored(job, { ...carrier, name: { zh: job.flags.zh ?? name.zh, en: job.flags.en ?? name.en } });
  },
});

const remove = subcommand({
  usage: "remove <CARRIER>",
  about: {
    en: "remove a carrier that no vantage and no target names",
    zh: "删除没有探测点和目标用到的运营商",
  },
  async act({ client, print }, [wanted = ""]) {
    const { id } = await carrierBy(client, wanted);
    await client.call("DELETE", `/carriers/${id}`);
    print({ removed: id }, () => ({ en: `${id}  removed\n`, zh: `${id}  已删除\n` }));
  },
});

const GREY = "#6b7280";

async function stored(
  { client, flags, print }: Job<CarrierFlags & CommonFlags>,
  carrier: Pick<Carrier, "id" | "name"> & Partial<Carrier>,
): Promise<void> {
  const order = flags.order === undefined ? (carrier.order ?? 100) : Number(flags.order);
  const body = { ...carrier, color: flags.color ?? carrier.color ?? GREY, order };
  const written = await answered(client, Carrier, "PUT", `/carriers/${encodeURIComponent(carrier.id)}`, body);
  print(written, () => same(`${written.id}  ${written.name.zh}  ${written.name.en}\n`));
}

async function carrierBy(client: Job<CommonFlags>["client"], wanted: string): Promise<Carrier> {
  const all = await carriersOf(client);
  const byChinese = all.find((carrier) => carrier.name.zh === wanted);
  return (
    byChinese ??
    named(
      "carrier",
      wanted,
      all,
      (one) => one.id,
      (one) => one.name.en,
    )
  );
}

function fields(options: Options): void {
  options
    .option("--zh <NAME>", { en: "name in Chinese", zh: "中文名称" })
    .option("--en <NAME>", { en: "name in English", zh: "英文名称" })
    .option("--color <#RRGGBB>", { en: "line colour on light ground", zh: "浅色背景上的线条颜色" })
    .option("--order <N>", {
      en: "position in tables and legends, ascending",
      zh: "在表格和图例中的位置，从小到大",
    });
}

const ABOUT: Text = { en: "the ISPs that vantages stand for", zh: "探测点所属的运营商" };

export const verb = verbOf("carrier", ABOUT, [list, add, show, edit, remove]);
