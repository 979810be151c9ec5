/** Records of a tile that left the open state at different times stand in it together, and its bytes are counted once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { bandsOf, TICKS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import { TILE_OVERHEAD_BYTES } from "../../../collector/store/sqlite/log-tiles.ts";
import { OpenState } from "../../../collector/store/sqlite/open-state.ts";
import { readState } from "../../../collector/store/sqlite/state-row.ts";
import { nowAfter, record, T0, timingsOf } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const STEP_S = 86_400;
const { log: LOG } = bandsOf(STEP_S);
const LAP = LOG.ring * TICKS_PER_TILE;
const VANTAGES = ["ct-1", "cnc-1", "cmcc-1", "edge-1"];
/** Longer than an open record has room for when sixteen of them wait. */
const LONG = {
  detail: {
    status: 200,
    bodyBytes: 123_456_789,
    wireBytes: 98_765_432,
    receiveBps: 55_555_555,
    redirects: 3,
    redirectUs: 7_654_321,
    headerBytes: 4_321,
    address: "192.0.2.123",
    family: 4,
  },
} as const;

/** Of each series: bytes it counts beyond those of its tiles, which are the texts that its records share. */
function bytesBeside(file: string): number[] {
  const db = new Database(file, { readonly: true });
  const heads = db
    .prepare<[], { id: number; data: Uint8Array }>("SELECT id, data FROM head ORDER BY id")
    .all();
  const tiles = db
    .prepare<[number, number, number], number>(
      `SELECT sum(length(data) + ${TILE_OVERHEAD_BYTES}) FROM tile WHERE id >> 40 = ? AND id % ? = ?`,
    )
    .pluck();
  const found = heads.map(({ id, data }) => {
    const state = new OpenState();
    readState(data, state);
    return state.logBytes - Number(tiles.get(LOG.part, 2 ** 20, id));
  });
  db.close();
  return found;
}

test("long records that leave before their tile is full are all there, lap after lap", async (t) => {
  const { dir, file } = folder(t);
  const given = (tick: number) =>
    VANTAGES.map((vantage) =>
      record({ vantage, tick, stepS: STEP_S, sample: { ...LONG, timings: timingsOf(1_000) } }),
    );
  const beside: number[][] = [];
  let ticks = 0;
  for (const until of [5 * TICKS_PER_TILE, LAP + 3 * TICKS_PER_TILE]) {
    const store = await openIn(dir);
    for (; ticks < until; ticks += 1) {
      const tick = T0 + ticks * STEP_S;
      // One commit for each tick, as samples come.
      const outcomes = await store.samples.put(given(tick), nowAfter(tick));
      assert.deepEqual(new Set(outcomes), new Set(["stored"]));
    }
    const kept = Math.min(LOG.entries, ticks);
    const lastTick = T0 + (ticks - 1) * STEP_S;
    const wanted = Array.from({ length: kept }, (_, i) => given(lastTick - (kept - 1 - i) * STEP_S));
    for (const [i, vantage] of VANTAGES.entries()) {
      const series = [{ target: "shop", vantage }];
      const query = { series, fromS: 0, toS: lastTick, limit: 1_000, order: "oldest" } as const;
      const { samples } = await store.samples.page(query);
      assert.deepEqual(
        samples.map(({ sample }) => sample),
        wanted.map((records) => records[i]?.sample),
      );
    }
    assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    await store.close();
    beside.push(bytesBeside(file));
  }
  assert.deepEqual(beside[1], beside[0], "what a lap overwrites is counted no more");
});
