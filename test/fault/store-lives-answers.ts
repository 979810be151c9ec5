/** All that can be asked of the stores of a drawn life (store-lives.ts), so that the answers of two can be compared. */
import { oldestOf, stripSpec } from "../../collector/archive/sets.ts";
import type { Generation, SeriesKey, Store } from "../../collector/store/store.ts";
import { METRICS } from "../../collector/wire/metric.ts";
import { T0 } from "../contract/support.ts";
import { newest, stepOf, WIDTHS_S, type World } from "./store-lives.ts";

const EVER = { fromS: 0, toS: T0 * 2 };
const PAGE = 37;

/** All that can be asked of a store, in the order in which it was promised, or in none where none was. */
export async function everything({ samples, rows, lasts, strip, digest, ops }: Store, world: World) {
  const names = [
    ...WIDTHS_S,
    "strip" as const,
    "strip ttfb" as const,
    ...WIDTHS_S.map((width) => `LAST ${width}` as const),
  ];
  const digests = await Promise.all(
    world.series.map((series) => Promise.all(names.map((name) => digest(series, name)))),
  );
  const read = await Promise.all(
    WIDTHS_S.map((rowS) => rows.read({ series: world.series, metrics: METRICS, rowS, ...EVER })),
  );
  const ends = await Promise.all(
    WIDTHS_S.map((rowS) => lasts.read({ series: world.series, metrics: ["total", "ttfb"], rowS, ...EVER })),
  );
  const ticks = world.targets.map((target) => {
    const stepS = stepOf(target, world);
    return Array.from({ length: 6 }, (_, i) => newest(stepS, world) - i * stepS);
  });
  const states = await Promise.all(world.targets.map((target, i) => samples.states(target, ticks[i] ?? [])));
  return {
    digests,
    read,
    ends,
    strips: [
      await strip.read({ series: world.series, ...EVER }),
      await strip.read({ series: world.series, ...EVER, metric: "ttfb" }),
    ],
    log: [await paged(samples, world.series, "oldest"), await paged(samples, world.series, "newest")],
    states,
    latest: await samples.latest(world.series),
    newest: await samples.newest(world.series),
    generations: await Promise.all(
      world.targets.map(async (target) => (await samples.generations(target)).map(shown)),
    ),
    counters: (await ops.counters()).filter(
      ({ stored, ...others }) => stored + others.future + others.tooOld > 0,
    ),
  };
}

/** What is frozen and outlived is listed until its space is given back, which is a matter of the hour. */
function shown(generation: Generation): Generation {
  const { rings, lasts, strips, stepS, lastTick } = generation;
  const isShown = (ring: Parameters<typeof oldestOf>[0] & { readonly untilS: number | null }) =>
    ring.untilS === null || ring.untilS > oldestOf(ring, lastTick);
  return {
    ...generation,
    ...(rings && { rings: rings.filter(isShown) }),
    ...(lasts && { lasts: lasts.filter(isShown) }),
    ...(strips && { strips: strips.filter((strip) => isShown({ ...stripSpec(stepS), ...strip })) }),
  };
}

async function paged(samples: Store["samples"], series: readonly SeriesKey[], order: "oldest" | "newest") {
  const found: unknown[] = [];
  let cursor: string | null = null;
  do {
    const more: { cursor?: string } = cursor === null ? {} : { cursor };
    const page: Awaited<ReturnType<typeof samples.page>> = await samples.page({
      series,
      ...EVER,
      limit: PAGE,
      order,
      ...more,
    });
    found.push(...page.samples);
    ({ cursor } = page);
  } while (cursor !== null);
  return found;
}
