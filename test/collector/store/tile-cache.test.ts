/** What a transaction writes: tiles far from each other are counted, since each takes a page of the WAL. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { migrate } from "../../../collector/store/sqlite/migrate.ts";
import { openForWriting } from "../../../collector/store/sqlite/open-database.ts";
import { MIGRATIONS } from "../../../collector/store/sqlite/schema.ts";
import { tileCache } from "../../../collector/store/sqlite/tile-cache.ts";
import { folder } from "./folder.ts";

const TILE = new Uint8Array(640);

test("neighbours count as one place, tiles here and there as one each, until the transaction ends", (t) => {
  const { file } = folder(t);
  const db = openForWriting(file);
  t.after(() => db.close());
  migrate(db, file, MIGRATIONS);
  const tiles = tileCache(db);
  const write = (ids: readonly number[]) => {
    for (const id of ids) tiles.replace(id, 1, TILE);
    tiles.flush();
  };
  const near = Array.from({ length: 40 }, (_, i) => 1_000 + i);
  const far = Array.from({ length: 40 }, (_, i) => 1_000_000 + i * 500);
  db.transaction(() => {
    write(near);
    assert.equal(tiles.apart(), 1);
    write(far);
    assert.equal(tiles.apart(), 41, "what was written before counts on");
  })();
  tiles.committed();
  assert.equal(tiles.apart(), 0);
  db.transaction(() => write(far))();
  tiles.clear();
  assert.equal(tiles.apart(), 0, "a rollback forgets it");
  const held = db.prepare<[], number>("SELECT count(*) FROM tile").pluck().get();
  assert.equal(held, near.length + far.length);
});
