/** What a bad sector does to content that SQLite itself does not look into is found, as far back as anything is kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { bandsOf, tileId, tileOf } from "../../../collector/store/sqlite/bands.ts";
import { nowAfter, record, T0, timingsOf } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const STEP_S = 3_600;
const DAY_S = 86_400;
const DAYS = 120;
const LAST_TICK = T0 + DAYS * DAY_S;
const { strip: STRIP, log: LOG, coarse } = bandsOf(STEP_S);
const DAYS_BAND = coarse.find(({ steps }) => steps * STEP_S === DAY_S);
assert.ok(DAYS_BAND);

const tickNo = (daysBack: number) => (LAST_TICK - daysBack * DAY_S) / STEP_S;
const rows = tileOf(DAYS_BAND, Math.ceil(tickNo(110) / DAYS_BAND.steps));

/** Which tile is garbled, and what is said of it. */
const GARBLED = [
  { what: "a strip older than the log", band: STRIP, tile: tileOf(STRIP, tickNo(110)), says: /the strip/ },
  { what: "rows older than the log", band: DAYS_BAND, tile: rows, says: /strip|itself/ },
  {
    what: "samples of two months ago",
    band: LOG,
    tile: tileOf(LOG, tickNo(60)),
    says: /differs|cannot be read/,
  },
];

test("what is garbled in rows, strip or log of any age is found", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  const records = Array.from({ length: (DAYS * DAY_S) / STEP_S }, (_, i) =>
    record({ tick: T0 + (i + 1) * STEP_S, stepS: STEP_S, sample: { timings: timingsOf(1_000 + (i % 97)) } }),
  );
  for (let i = 0; i < records.length; i += 500)
    await store.samples.load(records.slice(i, i + 500), nowAfter(LAST_TICK));
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
  for (const { what, band, tile, says } of GARBLED) {
    const before = changed(file, tileId(1, band, tile), (data) => data.map((byte) => byte ^ 0x55));
    const again = await openIn(dir);
    const { ok, problems } = await again.ops.verify();
    await again.close();
    assert.equal(ok, false, what);
    assert.match(problems.join("\n"), says, what);
    changed(file, tileId(1, band, tile), () => before);
  }
});

/** @returns What stood there. */
function changed(file: string, id: number, to: (data: Uint8Array) => Uint8Array): Uint8Array {
  const db = new Database(file);
  const before = db.prepare<[number], Uint8Array>("SELECT data FROM tile WHERE id = ?").pluck().get(id);
  assert.ok(before);
  db.prepare("UPDATE tile SET data = ? WHERE id = ?").run(to(Uint8Array.from(before)), id);
  db.close();
  return before;
}
