/**
 * Drawn lives of a store: whatever was put, changed, removed, reopened or killed, the SQLite engine answers what the
 * memory engine answers, to the byte, and finds itself sound.
 */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { memoryStore } from "../../collector/store/memory/memory-store.ts";
import { openForCheckpoints, openForReading } from "../../collector/store/sqlite/open-database.ts";
import { DATABASE_NAME, openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../collector/store/store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { fc } from "../support/property.ts";
import { type DrawnAct, life, live, moved, newWorld } from "./store-lives.ts";
import { everything } from "./store-lives-answers.ts";

const FULL = process.env["CARRIERWATCH_FULL"] === "1";
const LIVES = FULL ? 2_000 : 5;
/** Lives that one store has, one after the other. */
const LIVES_EACH = 25;

const openIn = (dir: string) => openSqliteStore({ dir, log: silentLog, reserveBytes: 64 * 1024 });

/** A store in a folder that is closed, left as a kill leaves it, or has its WAL folded in. */
class Housed {
  private readonly root = mkdtempSync(join(tmpdir(), "carrierwatch-lives-"));
  private dir = join(this.root, "0");
  private moves = 0;
  store: Store | null = null;

  async opened(): Promise<Store> {
    this.store ??= await openIn(this.dir);
    return this.store;
  }

  async act(kind: DrawnAct["kind"]): Promise<void> {
    if (kind === "reopen") await this.close();
    if (kind === "kill") await this.kill();
    if (kind === "checkpoint") this.checkpoint();
  }

  /** The files as they are now are what the next start finds. */
  private async kill(): Promise<void> {
    if (this.store === null) return;
    this.moves += 1;
    const next = join(this.root, String(this.moves));
    mkdirSync(next);
    // As long as somebody reads it, no WAL begins anew between the two copies.
    const reading = openForReading(join(this.dir, DATABASE_NAME));
    reading.exec("BEGIN");
    reading.prepare("SELECT count(*) FROM meta").get();
    for (const name of [DATABASE_NAME, `${DATABASE_NAME}-wal`]) {
      const from = join(this.dir, name);
      if (existsSync(from)) copyFileSync(from, join(next, name));
    }
    reading.exec("COMMIT");
    reading.close();
    await this.close();
    this.dir = next;
  }

  private checkpoint(): void {
    if (this.store === null) return;
    const db = openForCheckpoints(join(this.dir, DATABASE_NAME));
    db.pragma("wal_checkpoint(PASSIVE)");
    db.close();
  }

  private async close(): Promise<void> {
    await this.store?.close();
    this.store = null;
  }

  async end(): Promise<void> {
    await this.close();
    rmSync(this.root, { recursive: true });
  }
}

/** Two stores that have the same lives, and how many they had. */
class Pair {
  readonly house = new Housed();
  readonly judge = memoryStore();
  lives = 0;
}

async function lived({ house, judge, lives }: Pair, acts: readonly DrawnAct[]): Promise<void> {
  const world = newWorld(lives);
  for (const [i, act] of acts.entries()) {
    await house.act(act.kind);
    const said = await live(await house.opened(), act, world);
    assert.deepEqual(said, await live(judge, act, world), `what act ${i}, ${act.kind}, was answered`);
    moved(act, world);
  }
  const wanted = await everything(judge, world);
  assert.deepEqual(await everything(await house.opened(), world), wanted, "after all acts");
  await house.act(lives % 2 === 0 ? "kill" : "reopen");
  assert.deepEqual(await everything(await house.opened(), world), wanted, "after all acts and a start");
  assert.deepEqual(await (await house.opened()).ops.verify(), { ok: true, problems: [] });
}

test(`${LIVES} drawn lives of a store are the same in both engines, killed and reopened too`, async () => {
  let pair = new Pair();
  try {
    await fc.assert(
      fc.asyncProperty(life, async (acts) => {
        if (pair.lives === LIVES_EACH) {
          await pair.house.end();
          pair = new Pair();
        }
        pair.lives += 1;
        await lived(pair, acts);
      }),
      { numRuns: LIVES },
    );
  } finally {
    await pair.house.end();
  }
});
