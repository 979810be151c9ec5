/**
 * A full disk: nothing acknowledged is lost, pages are still read, accounts and incidents still written, and samples
 * flow again by themselves when there is room.
 *
 * On a real file system of a few megabytes, which only root can mount.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import type { SampleRecord, Store } from "../../collector/store/store.ts";
import { UnavailableError } from "../../collector/wire/errors.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { nowAfter, record, T0 } from "../contract/support.ts";

const CHILD = new URL("./store-limited-child.ts", import.meta.url).pathname;
/** What the child prints. */
type Limited = {
  readonly acked: number;
  readonly stored: number;
  readonly refusals: readonly {
    readonly message: string;
    readonly ready: boolean;
    readonly reserve: number | null;
  }[];
};
const MiB = 1024 * 1024;
/** Four times the WAL that batches of 100 samples make. */
const RESERVE_BYTES = 20 * MiB;
const FILLER_BYTES = 52 * MiB;

function mountSmall(dir: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=96m", "tmpfs", dir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function smallDisk(t: TestContext): string | null {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-full-"));
  if (!mountSmall(dir)) {
    rmSync(dir, { recursive: true });
    return null;
  }
  t.after(() => {
    execFileSync("umount", ["--lazy", dir]);
    rmSync(dir, { recursive: true });
  });
  return dir;
}

const SERIES_COUNT = 100;
/** Long, so that the database grows fast. */
const DETAIL = { status: 200, finalUrl: `https://shop.test/${"x".repeat(1_990)}` };

const batch = (n: number): SampleRecord[] =>
  Array.from({ length: SERIES_COUNT }, (_, i) =>
    record({ target: `shop-${i}`, tick: T0 + n * 300, sample: { detail: DETAIL } }),
  );

/**
 * Puts batches until the store says it is not ready. A refusal before that is repeated: folding the WAL in gave room.
 *
 * @returns how many batches were acknowledged, and the last refusal.
 */
async function fill(store: Store): Promise<{ acked: number; refusal: unknown }> {
  let acked = 0;
  for (let tries = 0; tries < 2_000; tries += 1) {
    try {
      await store.samples.put(batch(acked), nowAfter(T0 + acked * 300));
      acked += 1;
    } catch (refusal) {
      if (!(await store.ops.ready()).ok) return { acked, refusal };
    }
  }
  return assert.fail("the disk was never full");
}

test("a full disk refuses samples, loses none, and is survived without help", async (t) => {
  const dir = smallDisk(t);
  if (dir === null) return t.skip("needs a file system of its own: run it as root");
  writeFileSync(join(dir, "filler"), Buffer.alloc(FILLER_BYTES, 1));
  const store = await openSqliteStore({
    dir: join(dir, "data"),
    log: silentLog,
    reserveBytes: RESERVE_BYTES,
  });
  try {
    assert.equal(statSync(join(dir, "data", "reserve")).size, RESERVE_BYTES);
    const { acked, refusal } = await fill(store);
    assert.ok(refusal instanceof UnavailableError);
    assert.deepEqual([refusal.code, refusal.retryable], ["disk_full", true]);
    assert.ok(acked > 10, `${acked} batches fitted`);

    const ready = await store.ops.ready();
    assert.equal(ready.ok, false);
    assert.match(ready.reasons.join(), /the disk of .* is full/);
    assert.equal(await store.registry.put("user", "ops", 0, { name: "ops" }), 1);
    await assert.rejects(store.samples.put(batch(acked), nowAfter(T0 + acked * 300)), { code: "disk_full" });
    const last = T0 + (acked - 1) * 300;
    const latest = await store.samples.latest([{ target: `shop-${SERIES_COUNT - 1}`, vantage: "ct-1" }]);
    assert.equal(latest[0]?.sample.tick, last, "reads go on, and the last acknowledged batch is there");

    rmSync(join(dir, "filler"));
    const outcomes = await store.samples.put(batch(acked), nowAfter(T0 + acked * 300));
    assert.deepEqual(new Set(outcomes), new Set(["stored"]));
    assert.deepEqual(await store.ops.ready(), { ok: true, reasons: [] });
    assert.equal((await store.ops.counters())[0]?.stored, (acked + 1) * SERIES_COUNT);
    assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  } finally {
    await store.close();
  }
});

/** Fills what is left, to the last block. */
function fillUp(file: string): void {
  const fd = openSync(file, "w");
  try {
    for (const size of [MiB, 4_096])
      for (let left = true; left; ) {
        try {
          left = writeSync(fd, Buffer.alloc(size, 1)) === size;
        } catch {
          left = false;
        }
      }
  } finally {
    closeSync(fd);
  }
}

test("a collector that starts on a full disk gives up its reserve, reads, and says what is wrong", async (t) => {
  const dir = smallDisk(t);
  if (dir === null) return t.skip("needs a file system of its own: run it as root");
  const options = { dir: join(dir, "data"), log: silentLog, reserveBytes: RESERVE_BYTES };
  const before = await openSqliteStore(options);
  await before.samples.put(batch(0), nowAfter(T0));
  await before.close();
  fillUp(join(dir, "filler"));
  const store = await openSqliteStore(options);
  try {
    const [latest] = await store.samples.latest([{ target: "shop-0", vantage: "ct-1" }]);
    assert.equal(latest?.sample.tick, T0);
    assert.equal((await store.ops.ready()).ok, false);
    await assert.rejects(store.samples.put(batch(1), nowAfter(T0 + 300)), { code: "disk_full" });
    assert.equal(await store.registry.put("user", "ops", 0, { name: "ops" }), 1);
    rmSync(join(dir, "filler"));
    assert.deepEqual(await store.ops.ready(), { ok: true, reasons: [] });
    assert.deepEqual(new Set(await store.samples.put(batch(1), nowAfter(T0 + 300))), new Set(["stored"]));
  } finally {
    await store.close();
  }
});

test("a database that may not grow on a disk with room says so, is not ready, and rewrites no reserve", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-limited-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const limit = `--fsize=${8 * MiB}`;
  const args = [limit, process.execPath, CHILD, join(dir, "data"), String(4 * MiB)];
  const said = JSON.parse(execFileSync("prlimit", args, { encoding: "utf8" })) as Limited;
  assert.ok(said.acked > 1_000, `${said.acked} fitted`);
  assert.equal(said.stored, said.acked);
  const settled = said.refusals.slice(2);
  for (const { message, ready } of settled) {
    assert.match(message, /the database in .* cannot grow although its disk has room/);
    assert.equal(ready, false);
  }
  assert.equal(new Set(settled.map(({ reserve }) => reserve)).size, 1);
  assert.notEqual(settled[0]?.reserve, null);
});
