/**
 * Batches of a vantage in columns, as ingest hands them to the store: of the engine bench's own samples (samples.ts), or
 * with the details of real probes (shipped.ts).
 *
 * Written by the probe's own encoder and read by the collector's own reader, so that what is one object for many samples
 * in a collector is one here.
 */
import { readColumns } from "../../../collector/ingest/columns.ts";
import { DetailTexts } from "../../../collector/ingest/detail-texts.ts";
import type { ColumnRecords } from "../../../collector/store/store.ts";
import { WIRE_VERSION } from "../../../collector/wire/ids.ts";
import { columnsOf, ToldCertificates } from "../../../probe/ship/columns.ts";
import { BATCH, RECEIVED_AFTER_MS, recordOf } from "./samples.ts";
import { shippedOf } from "./shipped.ts";

const HEAD = {
  wire: WIRE_VERSION,
  epoch: "",
  sentMs: 0,
  probeVersion: "0.0.0",
  knownMark: 0,
  rttMs: null,
  spool: { records: 0, bytes: 0, dropped: 0, quarantined: 0 },
};
const SKEW_MS = 1.5;

/**
 * Batches of the same process, one after the other: a certificate is told once.
 *
 * @param isReal Whether they have the details of real probes.
 * @returns A vantage's batch of a tick; vantages counted from 0.
 */
export function shippedColumns(
  isReal: boolean,
): (vantage: number, tick: number, sites?: number) => ColumnRecords {
  const told = new ToldCertificates();
  const texts = new DetailTexts();
  const sampleOf = (vantage: number, site: number, tick: number) =>
    isReal ? shippedOf(vantage, site, tick) : recordOf(vantage * BATCH + site, tick).sample;
  return (vantage, tick, sites = BATCH) => {
    const samples = Array.from({ length: sites }, (_, site) => JSON.stringify(sampleOf(vantage, site, tick)));
    const { bytes, certificates } = columnsOf(samples, HEAD, told);
    told.tell(certificates);
    const { columns } = readColumns(bytes, texts);
    if (columns.count !== sites) throw new RangeError("a sample does not stand in columns");
    return {
      vantage: `v-${vantage}`,
      epoch: `0123456789ab${String(vantage).padStart(4, "0")}`,
      receivedMs: tick * 1_000 + RECEIVED_AFTER_MS,
      skewMs: SKEW_MS,
      columns,
    };
  };
}
