/** What an engine keeps: over a restart, in a backup, and what it says of its own state and size. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ESTIMATE_AGES_S, type OutboxMessage, type Store } from "../../collector/store/store.ts";
import { UnavailableError, VersionConflictError } from "../../collector/wire/errors.ts";
import { METRICS } from "../../collector/wire/metric.ts";
import {
  downAt,
  ENGINES,
  forEachEngine,
  incidentOf,
  nowAfter,
  record,
  SERIES,
  T0,
  withStore,
} from "./support.ts";

const LAST = T0 + 39 * 300;
const NOW = nowAfter(LAST);
const AT_MS = T0 * 1_000;
const EVER = { series: [SERIES], fromS: 0, toS: T0 * 2 };

const incident = incidentOf();

const message = (id: string): OutboxMessage => ({
  id,
  channel: "mail",
  recipient: "ops",
  payload: { 名: "商店" },
  createdMs: AT_MS,
});

/** Something of everything there is. */
async function fill({ samples, registry, incidents, outbox, events, ops }: Store): Promise<void> {
  const archives = [
    { steps: 1, rows: 600, xff: 0.5 },
    { steps: 12, rows: 900, xff: 0.25 },
  ];
  const ticks = Array.from({ length: 40 }, (_, i) => T0 + i * 300);
  await samples.put(
    ticks.slice(0, 20).map((tick) => record({ tick })),
    NOW,
  );
  await samples.shape("shop", 300, archives, T0, { last: true, percentiles: ["ttfb"] });
  await samples.put(
    ticks.slice(20).map((tick, i) => record({ tick, sample: i % 7 === 3 ? downAt("tls") : {} })),
    NOW,
  );
  await samples.put([record(), record({ seq: 99 }), record({ tick: T0 + 90_000 })], NOW);
  const labelS = T0 - 200 * 3_600;
  const total = { n: 12, sum: 1_200, min: 90, max: 110 };
  await samples.loadRows([{ series: SERIES, stepS: 300, rowS: 3_600, labelS, values: { total } }], NOW);
  await samples.put([record({ tick: T0 + 60, stepS: 60 })], NOW);
  await ops.countRejected("cnc-1", 3);
  await registry.put("target", "shop", 0, { name: "商店" });
  await registry.put("carrier", "ct", 0, {});
  await registry.put("carrier", "ct", 1, null);
  await incidents.transition(incident, 0, [message("m1"), message("m2")]);
  const [first] = await outbox.lease(AT_MS, 1_000, 1);
  await outbox.settle("m1", first?.lease ?? "", { kind: "retry", atMs: AT_MS + 9_000, error: "421 busy" });
  const told = { target: "shop", vantage: "ct-1", added: ["192.0.2.1"], gone: [] };
  await events.put([{ id: "e", atS: T0, kind: "addresses", ...told }]);
}

/** Everything that can be read of it. */
async function everything({ samples, rows, strip, lasts, digest, ...store }: Store) {
  const widths = [60, 300, 1_800, 3_600, 7_200, 86_400];
  const names = [...widths, "strip", "strip ttfb", "LAST 3600"] as const;
  const newest = await samples.newest([SERIES]);
  return {
    generations: await samples.generations(),
    digests: await Promise.all(names.map((name) => digest(SERIES, name as (typeof names)[number]))),
    rows: await rows.read({ ...EVER, metrics: METRICS, rowS: 3_600 }),
    lasts: await lasts.read({ ...EVER, metrics: METRICS, rowS: 3_600 }),
    strips: [await strip.read(EVER), await strip.read({ ...EVER, metric: "ttfb" })],
    samples: await samples.page({ ...EVER, limit: 99, order: "newest" }),
    latest: await samples.latest([SERIES]),
    states: await samples.states("shop", [T0, LAST]),
    newest: [...newest.ticks, ...newest.stepsS, ...newest.codes, ...newest.present, ...newest.values],
    counters: await store.ops.counters(),
    docs: [await store.registry.list("target"), await store.registry.list("carrier")],
    incidents: await store.incidents.list({ limit: 9 }),
    outbox: await store.outbox.summary(),
    events: await store.events.list({ limit: 9 }),
  };
}

/** What goes on where it was: versions, tokens, leases and marks. */
async function goesOn({ samples, registry, outbox, claims }: Store, before: { token: number }) {
  assert.deepEqual(await samples.put([record(), record({ seq: 99 })], NOW), ["duplicate", "conflict"]);
  await assert.rejects(registry.put("target", "shop", 0, {}), VersionConflictError);
  assert.equal(await registry.put("carrier", "ct", 0, {}), 3, "versions go on after a removal");
  assert.deepEqual(
    (await outbox.lease(AT_MS + 8_999, 1_000, 9)).map(({ id }) => id),
    ["m2"],
  );
  const [again] = await outbox.lease(AT_MS + 9_000, 1_000, 1);
  assert.deepEqual([again?.id, again?.attempts], ["m1", 1]);
  assert.equal(await claims.take("evaluator", "b", NOW + 999, 1_000), null);
  assert.ok(((await claims.take("evaluator", "b", NOW + 1_000, 1_000)) ?? 0) > before.token);
  assert.equal((await claims.due(NOW + 999, 1_000, 99)).length, 39, "what was claimed stays claimed");
  assert.equal((await claims.due(NOW + 1_000, 1_000, 99)).length, 2);
}

for (const engine of ENGINES.filter(({ name }) => name !== "memory")) {
  test(`opened again, everything is as it was and goes on (${engine.name})`, async () => {
    const opened = await engine.open();
    try {
      assert.ok(opened.again);
      await fill(opened.store);
      const token = (await opened.store.claims.take("evaluator", "a", NOW, 1_000)) ?? 0;
      assert.equal((await opened.store.claims.due(NOW, 1_000, 2)).length, 2);
      const before = await everything(opened.store);
      const store = await opened.again();
      assert.deepEqual(await everything(store), before);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
      await goesOn(store, { token });
    } finally {
      await opened.close();
    }
  });

  test(`a backup is whole and verified while writes go on, and opens as the store it was made of (${engine.name})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "carrierwatch-copies-"));
    const opened = await engine.open();
    try {
      assert.ok(opened.restored);
      await fill(opened.store);
      const before = await everything(opened.store);
      const path = join(folder, "copy");
      const others = Array.from({ length: 50 }, (_, i) => record({ target: "news", tick: T0 + i * 300 }));
      const [made] = await Promise.all([
        opened.store.ops.backup(path),
        ...others.map((one) => opened.store.samples.put([one], nowAfter(one.sample.tick))),
      ]);
      const bytes = readFileSync(path);
      assert.deepEqual(made, {
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      });
      assert.deepEqual(readdirSync(folder), ["copy"], "nothing is left beside it");
      const copy = await opened.restored(path);
      try {
        assert.deepEqual(await copy.store.ops.verify(), { ok: true, problems: [] });
        const { generations, counters, ...found } = await everything(copy.store);
        const { generations: given, counters: _, ...want } = before;
        assert.deepEqual(found, want);
        assert.deepEqual(
          generations.filter(({ series }) => series.target === "shop"),
          given,
        );
        const news = await copy.store.samples.page({
          ...{ series: [{ target: "news", vantage: "ct-1" }], fromS: 0, toS: T0 * 2 },
          ...{ limit: 99, order: "oldest" },
        });
        const stored = counters.find(({ vantage }) => vantage === "ct-1")?.stored;
        assert.equal(stored, 41 + news.samples.length, "samples and counters are of one moment");
      } finally {
        await copy.close();
      }
    } finally {
      await opened.close();
      rmSync(folder, { recursive: true });
    }
  });
}

forEachEngine("what is said of the store", (open) => {
  test(
    "a store that can be written is ready, and verifies",
    withStore(open, async (store) => {
      await fill(store);
      // A write that takes longer than a second, on a machine that has other work, is a reason too.
      let said = await store.ops.ready();
      for (let asked = 1; !said.ok && asked < 30; asked += 1) said = await store.ops.ready();
      assert.deepEqual(said, { ok: true, reasons: [] });
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "what the counters say outlives the series they were counted of",
    withStore(open, async (store) => {
      await fill(store);
      const before = await store.ops.counters();
      await store.samples.purge(SERIES);
      assert.deepEqual(await store.ops.counters(), before);
    }),
  );

  test(
    "a size is said of every part, for each age, and never shrinks with age",
    withStore(open, async (store) => {
      await fill(store);
      const said = await store.ops.estimate(300);
      const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
      assert.deepEqual([said.series, (await store.samples.generations()).length], [1, 2], "of two steps");
      assert.equal(said.detailsDropped, 0);
      assert.equal(said.bytesAt.length, ESTIMATE_AGES_S.length);
      const ages = [...said.bytesAt, said.bytesFull];
      assert.deepEqual(
        ages,
        ages.toSorted((a, b) => a - b),
      );
      const named = sum(said.parts.map(({ bytesNow }) => bytesNow));
      assert.ok(named >= said.bytesNow, `${said.bytesNow} bytes are there, ${named} have a name`);
      const rounded = said.parts.length;
      const full = sum(said.parts.map(({ bytesPerSeries }) => bytesPerSeries));
      assert.ok(Math.abs(full - said.bytesPerSeriesFull) <= rounded);
      for (const { part, bytesPerSeriesAt, bytesPerSeries } of said.parts) {
        const grown = [...bytesPerSeriesAt, bytesPerSeries];
        assert.equal(bytesPerSeriesAt.length, ESTIMATE_AGES_S.length, part);
        assert.deepEqual(
          grown,
          grown.toSorted((a, b) => a - b),
          part,
        );
      }
    }),
  );
});

test("an engine without backups says so, and that trying again is no use", async () => {
  for (const engine of ENGINES) {
    const { store, restored, close } = await engine.open();
    try {
      if (restored) continue;
      await assert.rejects(store.ops.backup("/nowhere/copy"), (error: unknown) => {
        assert.ok(error instanceof UnavailableError);
        assert.deepEqual([error.code, error.retryable], ["not_supported", false]);
        return true;
      });
    } finally {
      await close();
    }
  }
});
