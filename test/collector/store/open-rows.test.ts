/** Open rows out of the file: those of each generation, read one by one or many together, whatever form they have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { isEmptyRow, maxAt, minAt, nAt, setRow, sumAt } from "../../../collector/store/sqlite/blocks.ts";
import { openRowsIn, openRowsOf } from "../../../collector/store/sqlite/open-rows.ts";
import { OpenState, ROWS } from "../../../collector/store/sqlite/open-state.ts";
import { stateWriter } from "../../../collector/store/sqlite/state-row.ts";
import { METRICS } from "../../../collector/wire/metric.ts";

/** Rows that hold values of this generation, each in turn absent; with bytes of 0 and of 255 in them. */
function stateOf(id: number): OpenState {
  const state = new OpenState();
  state.begin(300, 1_200_000_000, 7);
  for (let row = 0; row < ROWS; row += 1) {
    if (((id >> row) & 1) === 0) continue;
    const cell = (m: number) => ({ n: m + 1, sum: id * 65_536 * (m + 1), min: id, max: 0xffff_ff00 });
    setRow(
      state.rows,
      row,
      METRICS.map((_, m) => cell(m)),
    );
  }
  return state;
}

function databaseWith(ids: readonly number[]): Database.Database {
  const db = new Database(":memory:");
  db.exec("CREATE TABLE head (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
  const stored = stateWriter();
  const insert = db.prepare("INSERT INTO head (id, data) VALUES (?, ?)");
  for (const id of ids) insert.run(id, stored(stateOf(id)));
  return db;
}

function said({ rows }: Pick<OpenState, "rows">): string {
  const cells = Array.from({ length: ROWS }, (_, row) =>
    isEmptyRow(rows, row)
      ? "empty"
      : METRICS.map((_, m) => [
          nAt(rows, row, m),
          sumAt(rows, row, m),
          minAt(rows, row, m),
          maxAt(rows, row, m),
        ]),
  );
  return JSON.stringify(cells);
}

const IDS = Array.from({ length: 300 }, (_, i) => i + 1).filter((id) => id % 11 !== 0);

test("the writer finds the open rows of every generation, in any order, those without a state have none", () => {
  const db = databaseWith(IDS);
  const rows = openRowsOf(db);
  const upwards = Array.from({ length: 310 }, (_, i) => i + 1);
  const orders = [upwards, upwards.toReversed(), upwards.toSorted((a, b) => ((a * 7) % 31) - ((b * 7) % 31))];
  let looked = 0;
  for (const order of orders)
    for (const id of order) {
      const state = stateOf(7);
      rows.into(id, state);
      assert.equal(said(state), IDS.includes(id) ? said(stateOf(id)) : said(new OpenState()), `of ${id}`);
      looked += 1;
    }
  assert.equal(looked, 930);
  db.close();
});

test("a reader finds the same", () => {
  const db = databaseWith(IDS);
  const rowsOf = openRowsIn(db);
  for (const id of IDS) assert.equal(said({ rows: rowsOf(id) }), said(stateOf(id)));
  assert.equal(said({ rows: rowsOf(11) }), said(new OpenState()));
  db.close();
});

test("what was read ahead is forgotten when a transaction ends", () => {
  const db = databaseWith([1, 2, 3, 4]);
  const rows = openRowsOf(db);
  const state = new OpenState();
  for (const id of [1, 2]) rows.into(id, state);
  db.prepare("UPDATE head SET data = ? WHERE id = 3").run(stateWriter()(stateOf(5)));
  rows.clear();
  rows.into(3, state);
  assert.equal(said(state), said(stateOf(5)));
  db.close();
});
