/** A disk that is full, that errs, that takes half a write: nothing unsound is offered, losses are counted, it recovers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drain, faultyFiles, sampleOf, scratchFolder, spoolIn } from "../../support/spool.ts";

const seqs = (records: readonly { seq: number }[]) => records.map(({ seq }) => seq);

test("short writes are continued", async (t) => {
  const folder = scratchFolder(t);
  const files = faultyFiles();
  files.shortBy = 7;
  const spool = await spoolIn(folder, { files });
  for (let n = 0; n < 5; n += 1) assert.equal(await spool.append(sampleOf(n)), true);
  await spool.close();
  const again = await spoolIn(folder);
  assert.deepEqual(seqs(await drain(again)), [1, 2, 3, 4, 5]);
  assert.equal(again.figures().quarantined, 0);
});

test("after a failed sync the record is written to another segment, under the same number", async (t) => {
  const folder = scratchFolder(t);
  const files = faultyFiles();
  const spool = await spoolIn(folder, { files });
  await spool.append(sampleOf(0));
  let failures = 1;
  files.fail = (operation, path) => {
    if (operation !== "sync" || !path.endsWith(".cws") || failures === 0) return null;
    failures -= 1;
    return "EIO";
  };
  assert.equal(await spool.append(sampleOf(1)), true);
  await spool.append(sampleOf(2));
  assert.equal(spool.figures().dropped, 0);
  await spool.close();
  const again = await spoolIn(folder);
  const records = await drain(again);
  assert.deepEqual(seqs(records), [1, 2, 3]);
  assert.equal(new Set(records.map(({ text }) => text)).size, 3);
});

test("a write that fails half-way leaves no half record behind", async (t) => {
  const folder = scratchFolder(t);
  const files = faultyFiles();
  const spool = await spoolIn(folder, { files });
  await spool.append(sampleOf(0));
  files.shortBy = 20;
  let writes = 0;
  files.fail = (operation, path) => {
    if (operation !== "write" || !path.endsWith(".cws")) return null;
    writes += 1;
    return writes % 3 === 2 ? "EIO" : null;
  };
  assert.equal(await spool.append(sampleOf(1)), false);
  assert.equal(spool.figures().dropped, 1);
  files.fail = () => null;
  files.shortBy = Number.POSITIVE_INFINITY;
  assert.equal(await spool.append(sampleOf(2)), true);
  await spool.close();
  const again = await spoolIn(folder);
  assert.deepEqual(seqs(await drain(again)), [1, 3]);
  assert.equal(again.figures().quarantined, 0);
  assert.equal(again.figures().dropped, 1);
});

test("on a full disk the oldest segments make room, then samples are dropped and counted, then it recovers", async (t) => {
  const folder = scratchFolder(t);
  const files = faultyFiles();
  const spool = await spoolIn(folder, { files, segmentBytes: 600 });
  for (let n = 0; n < 12; n += 1) await spool.append(sampleOf(n));
  files.fail = (operation) => (operation === "write" ? "ENOSPC" : null);
  for (let n = 12; n < 20; n += 1) assert.equal(await spool.append(sampleOf(n)), false);
  assert.equal(spool.figures().dropped, 20, "every record is accounted for");
  assert.equal(spool.figures().records, 0);
  files.fail = () => null;
  assert.equal(await spool.append(sampleOf(20)), true);
  assert.equal((await drain(spool)).length, 1);
  assert.equal(spool.figures().dropped, 20);
});

test("a full disk that one segment's room cures costs that segment only", async (t) => {
  const files = faultyFiles();
  const spool = await spoolIn(scratchFolder(t), { files, segmentBytes: 600 });
  for (let n = 0; n < 12; n += 1) await spool.append(sampleOf(n));
  let full = 1;
  files.fail = (operation, path) => {
    if (operation !== "write" || !path.endsWith(".cws") || full === 0) return null;
    full -= 1;
    return "ENOSPC";
  };
  assert.equal(await spool.append(sampleOf(12)), true);
  const { dropped, records } = spool.figures();
  assert.ok(dropped >= 1 && dropped <= 4, `${dropped} dropped`);
  assert.equal(dropped + records, 13);
});

test("a spool opens on a full disk and keeps samples as soon as there is room", async (t) => {
  const files = faultyFiles();
  files.fail = (operation) => (operation === "write" || operation === "append" ? "ENOSPC" : null);
  const spool = await spoolIn(scratchFolder(t), { files });
  assert.equal(await spool.append(sampleOf(0)), false);
  files.fail = () => null;
  assert.equal(await spool.append(sampleOf(1)), true);
  assert.equal((await drain(spool)).length, 1);
});

test("a rename that fails leaves a sent segment to be offered again, not lost", async (t) => {
  const folder = scratchFolder(t);
  const files = faultyFiles();
  const spool = await spoolIn(folder, { files, segmentBytes: 600 });
  for (let n = 0; n < 9; n += 1) await spool.append(sampleOf(n));
  files.fail = (operation) => (operation === "rename" ? "EIO" : null);
  assert.equal((await drain(spool)).length, 9);
  await spool.close();
  files.fail = () => null;
  const again = await spoolIn(folder, { files, segmentBytes: 600 });
  assert.ok((await drain(again)).length <= 9);
});
