/**
 * The subcommand `purge` of `target` and `vantage`: frees what a removal keeps, after a question or with --yes.
 *
 * It names what goes before it asks: how many series, of which time. Incidents and events stay.
 */
import { createInterface } from "node:readline/promises";
import { SeriesList } from "../wire/api-addresses.ts";
import { CarrierwatchError, NotFoundError } from "../wire/errors.ts";
import { answered } from "./answers.ts";
import { subcommand } from "./command.ts";
import { targetNamed, vantageNamed } from "./series.ts";
import { isoOf } from "./show-time.ts";

type PurgeFlags = {
  readonly target?: string;
  readonly vantage?: string;
  readonly address?: string;
  readonly yes?: boolean;
};

/** @param kind What the argument names; one that was removed is named by its id. */
export function purgeOf(kind: "target" | "vantage") {
  const other = kind === "target" ? "vantage" : "target";
  return subcommand<PurgeFlags>({
    usage: `purge <${kind.toUpperCase()}>`,
    about: "forget its history for good and free the space; of one that was removed, by its id",
    options: (command) => {
      command
        .option(`--${other} <${other.toUpperCase()}>`, `only what that ${other} has of it`)
        .option("--address <ADDRESS>", "only the series of one address, ipv4 or ipv6")
        .option("--yes", "do not ask");
    },
    async act({ client, flags, print }, [wanted = ""]) {
      const names = { ...flags, [kind]: wanted };
      const which = {
        ...(names.target === undefined ? {} : { target: (await targetNamed(client, names.target)).id }),
        ...(names.vantage === undefined ? {} : { vantage: (await vantageNamed(client, names.vantage)).id }),
      };
      const { series: all } = await answered(
        client,
        SeriesList,
        "GET",
        `/history?${new URLSearchParams(which)}`,
      );
      const held = all.filter(({ address }) => flags.address === undefined || address === flags.address);
      if (held.length === 0) throw new NotFoundError("history of", wanted);
      if (flags.yes !== true) await confirmed(summaryOf(held));
      const body = { ...which, ...(flags.address === undefined ? {} : { address: flags.address }) };
      const gone = await answered(client, SeriesList, "POST", "/history/purge", body);
      print(gone, () => `${wanted}  ${summaryOf(gone.series)} purged\n`);
    },
  });
}

function summaryOf(series: SeriesList["series"]): string {
  if (series.length === 0) return "nothing";
  const firstS = Math.min(...series.map((one) => one.firstS));
  const lastS = Math.max(...series.map((one) => one.lastS));
  return `${series.length} series, ${isoOf(firstS)} to ${isoOf(lastS)},`;
}

/** @throws CarrierwatchError code usage when the answer is not yes, or nobody is there to give one. */
async function confirmed(what: string): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new CarrierwatchError("usage", `${what} would be purged, for good`, {
      hint: "say --yes where nobody can be asked",
    });
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`purge ${what} for good? yes or no: `);
    if (answer.trim().toLowerCase() === "yes") return;
  } finally {
    asking.close();
  }
  throw new CarrierwatchError("usage", "nothing was purged");
}
