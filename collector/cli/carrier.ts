/** The verb `carrier`: the ISPs that vantages stand for. */
import type { Command } from "commander";
import { Carrier } from "../wire/carrier.ts";
import { answered, carriersOf, named } from "./answers.ts";
import { type CommonFlags, type Job, subcommand, verbOf } from "./command.ts";
import { facts, table } from "./table.ts";

type CarrierFlags = {
  readonly zh?: string;
  readonly en?: string;
  readonly color?: string;
  readonly order?: string;
};

const list = subcommand({
  usage: "list",
  about: "every carrier, in display order",
  async act({ client, print }) {
    const all = await carriersOf(client);
    const rows = all.map((carrier) => [
      carrier.id,
      carrier.name.zh,
      carrier.name.en,
      carrier.color,
      carrier.order,
    ]);
    print(all, () => table(["ID", "ZH", "EN", "COLOR", "ORDER"], rows, "no carriers"));
  },
});

const add = subcommand<CarrierFlags>({
  usage: "add <ID>",
  about: "add a carrier of your own",
  options: fields,
  act: (job, [id = ""]) =>
    stored(job, {
      id,
      name: { zh: job.flags.zh ?? job.flags.en ?? id, en: job.flags.en ?? job.flags.zh ?? id },
    }),
});

const show = subcommand({
  usage: "show <CARRIER>",
  about: "one carrier, by id or name",
  async act({ client, print }, [wanted = ""]) {
    const carrier = await carrierBy(client, wanted);
    print(carrier, () =>
      facts([
        ["id", carrier.id],
        ["zh", carrier.name.zh],
        ["en", carrier.name.en],
        ["color", carrier.color],
        ["order", carrier.order],
      ]),
    );
  },
});

const edit = subcommand<CarrierFlags>({
  usage: "edit <CARRIER>",
  about: "change names, colour or order",
  options: fields,
  async act(job, [wanted = ""]) {
    const { name, ...carrier } = await carrierBy(job.client, wanted);
    await stored(job, { ...carrier, name: { zh: job.flags.zh ?? name.zh, en: job.flags.en ?? name.en } });
  },
});

const remove = subcommand({
  usage: "remove <CARRIER>",
  about: "remove a carrier that no vantage and no target names",
  async act({ client, print }, [wanted = ""]) {
    const { id } = await carrierBy(client, wanted);
    await client.call("DELETE", `/carriers/${id}`);
    print({ removed: id }, () => `${id}  removed\n`);
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
  print(written, () => `${written.id}  ${written.name.zh}  ${written.name.en}\n`);
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

function fields(command: Command): void {
  command
    .option("--zh <NAME>", "name in Chinese")
    .option("--en <NAME>", "name in English")
    .option("--color <#RRGGBB>", "line colour on light ground")
    .option("--order <N>", "position in tables and legends, ascending");
}

export const verb = verbOf("carrier", "the ISPs that vantages stand for", [list, add, show, edit, remove]);
