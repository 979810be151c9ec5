/** A data folder with a past: samples of one series up to now, written as history, and a client of it while no collector runs. */
import { closedClient } from "../../../collector/cli/closed-store.ts";
import { registryPart } from "../../../collector/registry/registry.ts";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import { systemClock } from "../../../collector/wire/clock.ts";
import type { Log } from "../../../collector/wire/log.ts";
import type { Sample } from "../../../collector/wire/sample.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { scratch } from "../../support/product.ts";
import { down, ticksOf, up } from "../world.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const STEP_S = 300;

/**
 * @param empty Vantages without a past.
 * @param days How far back the samples reach; every seventh tick is down, some were not measured at all.
 * @param input More fields of the target.
 */
export async function folderWithPast(
  days: number,
  empty: readonly string[] = [],
  input: Readonly<Record<string, unknown>> = {},
) {
  const { dir, remove } = scratch("past");
  const store = await openSqliteStore({ dir, log: silent });
  const clock = systemClock();
  const random = (size: number) => Uint8Array.from({ length: size }, (_, i) => (size * 13 + i * 7) % 256);
  const registry = registryPart({ store, clock, random });
  await registry.seed();
  await registry.vantages.create({ id: "ct-sh", name: "上海, 电信", carrier: "ct" });
  for (const id of empty) await registry.vantages.create({ id, name: id, carrier: "cnc" });
  const target = await registry.targets.create({ name: "首页", url: "https://www.example.com/", ...input });
  const endS = Math.floor(clock.nowMs() / 1000);
  const records = ticksOf(STEP_S, endS - days * 86_400, endS)
    .filter((_, i) => i % 11 !== 3 && !(i % 288 > 100 && i % 288 < 160))
    .map((tick, i) =>
      i % 7 === 2 ? down(target, "ct-sh", tick) : up(target, "ct-sh", tick, ...measured(i)),
    );
  for (let at = 0; at < records.length; at += 5_000) {
    await store.samples.load(records.slice(at, at + 5_000), clock.nowMs());
  }
  await store.close();
  return {
    dir,
    remove,
    target,
    samples: records.map(({ sample }) => sample),
    open: () => closedClient(dir, silent),
  };
}

function measured(i: number): [number, Partial<Sample["timings"]>] {
  const totalUs = 100_000 + ((i * 7_919) % 90_001);
  return [totalUs, { speed: 1_000 + ((i * 31) % 977), ttfb: totalUs - 333, dns: i % 9, wait: (i % 5) * 101 }];
}

export type Past = Awaited<ReturnType<typeof folderWithPast>> & { target: Target };
