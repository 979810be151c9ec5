/** The same samples give the same pages from the memory reference and from SQLite. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { scratch } from "../../support/product.ts";
import { down, MIDNIGHT_S, suspect, ticksOf, up, type World, world } from "../world.ts";

const DAY_S = 86_400;

/** Forty days of two vantages, a step change, a pause, and today's samples arriving backwards. */
async function lived(store?: Store): Promise<{ at: World; id: string }> {
  const at = await world({ startS: MIDNIGHT_S - 40 * DAY_S, ...(store ? { store } : {}) });
  await at.vantage("ct-1", "ct");
  await at.vantage("cnc-1", "cnc");
  const slow = await at.target();
  const of = (target: typeof slow, fromS: number, toS: number) =>
    ["ct-1", "cnc-1"].flatMap((vantage, v) =>
      ticksOf(target.stepS, fromS, toS).flatMap((tick, i) => {
        const face = (i * 7 + v * 3) % 11;
        if (face === 0) return [];
        if (face === 1) return [down(target, vantage, tick)];
        if (face === 2) return [suspect(target, vantage, tick)];
        return [
          up(target, vantage, tick, 1000 + ((i * 7919) % 90_000), { speed: 1000 + (i % 777), dns: face }),
        ];
      }),
    );
  at.clock.jump(38 * DAY_S * 1000);
  await at.history(of(slow, MIDNIGHT_S - 40 * DAY_S, at.nowS()));
  const input = { name: "site", url: "https://www.example.com/", cron: "* * * * *" };
  const fast = await at.registry.targets.update(slow.id, 1, input);
  const changeS = at.nowS();
  at.clock.jump(1.5 * DAY_S * 1000);
  await at.registry.targets.pause(slow.id);
  at.clock.jump(3600 * 1000);
  await at.registry.targets.resume(slow.id);
  at.clock.jump(5 * 3600 * 1000);
  await at.history(of(fast, changeS, at.nowS()).reverse());
  return { at, id: slow.id };
}

test("every range, the overview, the target's head, samples and fetch are equal in both engines", async (t) => {
  const folder = scratch("query-engines");
  const store = await openSqliteStore({ dir: folder.dir, log: silentLog, reserveBytes: 1 << 20 });
  t.after(async () => {
    await store.close();
    folder.remove();
  });
  const memory = await lived();
  const sqlite = await lived(store);
  assert.equal(sqlite.id, memory.id);
  const { id } = memory;
  const asked: Record<string, (at: World) => Promise<unknown>> = {
    overview: (at) => at.query.overview(),
    head: (at) => at.query.targetView(id),
    samples: (at) => at.query.samples(id, { limit: 500 }),
    custom: (at) =>
      at.query.chart(id, { range: "custom", fromS: MIDNIGHT_S - 3 * DAY_S, toS: MIDNIGHT_S - DAY_S }),
  };
  for (const range of ["3h", "day", "week", "month", "year"] as const) {
    asked[range] = (at) => at.query.chart(id, { range });
  }
  for (const steps of [1, 30, 120, 1440]) {
    asked[`fetch ${steps}`] = (at) =>
      at.query.fetch({ target: id, vantage: "ct-1", metric: "total", cf: "AVERAGE", steps });
  }
  for (const [name, ask] of Object.entries(asked)) {
    const [want, found] = [await ask(memory.at), await ask(sqlite.at)];
    assert.deepEqual(masked(found), masked(want), name);
    assert.ok(JSON.stringify(want).length > 100, `${name} says something`);
  }
});

/** Both worlds draw sequence numbers from one counter; everything else must be equal. */
function masked(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === "seq" ? 0 : inner)));
}
