/** The verb `vantage`: the places that measure, and the command that joins a machine. */
import type { Command } from "commander";
import { JoinCommand } from "../wire/api-settings.ts";
import type { Egress } from "../wire/egress.ts";
import { UnavailableError } from "../wire/errors.ts";
import { Vantage } from "../wire/vantage.ts";
import { answered, vantageBy, vantagesOf } from "./answers.ts";
import { type CommonFlags, type Job, repeated, subcommand, verbOf } from "./command.ts";
import { purgeOf } from "./purge.ts";
import { isoOf } from "./show-time.ts";
import { facts, table } from "./table.ts";

type VantageFlags = {
  readonly name?: string;
  readonly carrier?: string;
  readonly tag?: readonly string[];
  readonly id?: string;
};

const list = subcommand({
  usage: "list",
  about: "every vantage and how it is doing",
  async act({ client, print }) {
    const all = await vantagesOf(client);
    const rows = all.map(({ vantage, status, contact }) => [
      vantage.id,
      vantage.name,
      vantage.carrier,
      vantage.tags.join(" "),
      status,
      contact ? isoOf(contact.atMs / 1000) : null,
      contact?.probeVersion ?? null,
      contact?.skewMs ?? null,
      contact?.spoolRecords ?? null,
    ]);
    const heading = ["ID", "NAME", "CARRIER", "TAGS", "STATUS", "CONTACT", "VERSION", "SKEW MS", "SPOOL"];
    print(all, () => table(heading, rows, "no vantages: carrierwatch vantage add NAME --carrier ct"));
  },
});

const add = subcommand<VantageFlags>({
  usage: "add <NAME>",
  about: "add a vantage and print the command that joins a machine to it",
  options: (command) => {
    fields(command);
    command.option("--id <ID>", "id to give it; default from the name");
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
  about: "print a new join command; an older unused one stops working",
  async act(job, [wanted = ""]) {
    mustRun(job);
    const { vantage } = await vantageBy(job.client, wanted);
    printJoin(job, await answered(job.client, JoinCommand, "POST", `/vantages/${vantage.id}/join`));
  },
});

const show = subcommand({
  usage: "show <VANTAGE>",
  about: "one vantage, by id or name",
  async act({ client, print }, [wanted = ""]) {
    const view = await vantageBy(client, wanted);
    const { vantage, contact, status, counters, egress } = view;
    print(view, () =>
      facts([
        ["name", vantage.name],
        ["id", vantage.id],
        ["carrier", vantage.carrier],
        ["tags", vantage.tags.join(" ") || null],
        ["status", status],
        ["last contact", contact ? isoOf(contact.atMs / 1000) : null],
        ["address", contact?.address ?? null],
        ...egress.map((one) => ["seen from", egressText(one)] as const),
        ["probe", contact?.probeVersion ?? null],
        ["clock skew", contact?.skewMs == null ? null : `${contact.skewMs} ms`],
        ["spool", contact ? `${contact.spoolRecords} records, ${contact.spoolBytes} bytes` : null],
        ["lost by the probe", contact ? contact.dropped + contact.quarantined : null],
        ...Object.entries(counters).map(([name, count]) => [name, count] as const),
      ]),
    );
  },
});

const edit = subcommand<VantageFlags>({
  usage: "edit <VANTAGE>",
  about: "change name, carrier or tags",
  options: (command) => {
    fields(command);
    command.option("--name <NAME>", "another name");
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
    print(changed, () => `${changed.id}  changed\n`);
  },
});

const remove = subcommand({
  usage: "remove <VANTAGE>",
  about: "revoke it: its key ends, its history stays",
  async act({ client, print }, [wanted = ""]) {
    const { vantage } = await vantageBy(client, wanted);
    await client.call("DELETE", `/vantages/${vantage.id}`);
    print({ revoked: vantage.id }, () => `${vantage.id}  revoked; its history stays\n`);
  },
});

function egressText({ address, sinceS, hint }: Egress): string {
  const whose = [hint?.name, hint?.asn === undefined ? undefined : `AS${hint.asn}`]
    .filter(Boolean)
    .join(", ");
  return `${address} since ${isoOf(sinceS)}${whose === "" ? "" : ` (${whose})`}`;
}

function fields(command: Command): void {
  command
    .option("--carrier <ID>", "whose network it is in: ct, cnc, cmcc, local or your own")
    .option("--tag <TAG>", "a word targets can choose it by; may be repeated", repeated);
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
    note(`${joined.vantage}: paste this on the other machine, once, before ${until}:`);
  }
  print(joined, () => joined.command);
}

export const verb = verbOf("vantage", "the places that measure", [
  list,
  add,
  join,
  show,
  edit,
  remove,
  purgeOf("vantage"),
]);
