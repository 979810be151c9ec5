/**
 * Power cuts: database and WAL as the disk may hold them at any moment of a real writer's work, checkpoints included.
 *
 * What was not synced is there in part, in any order, torn anywhere (traced-disk.ts). Whatever is left opens and is sound;
 * every sample that was acknowledged before the cut is in it, no batch in part, and archives and strip are those that the
 * memory engine makes of the same samples.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { memoryStore } from "../../collector/store/memory/memory-store.ts";
import { DATABASE_NAME, openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../collector/store/store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { batchOf, SERIES_COUNT, seriesOf, ticksOf } from "./store-batches.ts";
import { HARMS, leaveAfterCut, type Trace, traced } from "./traced-disk.ts";

const IMAGES = process.env["CARRIERWATCH_FULL"] === "1" ? 200 : 20;
/** Before the trace: a folder with a past. */
const BEFORE = 40;
/** Long enough for the WAL to be folded in several times. */
const BATCHES = 320;
const WIDTHS_S = [300, 1_800, 7_200, 86_400];
const CHILD = new URL("./store-child.ts", import.meta.url).pathname;
const WAL_NAME = `${DATABASE_NAME}-wal`;

function canTrace(): boolean {
  try {
    execFileSync("strace", ["-f", "--seccomp-bpf", "-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const skip = canTrace() ? false : "needs strace and leave to use it: apt-get install strace";

/** Moments to cut at: any, and as often while the database itself is being written. */
function momentsOf({ lines, changes, syncs }: Trace): (i: number) => number {
  const spells = changes
    .filter(({ file, kind }) => file === DATABASE_NAME && kind === "write")
    .map(({ began }) => {
      const synced = syncs.find((sync) => sync.file === DATABASE_NAME && sync.began > began);
      return { from: began, to: synced?.done ?? lines };
    });
  assert.ok(spells.length > 100, `the database was written ${spells.length} times`);
  return (i) => {
    const spell = spells[Math.floor(Math.random() * spells.length)];
    if (i % 2 === 0 || !spell) return Math.floor(Math.random() * lines);
    return spell.from + Math.floor(Math.random() * (spell.to - spell.from));
  };
}

async function digestsOf(store: Store): Promise<string[]> {
  const series = Array.from({ length: SERIES_COUNT }, (_, i) => seriesOf(i));
  return Promise.all(
    series.flatMap((one) => [
      ...WIDTHS_S.map((width) => store.digest(one, width)),
      store.digest(one, "strip"),
    ]),
  );
}

/** Which batches a store has; none may be there in part. */
async function batchesIn(store: Store): Promise<number[]> {
  const whole = SERIES_COUNT * ticksOf(0).length;
  const all = Array.from({ length: BEFORE + BATCHES }, (_, n) => n);
  const states = await Promise.all(
    Array.from({ length: SERIES_COUNT }, (_, i) =>
      store.samples.states(
        seriesOf(i).target,
        all.flatMap((n) => ticksOf(n)),
      ),
    ),
  );
  const byTick = Map.groupBy(states.flat(), ({ sample }) => sample.tick);
  return all.filter((n) => {
    const found = ticksOf(n).reduce((sum, tick) => sum + (byTick.get(tick)?.length ?? 0), 0);
    assert.ok(found === 0 || found === whole, `batch ${n} has ${found} of ${whole} samples`);
    return found > 0;
  });
}

async function examine(dir: string, acked: readonly number[]): Promise<void> {
  const store = await openSqliteStore({ dir, log: silentLog, reserveBytes: 64 * 1024 });
  try {
    assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    const held = await batchesIn(store);
    assert.deepEqual(
      acked.filter((n) => !held.includes(n)),
      [],
      "acknowledged and lost",
    );
    const judge = memoryStore();
    for (const n of held) await judge.samples.put(batchOf(n).records, batchOf(n).nowMs);
    assert.deepEqual(await digestsOf(store), await digestsOf(judge));
  } finally {
    await store.close();
  }
}

test(`${IMAGES} images of a power cut hold what was acknowledged, sound and with the right rows`, {
  skip,
}, async (t) => {
  const root = mkdtempSync(join(tmpdir(), "carrierwatch-power-"));
  try {
    const dir = join(root, "folder");
    const first = spawnSync(process.execPath, [CHILD, dir, "write", "0", String(BEFORE), "1"]);
    assert.equal(first.status, 0, String(first.stderr));
    const base = join(root, "base");
    cpSync(dir, base, { recursive: true });
    const trace = await traced(
      CHILD,
      [dir, "write", String(BEFORE), String(BATCHES), "3"],
      join(root, "trace"),
    );
    const acks = trace.said.flatMap(({ at, text }) =>
      text.startsWith("ack ") ? [{ at, n: Number(text.slice(4)) }] : [],
    );
    assert.equal(acks.length, BATCHES);
    const momentOf = momentsOf(trace);
    const unsafe = new Map([DATABASE_NAME, WAL_NAME].map((name) => [name, 0]));
    for (let i = 0; i < IMAGES; i += 1) {
      const image = join(root, `image-${i}`);
      mkdirSync(image);
      const at = i === 0 ? trace.lines : momentOf(i);
      const harm = HARMS[i % HARMS.length] ?? "sectors";
      for (const [name, count] of leaveAfterCut(trace, { from: base, to: image, at, harm }))
        if (count > 0) unsafe.set(name, (unsafe.get(name) ?? 0) + 1);
      const acked = acks.filter((ack) => ack.at < at).map(({ n }) => n);
      await t.test(`cut at line ${at} of ${trace.lines}, ${harm}, ${acked.length} acknowledged`, () =>
        examine(image, [...Array.from({ length: BEFORE }, (_, n) => n), ...acked]),
      );
      rmSync(image, { recursive: true });
    }
    t.diagnostic(`${JSON.stringify([...unsafe])} images with unsynced writes, of ${IMAGES}`);
    for (const [name, images] of unsafe)
      assert.ok(images > IMAGES / 10, `${images} images had unsynced writes of ${name}`);
  } finally {
    rmSync(root, { recursive: true });
  }
});
