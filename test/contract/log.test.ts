/** The sample log as it is read: newest, by tick, and in pages that stay right while samples are added. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOG_KEEP_S } from "../../collector/archive/layout.ts";
import type { SamplesQuery, Store, StoredSample } from "../../collector/store/store.ts";
import { InvalidInputError } from "../../collector/wire/errors.ts";
import type { Sample } from "../../collector/wire/sample.ts";
import { downAt, forEachEngine, nowAfter, record, SERIES, T0, withStore } from "./support.ts";

const CERTIFICATE = { subject: "CN=x", issuer: "CN=y", notAfterS: T0, fingerprint256: "AA:BB" };
const OTHER = { target: "shop", vantage: "cmcc-1" };

async function pages(store: Store, query: Omit<SamplesQuery, "cursor">): Promise<StoredSample[][]> {
  const all: StoredSample[][] = [];
  let cursor: string | null = null;
  do {
    const page = await store.samples.page({ ...query, ...(cursor === null ? {} : { cursor }) });
    all.push(page.samples);
    cursor = page.cursor;
  } while (cursor !== null && all.length < 50);
  return all;
}

const ticksOf = (samples: StoredSample[]) => samples.map(({ sample }) => (sample.tick - T0) / 300);

forEachEngine("sample log", (open) => {
  test(
    "a sample comes back as it was given, details and all",
    withStore(open, async (store) => {
      const sample: Partial<Sample> = {
        state: "down",
        failure: { phase: "status", cause: "status", source: "target", elapsedUs: 1, detail: "503 指定" },
        detail: {
          status: 503,
          redirects: 2,
          finalUrl: "https://例.test/",
          address: "2001:db8::1",
          family: 6,
          lateMs: 0.25,
          certificate: { subject: "CN=x", issuer: "CN=y", notAfterS: T0, fingerprint256: "AA:BB" },
        },
      };
      const given = record({ skewMs: -12.5, sample });
      await store.samples.put([given], nowAfter(T0));
      assert.deepEqual(await store.samples.latest([SERIES]), [{ ...given, live: true }]);
    }),
  );

  test(
    "latest is the newest tick of each series, whatever came last",
    withStore(open, async (store) => {
      const records = [
        record({ tick: T0 + 600 }),
        record({ tick: T0 }),
        record({ tick: T0 + 660, stepS: 60 }),
        record({ tick: T0 + 300, vantage: "cmcc-1" }),
      ];
      await store.samples.put(records, nowAfter(T0 + 660));
      const latest = await store.samples.latest([OTHER, { target: "none", vantage: "ct-1" }, SERIES]);
      assert.deepEqual(
        latest.map((one) => [one.vantage, one.sample.tick - T0]),
        [
          ["cmcc-1", 300],
          ["ct-1", 660],
        ],
      );
    }),
  );

  test(
    "latest is whole at every tick, of each series its own, however many samples came before",
    withStore(open, async (store) => {
      const detail = {
        status: 200,
        address: "2001:db8::1",
        certificate: CERTIFICATE,
        finalUrl: "https://a.test/",
      };
      for (let i = 0; i < 40; i += 1) {
        const tick = T0 + i * 300;
        const given = [SERIES, OTHER].map(({ vantage }, v) =>
          record({
            tick,
            vantage,
            sample: { detail: { ...detail, lateMs: i + v / 8, bodyBytes: 48_213 * (v + 1) } },
          }),
        );
        await store.samples.put(given, nowAfter(tick));
        const latest = await store.samples.latest([SERIES, OTHER]);
        assert.deepEqual(
          latest,
          given.map((one) => ({ ...one, live: true })),
        );
      }
    }),
  );

  test(
    "states are every vantage's sample at the ticks asked for, by tick and vantage",
    withStore(open, async (store) => {
      const records = ["ct-1", "cnc-1", "cmcc-1"].flatMap((vantage) =>
        [0, 1, 2].map((i) => record({ vantage, tick: T0 + i * 300 })),
      );
      await store.samples.put(records, nowAfter(T0 + 600));
      const states = await store.samples.states("shop", [T0 + 600, T0, T0 + 30]);
      assert.deepEqual(
        states.map((one) => [(one.sample.tick - T0) / 300, one.vantage]),
        [
          [0, "cmcc-1"],
          [0, "cnc-1"],
          [0, "ct-1"],
          [2, "cmcc-1"],
          [2, "cnc-1"],
          [2, "ct-1"],
        ],
      );
    }),
  );

  test(
    "pages go on where the one before ended, in both directions",
    withStore(open, async (store) => {
      const records = [0, 1, 2, 3, 4].flatMap((i) => [
        record({ tick: T0 + i * 300 }),
        record({ tick: T0 + i * 300, vantage: "cmcc-1" }),
      ]);
      await store.samples.put(records, nowAfter(T0 + 1_200));
      const query = { series: [SERIES, OTHER], fromS: T0 + 300, toS: T0 + 1_200, limit: 3 } as const;
      const oldest = await pages(store, { ...query, order: "oldest" });
      assert.deepEqual(oldest.map(ticksOf), [
        [1, 1, 2],
        [2, 3, 3],
        [4, 4],
      ]);
      const newest = await pages(store, { ...query, order: "newest" });
      assert.deepEqual(newest.flatMap(ticksOf), [4, 4, 3, 3, 2, 2, 1, 1]);
      assert.deepEqual(
        newest
          .flat()
          .slice(0, 2)
          .map((one) => one.vantage),
        ["cmcc-1", "ct-1"],
      );
    }),
  );

  test(
    "a sample added at the top while paging neither repeats nor hides one",
    withStore(open, async (store) => {
      const records = [0, 1, 2, 3].map((i) => record({ tick: T0 + i * 300 }));
      await store.samples.put(records, nowAfter(T0 + 900));
      const query = { series: [SERIES], fromS: 0, toS: T0 * 2, limit: 2, order: "newest" } as const;
      const first = await store.samples.page(query);
      await store.samples.put([record({ tick: T0 + 1_200 })], nowAfter(T0 + 1_200));
      const second = await store.samples.page({ ...query, cursor: first.cursor ?? "" });
      assert.deepEqual(ticksOf(second.samples), [1, 0]);
      assert.equal(second.cursor, null);
    }),
  );

  test(
    "pages cross the place where the ring begins again, and end where it forgets",
    withStore(open, async (store) => {
      const slots = LOG_KEEP_S(86_400) / 86_400;
      const from = T0 - 900 * 86_400;
      const records = Array.from({ length: slots + 5 }, (_, i) =>
        record({ tick: from + i * 86_400, stepS: 86_400 }),
      );
      for (let at = 0; at < records.length; at += 100) {
        const part = records.slice(at, at + 100);
        await store.samples.load(part, nowAfter(part.at(-1)?.sample.tick ?? 0));
      }
      const query = { series: [SERIES], fromS: 0, toS: T0, limit: 100 } as const;
      const wanted = records.slice(5).map((one) => one.sample.tick);
      const oldest = (await pages(store, { ...query, order: "oldest" })).flat();
      assert.deepEqual(
        oldest.map((one) => one.sample.tick),
        wanted,
      );
      const newest = (await pages(store, { ...query, order: "newest" })).flat();
      assert.deepEqual(
        newest.map((one) => one.sample.tick),
        wanted.toReversed(),
      );
    }),
  );

  test(
    "a sample older than the kept window is gone, whether or not its place was needed",
    withStore(open, async (store) => {
      const keepS = LOG_KEEP_S(300);
      const ticks = [T0, T0 + 300, T0 + keepS];
      for (const tick of ticks) await store.samples.load([record({ tick })], nowAfter(tick));
      assert.deepEqual(ticksOf(await store.samples.states("shop", ticks)), [1, keepS / 300]);
      await store.samples.load([record({ tick: T0 + keepS + 600 })], nowAfter(T0 + keepS + 600));
      assert.deepEqual(ticksOf(await store.samples.states("shop", ticks)), [keepS / 300]);
    }),
  );

  test(
    "pages of any limit hold the samples of all steps by tick, both ends of the range among them",
    withStore(open, async (store) => {
      const records = [
        ...[0, 300, 600, 900].map((s) => record({ tick: T0 + s })),
        ...[360, 420, 660].map((s) => record({ tick: T0 + s, stepS: 60 })),
      ];
      await store.samples.put(records.toReversed(), nowAfter(T0 + 900));
      const query = { series: [SERIES], fromS: T0 + 300, toS: T0 + 900 };
      const wanted = [300, 360, 420, 600, 660, 900];
      for (const limit of [1, 2, 3, 6, 7])
        for (const order of ["oldest", "newest"] as const) {
          const found = await pages(store, { ...query, limit, order });
          assert.equal(found.length, Math.ceil(wanted.length / limit), `${order} by ${limit}`);
          assert.deepEqual(
            found.flat().map(({ sample }) => sample.tick - T0),
            order === "oldest" ? wanted : wanted.toReversed(),
            `${order} by ${limit}`,
          );
        }
    }),
  );

  test(
    "where the log is too heavy only details go, the oldest first, and as many as are counted",
    withStore(open, async (store) => {
      const samples = Array.from({ length: 200 }, (_, i) =>
        record({
          tick: T0 + i * 86_400,
          stepS: 86_400,
          sample: {
            ...(i % 10 === 3 ? downAt("tls") : {}),
            detail: { status: 200, finalUrl: `https://shop.test/${i}/${"x".repeat(1_500)}` },
          },
        }),
      );
      for (let at = 0; at < samples.length; at += 10) {
        const part = samples.slice(at, at + 10);
        await store.samples.put(part, nowAfter(part.at(-1)?.sample.tick ?? 0));
      }
      const keptAfter = (samples.at(-1)?.sample.tick ?? 0) - LOG_KEEP_S(86_400);
      const wanted = samples.map(({ sample }) => sample).filter(({ tick }) => tick > keptAfter);
      const query = { series: [SERIES], fromS: 0, toS: T0 * 2, limit: 999, order: "oldest" } as const;
      const found = (await store.samples.page(query)).samples.map(({ sample }) => sample);
      const bare = found.filter(({ detail }) => Object.keys(detail).length === 0).length;
      assert.deepEqual(
        found,
        wanted.map((sample, i) => (i < bare ? { ...sample, detail: {} } : sample)),
      );
      assert.equal((await store.ops.estimate(86_400)).detailsDropped, bare);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "a cursor nobody gave is refused by name",
    withStore(open, async (store) => {
      const query = { series: [SERIES], fromS: 0, toS: T0, limit: 1, order: "newest" } as const;
      await assert.rejects(store.samples.page({ ...query, cursor: "nonsense" }), (error: unknown) => {
        assert.ok(error instanceof InvalidInputError);
        assert.equal(error.code, "invalid_input");
        assert.equal(error.issues[0]?.path, "cursor");
        return true;
      });
    }),
  );
});
