/**
 * The file beside what was said of it: series measured for 50 hours, two weeks, two months and two years.
 *
 * The estimate is asked once, when the series are 50 hours old, and has to hold for all that follows; it is asked again at
 * each age, and has to hold for what is there. The file is taken after it was closed: WAL folded in, free pages counted.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { bandsOf } from "../../collector/store/sqlite/bands.ts";
import { codeBytes, rowBytes } from "../../collector/store/sqlite/blocks.ts";
import { recordsFrom } from "../../collector/store/sqlite/pdp-section.ts";
import { pageShare } from "../../collector/store/sqlite/sizes.ts";
import { DATABASE_NAME, openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { ESTIMATE_AGES_S, type HistoryRow, type Store } from "../../collector/store/store.ts";
import { archivesOfText } from "../../collector/wire/archives.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { nowAfter, T0 } from "../contract/support.ts";
import { fill, filled } from "./store-fill.ts";

const FULL = process.env["CARRIERWATCH_FULL"] === "1";
const CASES = FULL
  ? [
      { stepS: 3_600, series: 40 },
      { stepS: 300, series: 10 },
    ]
  : [{ stepS: 3_600, series: 4 }];
const AGES = ["50 hours", "two weeks", "two months", "two years"];
const WITHIN = 0.2;
/** Of primary data points, at a step of an hour. */
const DAYS_KEPT = 16;
const TILES_A_DAY = 1.5;

function folder(t: TestContext): { dir: string; file: string; opened: () => Promise<Store> } {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-sizes-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const opened = () => openSqliteStore({ dir, log: silentLog, reserveBytes: 64 * 1024 });
  return { dir, file: join(dir, DATABASE_NAME), opened };
}

function assertNear(found: number, said: number, what: string): void {
  const off = found / said - 1;
  assert.ok(
    Math.abs(off) <= WITHIN,
    `${what}: ${found} bytes, ${said} estimated, ${(off * 100).toFixed(1)} % off`,
  );
}

for (const { stepS, series } of CASES)
  test(`${series} series at a step of ${stepS} s take what was estimated at every age`, async (t) => {
    const { file, opened } = folder(t);
    let foreseen: readonly number[] = [];
    let ticks = 0;
    for (const [i, ageS] of ESTIMATE_AGES_S.entries()) {
      const store = await opened();
      const end = Math.floor(ageS / stepS) + 1;
      await fill(store, { series, stepS }, ticks, end);
      ticks = end;
      const said = await store.ops.estimate(stepS);
      if (i === 0) foreseen = said.bytesAt;
      await store.close();
      const found = statSync(file).size;
      assertNear(found, foreseen[i] ?? 0, `after ${AGES[i]}, foreseen after ${AGES[0]}`);
      assertNear(found, said.bytesAt[i] ?? 0, `after ${AGES[i]}`);
      assert.ok(found < said.bytesFull, `${found} bytes, at full age ${said.bytesFull}`);
      t.diagnostic(`${AGES[i]}: ${found} bytes, ${foreseen[i]} foreseen, ${said.bytesAt[i]} estimated`);
    }
  });

/** Bytes of the tiles of each part, the pages' empty ends included. */
function tilesIn(file: string): Map<number, number> {
  const db = new Database(file, { readonly: true });
  const found = db
    .prepare<[], [number, number]>("SELECT id >> 40, count(*) FROM tile GROUP BY 1")
    .raw()
    .all();
  db.close();
  return new Map(found);
}

/** Bytes of the primary data points in the newest tiles of each series' log: as many as 16 days have. */
function pdpsIn(file: string, part: number): number {
  const db = new Database(file, { readonly: true });
  const tiles = db
    .prepare<[number], { series: number; data: Uint8Array }>(
      "SELECT id % 1048576 AS series, data FROM tile WHERE id >> 40 = ? ORDER BY number DESC",
    )
    .all(part);
  db.close();
  const seen = new Map<number, number>();
  let bytes = 0;
  for (const { series, data } of tiles) {
    const before = seen.get(series) ?? 0;
    seen.set(series, before + 1);
    if (before < DAYS_KEPT * TILES_A_DAY) bytes += recordsFrom(data);
  }
  return bytes;
}

test("rows that are frozen, and rows that were laid, are in the estimate as they are in the file", async (t) => {
  const { file, opened } = folder(t);
  const stepS = 3_600;
  const store = await opened();
  const day = 24;
  await fill(store, { series: 3, stepS }, 0, 100 * day);
  const nowS = T0 + 100 * day * stepS;
  const set = archivesOfText("1x400,3x600,24x797") ?? [];
  for (const target of ["shop-0", "shop-1"]) await store.samples.shape(target, stepS, set, nowS);
  await fill(store, { series: 3, stepS }, 100 * day + 2, 110 * day);
  // A series that has two years of days from elsewhere, and two days of its own.
  const own = Array.from({ length: 2 * day }, (_, n) => filled(9, T0 + n * stepS, stepS));
  await store.samples.load(own, nowAfter(T0 + 2 * day * stepS));
  const laid: HistoryRow[] = Array.from({ length: 700 }, (_, n) => ({
    series: { target: "shop-9", vantage: "v-0" },
    stepS,
    rowS: 86_400,
    labelS: T0 - n * 86_400,
    values: { total: { n: 24, sum: 24_000, min: 900, max: 1_100 } },
  }));
  const outcomes = await store.samples.loadRows(laid, nowAfter(T0 + 2 * day * stepS));
  assert.ok(outcomes.filter((outcome) => outcome === "stored").length >= 690);
  const said = await store.ops.estimate(stepS);
  await store.close();

  const tiles = tilesIn(file);
  const bytes = (parts: readonly number[], each: number) =>
    parts.reduce((sum, part) => sum + (tiles.get(part) ?? 0), 0) * pageShare(each);
  const saidOf = (starts: string) =>
    said.parts.filter(({ part }) => part.startsWith(starts)).reduce((sum, { bytesNow }) => sum + bytesNow, 0);
  const { strip, log, coarse } = bandsOf(stepS);
  const rowParts = [...tiles.keys()].filter((part) => ![strip.part, log.part].includes(part));
  assert.ok(rowParts.length >= 4, "frozen rows stand beside the new ones");
  assertNear(bytes(rowParts, rowBytes(coarse[0]?.perTile ?? 0)), saidOf("rows"), "rows");
  const pdps = pdpsIn(file, log.part);
  assert.ok(
    pdps > 0 && pdps <= saidOf("pdps"),
    `${pdps} bytes of primary data points, at most ${saidOf("pdps")}`,
  );
  assertNear(bytes([strip.part], codeBytes(strip.perTile)), saidOf("strip"), "strip");
  assertNear(
    statSync(file).size,
    said.bytesNow - (said.parts.find(({ part }) => part === "wal")?.bytesNow ?? 0),
    "all",
  );
});
