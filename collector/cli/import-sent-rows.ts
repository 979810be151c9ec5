/** Rows of several steps of an RRD, sent after its samples, an archive and at most 500 rows at a time. */
import { BATCH_MAX_SAMPLES, BatchAnswer } from "../wire/sample.ts";
import { answered } from "./answers.ts";
import type { Client } from "./client.ts";
import type { WholeRow } from "./import-rrd-rows.ts";
import type { Bar } from "./progress.ts";
import { isoOf } from "./show-time.ts";

const Answer = BatchAnswer.pick({ outcomes: true });

/** Ids of the series. */
export type Laying = { readonly target: string; readonly vantage: string };

/**
 * @param series null = the file's samples had none either, and were refused by name.
 * @returns How many were laid, and where somebody measured or a row lay already.
 */
export async function sentRows(
  client: Client,
  { stepS, rows }: { readonly stepS: number; readonly rows: readonly WholeRow[] },
  series: Laying | null,
  told: { readonly bar: Bar; readonly refused: { add(line: number, why: string): void } },
): Promise<{ stored: number; duplicate: number }> {
  const counts = { stored: 0, duplicate: 0 };
  if (series === null) return counts;
  let seen = 0;
  for (const [rowS, own] of Map.groupBy(rows, (row) => row.rowS)) {
    for (let at = 0; at < own.length; at += BATCH_MAX_SAMPLES) {
      const some = own.slice(at, at + BATCH_MAX_SAMPLES);
      const body = { ...series, stepS, rowS, rows: some.map(({ rowS: _, ...row }) => row) };
      const { outcomes } = await answered(client, Answer, "POST", "/import/rows", body);
      for (const [i, { outcome, why }] of outcomes.entries()) {
        if (outcome === "stored" || outcome === "duplicate") counts[outcome] += 1;
        else
          told.refused.add(
            at + i + 1,
            `the row ${isoOf(some[i]?.labelS ?? 0)} of ${rowS} s: ${why ?? outcome}`,
          );
      }
      seen += some.length;
      told.bar.tell(seen / rows.length, {
        en: `rows of several steps: ${counts.stored} stored`,
        zh: `多步的行：存入 ${counts.stored}`,
      });
    }
  }
  return counts;
}
