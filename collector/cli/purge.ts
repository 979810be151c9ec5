/**
 * The subcommand `purge` of `target` and `vantage`: frees what a removal keeps, after a question or with --yes.
 *
 * It names what goes before it asks: how many series, of which time. Incidents and events stay.
 */
import { SeriesList } from "../wire/api-addresses.ts";
import { CarrierwatchError, NotFoundError } from "../wire/errors.ts";
import type { Language } from "../wire/ids.ts";
import type { Text } from "../wire/said/text.ts";
import { answered } from "./answers.ts";
import { ask } from "./ask.ts";
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
    about: {
      en: "forget its history for good and free the space; of one that was removed, by its id",
      zh: "永久清除它的历史并腾出空间；已删除的用它的 ID",
    },
    options: (options) => {
      options
        .option(`--${other} <${other.toUpperCase()}>`, ONLY[other])
        .option("--address <ADDRESS>", {
          en: "only the series of one address, ipv4 or ipv6",
          zh: "只清除一个地址的序列，或 ipv4、ipv6",
        })
        .option("--yes", { en: "do not ask", zh: "不再询问" });
    },
    async act({ client, flags, language, print }, [wanted = ""]) {
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
      if (flags.yes !== true) await confirmed(summaryOf(held), language);
      const body = { ...which, ...(flags.address === undefined ? {} : { address: flags.address }) };
      const gone = await answered(client, SeriesList, "POST", "/history/purge", body);
      print(gone, () => purgedText(wanted, gone.series));
    },
  });
}

const ONLY: Readonly<Record<"target" | "vantage", Text>> = {
  target: { en: "only what that target has of it", zh: "只清除这个目标的" },
  vantage: { en: "only what that vantage has of it", zh: "只清除这个探测点的" },
};

function purgedText(wanted: string, series: SeriesList["series"]): Text {
  if (series.length === 0) return { en: `${wanted}  nothing purged\n`, zh: `${wanted}  没有清除任何东西\n` };
  const { count, from, to } = summaryOf(series);
  return {
    en: `${wanted}  ${count} series, ${from} to ${to}, purged\n`,
    zh: `${wanted}  已清除 ${count} 条序列，${from} 至 ${to}\n`,
  };
}

type Summary = { readonly count: number; readonly from: string; readonly to: string };

/** @param series One or more. */
function summaryOf(series: SeriesList["series"]): Summary {
  const firstS = Math.min(...series.map((one) => one.firstS));
  const lastS = Math.max(...series.map((one) => one.lastS));
  return { count: series.length, from: isoOf(firstS), to: isoOf(lastS) };
}

/** @throws CarrierwatchError code usage when the answer is not yes, or nobody is there to give one. */
async function confirmed({ count, from, to }: Summary, language: Language): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new CarrierwatchError("usage", `${count} series, ${from} to ${to}, would be purged, for good`, {
      hint: "say --yes where nobody can be asked",
    });
  }
  const question: Text = {
    en: `purge ${count} series, ${from} to ${to}, for good? yes or no: `,
    zh: `将永久清除 ${count} 条序列，${from} 至 ${to}。确定吗？（是/否）：`,
  };
  const answer = await ask(question[language]);
  if (/^(?:yes|是)$/i.test(answer.trim())) return;
  throw new CarrierwatchError("usage", "nothing was purged");
}
