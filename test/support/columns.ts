/** Samples in columns, made by a probe's writer and a collector's reader. */
import assert from "node:assert/strict";
import { DetailTexts } from "../../collector/ingest/detail-texts.ts";
import { receivedOf } from "../../collector/ingest/received.ts";
import type { SampleColumns } from "../../collector/wire/columns.ts";
import type { Sample } from "../../collector/wire/sample.ts";
import { columnsOf, ToldCertificates } from "../../probe/ship/columns.ts";

/**
 * @param samples Up, of targets' own series, and sound: all of them stand in columns.
 * @param known What the reader remembers of batches before.
 */
export function columnsFrom(samples: readonly Sample[], known = new DetailTexts()): SampleColumns {
  const head = {
    wire: 1,
    epoch: "0123456789abcdef",
    sentMs: 0,
    probeVersion: "0.0.0",
    knownMark: 0,
    rttMs: null,
    spool: { records: 0, bytes: 0, dropped: 0, quarantined: 0 },
  };
  const texts = samples.map((sample) => JSON.stringify(sample));
  const { bytes } = columnsOf(texts, head, new ToldCertificates());
  const { columns } = receivedOf(bytes, known);
  assert.ok(columns?.count === samples.length, "not all of them stand in columns");
  return columns;
}
