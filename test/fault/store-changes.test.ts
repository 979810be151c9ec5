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
const FIXTURES = new URL("../fixtures/store/", import.meta.url);
const HOLDER = new URL("./store-child.ts", import.meta.url).pathname;
const KILL_AT = new URL("./store-kill-at.ts", import.meta.url).href;
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

/**
 * Migrates a copy of an old database in a process of its own, which is killed at the n-th call of the database.
 *
 * @param calls File in which each call is counted; absent = nobody wants to know.
 * @returns whether it was through
 */
async function migrated(dir: string, at: number, calls = ""): Promise<boolean> {
  const child = spawn(process.execPath, ["--import", KILL_AT, HOLDER, dir, "hold"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, CARRIERWATCH_KILL_AT: String(at), CARRIERWATCH_CALLS: calls },
  });
  let isOpen = false;
  for await (const line of createInterface({ input: child.stdout })) {
    isOpen ||= line === "open";
    child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  return isOpen;
}

/** How many calls of the database the migration of a schema takes. */
async function callsOf(root: string, schema: string): Promise<number> {
  const file = join(root, `${schema}-calls`);
  assert.ok(await migrated(old(root, schema, schema), 0, file));
  return Number(readFileSync(file, "utf8"));
}

/** A folder with the database of an old schema. */
function old(root: string, name: string, schema: string): string {
  const dir = join(root, name);
  mkdirSync(dir);
  writeFileSync(join(dir, DATABASE_NAME), gunzipSync(readFileSync(new URL(`${schema}.db.gz`, FIXTURES))));
  return dir;
}

test(`${MIGRATIONS_KILLED} migrations, each killed until it was through, end with all that the old database held`, async () => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-migration-"));
  try {
    let killed = 0;
    const known = new Map<string, number>();
    // Which calls are drawn is chance: where too few lay inside the work, more are drawn.
    for (let n = 0; n < MIGRATIONS_KILLED || killed < MIGRATIONS_KILLED; n += 1) {
      const name = `schema-${1 + (n % SCHEMAS)}`;
      const calls = known.get(name) ?? (await callsOf(dir, name));
      assert.ok(calls > 0, `${name} was migrated without a call`);
      known.set(name, calls);
      const work = old(dir, `n${n}`, name);
      // From the first call to a little beyond the last, whatever the machine is doing besides.
      let at = 1 + Math.floor(Math.random() * calls);
      while (!(await migrated(work, at))) {
        killed += 1;
        at = 1 + Math.floor(Math.random() * calls * 1.2);
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
