/**
 * kill -9 while archive sets and steps change, series are purged and a database is migrated: each series is as before or as
 * after, and everything that was acknowledged is there.
 *
 * The memory engine does the same operations; the digests of all archives and of the strip say which of the two it is.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { ArchiveName } from "../../collector/store/lasts-and-strips.ts";
import { memoryStore } from "../../collector/store/memory/memory-store.ts";
import { versionOf } from "../../collector/store/sqlite/migrate.ts";
import { openForReading } from "../../collector/store/sqlite/open-database.ts";
import { MIGRATIONS } from "../../collector/store/sqlite/schema.ts";
import { DATABASE_NAME, openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../collector/store/store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { ALL_SERIES, act, type Change, WIDTHS_S } from "./store-changes.ts";

const FULL = process.env["CARRIERWATCH_FULL"] === "1";
const ROUNDS = FULL ? 100 : 6;
/** After so many a new folder: the memory engine recomputes everything at every look. */
const ROUNDS_PER_FOLDER = 5;
const CHANGES: readonly Change[] = ["shape", "purge", "step"];
/** Each of them has a fixture. */
const SCHEMAS = MIGRATIONS.length - 1;
const MIGRATIONS_KILLED = FULL ? 12 * SCHEMAS : SCHEMAS;
/** The longest a timer can be set to. */
const NEVER_MS = 2 ** 31 - 1;
const FIXTURES = new URL("../fixtures/store/", import.meta.url);
const HOLDER = new URL("./store-child.ts", import.meta.url).pathname;
const CHILD = new URL("./store-changes-child.ts", import.meta.url).pathname;

/** Kills a child within milliseconds of the beginning of a change of that kind. @returns the last operation acknowledged */
async function killIn(dir: string, first: number, kind: Change): Promise<number> {
  const child = spawn(process.execPath, [CHILD, dir, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let acked = first - 1;
  let isAimed = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, n = "", of] = line.split(" ");
    if (what === "ack") acked = Number(n);
    if (isAimed || what !== "begin" || of !== kind) continue;
    isAimed = true;
    setTimeout(() => child.kill("SIGKILL"), Math.random() * 12);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  return acked;
}

/** What each series holds: a digest of each of its archives and of the strip, each read by itself. */
async function seriesOf(store: Store): Promise<string[][]> {
  return Promise.all(
    ALL_SERIES.map(async (series) => {
      const rows = await Promise.all(WIDTHS_S.map((width) => store.digest(series, width)));
      return [...rows, await store.digest(series, "strip")];
    }),
  );
}

/** Resolves when what the kill left half changed is made: the next change is not begun before. */
const settled = (store: Store) => store.samples.shape("nobody", 300, null, 0);

const opened = (dir: string) => openSqliteStore({ dir, log: silentLog, reserveBytes: 64 * 1024 });

async function killAgainAndAgain(rounds: number, from: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-changes-"));
  const judge = memoryStore();
  let next = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const kind = CHANGES[(from + round) % CHANGES.length] ?? "shape";
      const acked = await killIn(dir, next, kind);
      for (; next <= acked; next += 1) await act(judge, next);
      const before = await seriesOf(judge);
      await act(judge, next);
      const after = await seriesOf(judge);
      const store = await opened(dir);
      const meanwhile = await seriesOf(store);
      await settled(store);
      const found = await seriesOf(store);
      for (const [i, { target, vantage }] of ALL_SERIES.entries()) {
        const about = `${target} from ${vantage}, killed in operation ${next}, ${kind}`;
        for (const [at, digest] of (meanwhile[i] ?? []).entries())
          assert.ok([before[i]?.[at], after[i]?.[at]].includes(digest), `${about}, while it is made, ${at}`);
        assert.ok([before[i]?.join(), after[i]?.join()].includes(found[i]?.join()), about);
      }
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
      await store.close();
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test(`killed ${ROUNDS} times in a change of sets, of steps or in a purge, each series is as before or as after`, async () => {
  let done = 0;
  for (; done < ROUNDS; done += ROUNDS_PER_FOLDER)
    await killAgainAndAgain(Math.min(ROUNDS_PER_FOLDER, ROUNDS - done), done);
});

/** Migrates a copy of an old database in a process of its own, which is killed after so long. @returns whether it was done */
async function migrateFor(dir: string, ms: number): Promise<boolean> {
  const child = spawn(process.execPath, [HOLDER, dir, "hold"], { stdio: ["ignore", "pipe", "inherit"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  let isOpen = false;
  for await (const line of createInterface({ input: child.stdout })) {
    isOpen ||= line === "open";
    child.kill("SIGKILL");
  }
  clearTimeout(timer);
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  return isOpen;
}

/** A folder with a database of an earlier schema. */
function oldDatabase(dir: string, name: string): void {
  mkdirSync(dir);
  writeFileSync(join(dir, DATABASE_NAME), gunzipSync(readFileSync(new URL(`${name}.db.gz`, FIXTURES))));
}

/** How long a migration takes on this machine from the start of its process, if nobody kills it, ms. */
async function unkilledMs(dir: string): Promise<number> {
  oldDatabase(dir, "schema-1");
  const before = performance.now();
  assert.ok(await migrateFor(dir, NEVER_MS));
  return performance.now() - before;
}

test(`${MIGRATIONS_KILLED} migrations, each killed until it was through, end with all that the old database held`, async () => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-migration-"));
  try {
    let killed = 0;
    let startedMs = await unkilledMs(join(dir, "first"));
    // Which moments are drawn is chance: where too few lay inside the work, more are drawn.
    for (let n = 0; n < MIGRATIONS_KILLED || killed < MIGRATIONS_KILLED / 2; n += 1) {
      const work = join(dir, `n${n}`);
      const name = `schema-${1 + (n % SCHEMAS)}`;
      oldDatabase(work, name);
      for (;;) {
        const before = performance.now();
        // From the start of the process to a little beyond the end of its work, wherever that lies on this machine.
        if (await migrateFor(work, Math.random() * startedMs * 1.2)) {
          startedMs = Math.max(startedMs, performance.now() - before);
          break;
        }
        killed += 1;
        if (killed % 4 === 0) startedMs *= 1.5;
      }
      const store = await opened(work);
      const want: Record<string, string> = JSON.parse(
        readFileSync(new URL(`${name}.json`, FIXTURES), "utf8"),
      );
      for (const [what, digest] of Object.entries(want)) {
        const [vantage = "", ...words] = what.split(" ");
        const archive = (Number(words.join(" ")) || words.join(" ")) as ArchiveName;
        assert.equal(await store.digest({ target: "shop", vantage }, archive), digest, what);
      }
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
      await store.close();
      const copies = readdirSync(join(work, "backups"));
      assert.deepEqual(copies, [`carrierwatch-${name}.db`], "one copy, made before anything changed");
      const copy = openForReading(join(work, "backups", `carrierwatch-${name}.db`));
      assert.equal(versionOf(copy), Number(name.split("-")[1]));
      assert.equal(copy.pragma("integrity_check", { simple: true }), "ok");
      copy.close();
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
