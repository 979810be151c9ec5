/**
 * The sample log of schema 2, a row of JSON per sample, becomes tiles; heads become open states.
 *
 * A generation at a time, each in its own transaction: one that has an open state is done, so a killed conversion goes
 * on where it was. The old rows are dropped by the migration when all are done.
 */
import type Database from "better-sqlite3";
import { PDP_KEEP_S } from "../../archive/layout.ts";
import { METRICS } from "../../wire/metric.ts";
import type { Sample, Timings } from "../../wire/sample.ts";
import { seriesKey } from "../series.ts";
import type { SampleRecord, SeriesKey } from "../store.ts";
import { bandsOf, TICKS_PER_TILE, tileOf } from "./bands.ts";
import {
  aligned,
  codeBlock,
  codeBytes,
  copyRow,
  fromOldRows,
  oldRowBytes,
  pdpBlock,
  pdpBytes,
  rowBlock,
} from "./blocks.ts";
import { epochsOf } from "./epochs.ts";
import { addToArea, replaceTile, slotOf, tileBuilder } from "./log-tiles.ts";
import { OpenState } from "./open-state.ts";
import { heardAt, packer, unpacker, WORD, WORDS } from "./packed.ts";
import { recordBuilder, wholeRecord } from "./record-builder.ts";
import type { Working } from "./rings.ts";
import { sharedTextsOf } from "./shared-texts.ts";
import { stateWriter } from "./state-row.ts";
import { tileCache } from "./tile-cache.ts";

type OldGeneration = {
  id: number;
  target: string;
  vantage: string;
  address: string;
  step_s: number;
  opened_tick: number;
  last_tick: number;
  head: Uint8Array;
};

type OldRow = {
  tick: number;
  epoch: string;
  seq: number;
  received_ms: number;
  skew_ms: number | null;
  body: string;
};

type OldBody = [
  startedMs: number,
  state: Sample["state"],
  timings: (number | null)[],
  detail: Sample["detail"],
  failure: Sample["failure"] | 0,
  unknownReason: Sample["unknownReason"] | 0,
];

/** Row ids of the old log were slot * 2^20 + generation. */
const OLD_STRIDE = 2 ** 20;
const TELL_EVERY = 50;

export function convertLog(db: Database.Database, told: (done: number, of: number) => void): void {
  const all = Number(db.prepare("SELECT count(*) FROM generation").pluck().get());
  const next = db.prepare<[], OldGeneration>(
    "SELECT * FROM generation WHERE id NOT IN (SELECT id FROM head) ORDER BY id LIMIT 1",
  );
  const done = db.prepare("SELECT count(*) FROM head").pluck();
  const parts = {
    tiles: tileCache(db),
    texts: sharedTextsOf(db),
    epochs: epochsOf(db),
    builder: tileBuilder(),
    records: recordBuilder(),
    stored: stateWriter(),
    rows: db.prepare<[number], OldRow>("SELECT * FROM log WHERE id = ?"),
    write: db.prepare("INSERT INTO head (id, data) VALUES (?, ?)"),
  };
  for (let one = next.get(), n = 0; one; one = next.get(), n += 1) {
    const generation = one;
    db.transaction(() => convertOne(generation, parts)).immediate();
    parts.epochs.committed();
    if (n % TELL_EVERY === TELL_EVERY - 1) told(Number(done.get()), all);
  }
}

type Parts = {
  readonly tiles: ReturnType<typeof tileCache>;
  readonly texts: ReturnType<typeof sharedTextsOf>;
  readonly epochs: ReturnType<typeof epochsOf>;
  readonly builder: ReturnType<typeof tileBuilder>;
  readonly records: ReturnType<typeof recordBuilder>;
  readonly stored: ReturnType<typeof stateWriter>;
  readonly rows: Database.Statement<[number], OldRow>;
  readonly write: Database.Statement;
};

function convertOne(generation: OldGeneration, parts: Parts): void {
  const bands = bandsOf(generation.step_s);
  const state = stateOf(generation);
  const working: Working = { id: generation.id, bands, state, changed: true, needs: false, flush: true };
  const batch = unpacker()(packer().packed(oldRecords(generation, parts.rows)));
  const newestTile = tileOf(bands.log, state.lastTick / state.stepS);
  let tile = -1;
  const leave = () => {
    const bytes = parts.builder.seen();
    if (bytes.length > 0) replaceTile(parts.tiles, state, working.id, bands, tile, bytes);
  };
  for (let i = 0; i < batch.count; i += 1) {
    const at = i * WORDS;
    const tick = batch.places[i * 2] ?? 0;
    const tickNo = tick / state.stepS;
    if (tileOf(bands.log, tickNo) !== tile) {
      leave();
      tile = tileOf(bands.log, tickNo);
      parts.builder.begin(null);
    }
    const number = parts.texts.numberOf(working, heardAt(batch, at));
    const epoch = parts.epochs.numberOf(batch.epochs[batch.words[at + WORD.epoch] ?? 0] ?? "");
    const sample = parts.records.sample(batch, at, tick, number, epoch);
    if (tile === newestTile) state.taken |= 1 << slotOf(tickNo);
    if (tile !== newestTile || !addToArea(state, slotOf(tickNo), sample.record))
      parts.builder.add(slotOf(tickNo), wholeRecord(sample));
  }
  leave();
  parts.tiles.flush();
  parts.write.run(working.id, parts.stored(state));
}

/** What a head of schema 2 held: the PDPs and codes of the open tile, the open row of each coarser archive. */
function stateOf(generation: OldGeneration): OpenState {
  const bands = bandsOf(generation.step_s);
  const old = aligned(generation.head);
  const state = new OpenState();
  state.begin(generation.step_s, generation.opened_tick, 0);
  state.lastTick = generation.last_tick;
  const pdps = pdpBlock(old, 0, TICKS_PER_TILE);
  state.pdps.flags.set(pdps.flags);
  state.pdps.values.set(pdps.values);
  const codesAt = pdpBytes(TICKS_PER_TILE);
  state.codes.set(codeBlock(old, codesAt, TICKS_PER_TILE));
  bands.coarse.forEach((_, i) => {
    const from = codesAt + codeBytes(TICKS_PER_TILE) + oldRowBytes(i);
    const row = fromOldRows(aligned(old.subarray(from, from + oldRowBytes(1))), 1);
    copyRow(rowBlock(row, 0, 1), 0, state.rows, i);
  });
  state.setRowTicks(0, slotOf(state.lastTick / state.stepS));
  return state;
}

/** By tick. */
function oldRecords(generation: OldGeneration, rows: Parts["rows"]): SampleRecord[] {
  const { id, target, vantage, address, step_s: stepS, last_tick: lastTick } = generation;
  const slots = Math.ceil(PDP_KEEP_S(stepS) / stepS);
  const series = seriesKey(target, vantage, address);
  const found: SampleRecord[] = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const row = rows.get(slot * OLD_STRIDE + id);
    if (row && row.tick > lastTick - slots * stepS) found.push(oldRecord(series, stepS, row));
  }
  return found.sort((a, b) => a.sample.tick - b.sample.tick);
}

function oldRecord({ target, vantage, address }: SeriesKey, stepS: number, row: OldRow): SampleRecord {
  const [startedMs, state, values, detail, failure, unknownReason] = JSON.parse(row.body) as OldBody;
  return {
    vantage,
    epoch: row.epoch,
    receivedMs: row.received_ms,
    skewMs: row.skew_ms,
    sample: {
      target,
      ...(address === undefined ? {} : { address }),
      tick: row.tick,
      stepS,
      seq: row.seq,
      startedMs,
      state,
      ...(failure ? { failure } : {}),
      ...(unknownReason ? { unknownReason } : {}),
      timings: Object.fromEntries(METRICS.map((metric, i) => [metric, values[i] ?? null])) as Timings,
      detail,
    },
  };
}
